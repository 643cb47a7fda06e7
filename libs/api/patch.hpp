#pragma once
#include "api/object.hpp"
#include "api/schema.hpp"
#include "api/status.hpp"

namespace api {

/// RFC 6902. `patch` is the array of operations. Errors: 422 Invalid as upstream answers (test failed, path
/// missing), 400 for a malformed patch; 413 past 10,000 operations.
StatusOr<json::value> apply_json_patch(const json::value& document, const json::value& patch);
/// RFC 7386.
json::value apply_merge_patch(json::value document, const json::value& patch);
/// Strategic merge patch with all directives ($patch, $retainKeys, $deleteFromPrimitiveList,
/// $setElementOrder), by the schema's patch strategies and merge keys.
StatusOr<json::value> apply_strategic_merge_patch(json::value document, const json::value& patch,
                                                  const Type& type);

}  // namespace api
