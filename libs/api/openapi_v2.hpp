#pragma once
#include <span>
#include <string>
#include "api/resource.hpp"

namespace api::openapi {

/// The OpenAPI 2.0 (Swagger) document of all `resources`, as /openapi/v2 serves it in JSON. Deterministic;
/// pure; a few megabytes. `version`: of the server, for info.version.
std::string v2_document(std::span<const ResourceInfo* const> resources, std::string_view version);
/// The same document as gnostic's protobuf message openapi.v2.Document, by which kubectl before 1.31 and Helm
/// 3 check and merge. Made piece by piece: it never is in memory as JSON.
std::string v2_protobuf(std::span<const ResourceInfo* const> resources, std::string_view version);

}  // namespace api::openapi
