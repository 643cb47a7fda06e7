#pragma once
#include "api/openapi_proto.hpp"

/// gnostic's messages of version 2 (openapiv2/OpenAPIv2.proto, package openapi.v2), as far as Kubernetes'
/// documents use them; of schemas, everything a built-in or custom one may say.
namespace api::openapi::proto::v2 {

extern const Message document;
extern const Message paths, definitions;  ///< In these fields of `document`:
inline constexpr std::uint32_t paths_number = 8, definitions_number = 9;

}  // namespace api::openapi::proto::v2
