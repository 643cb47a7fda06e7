#pragma once
#include <span>
#include <string>
#include "api/resource.hpp"

namespace api::openapi {

/// The OpenAPI 2.0 (Swagger) document of all `resources`, as /openapi/v2 serves it in JSON. Deterministic;
/// pure; a few megabytes. `version`: of the server, for info.version.
std::string v2_document(std::span<const ResourceInfo* const> resources, std::string_view version);

}  // namespace api::openapi
