#pragma once
#include <string>
#include <string_view>
#include <vector>
#include "api/object.hpp"
#include "api/schema.hpp"
#include "api/status.hpp"

namespace api {

struct DecodeLimits {
  std::size_t bytes_max = 3 * 1024 * 1024;
  std::size_t depth_max = 128;
};

/// An object checked against its schema. `strict` holds what ?fieldValidation= decides about:
/// `unknown field "spec.foo"`, `duplicate field "spec.bar"` (unknown ones are already dropped from `object`).
struct Decoded {
  Object object;
  std::vector<std::string> strict_errors;
};

/// Parses JSON, YAML or protobuf (by `content_type`) and checks the types of all known fields, as Go's decoder would:
/// null is absence, int fields take integral numbers in range, quantities and times are parsed.
/// Errors: 400 BadRequest with upstream's wording and the field's path; 413 beyond limits; 415.
StatusOr<Decoded> decode(std::string_view text, std::string_view content_type, const Type& type,
                         const DecodeLimits& limits = {});
/// The same for a document already parsed (the result of a patch).
StatusOr<Decoded> check(json::value document, const Type& type);

/// Parses JSON with limits (depth, size), rejecting invalid UTF-8; reports duplicate keys in `duplicates` if
/// given.
StatusOr<json::value> parse_json(std::string_view text, const DecodeLimits& limits = {},
                                 std::vector<std::string>* duplicates = nullptr);

/// Compact JSON, no escapes but those needed.
std::string encode(const json::value& v);

}  // namespace api
