#pragma once
#include <span>
#include <string>
#include "api/resource.hpp"

namespace api::openapi {

/// The OpenAPI 3.0 document of one group version, as /openapi/v3/apis/<group>/<version> serves it.
/// `resources`: main and sub resources of that version. Deterministic; pure; a few hundred kilobytes.
/// `version`: of the server, for info.version.
std::string v3_document(std::span<const ResourceInfo* const> resources, std::string_view version);

}  // namespace api::openapi
