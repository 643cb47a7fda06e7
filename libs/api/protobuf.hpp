#pragma once
#include <string_view>
#include "api/decode.hpp"

/// Objects in protobuf, which Kubernetes' typed clients prefer to send for built-in kinds (kubectl's create
/// and auth commands among them). Source: "Alternate representations of resources" of the API concepts page.
namespace api {

inline constexpr std::string_view protobuf_type = "application/vnd.kubernetes.protobuf";

/// The JSON document that the bytes (with their "k8s\0" envelope) stand for, as Go would write it: scalars
/// that are zero are left out unless their presence says something. Unknown fields are skipped; nothing else
/// is checked: `check` does that. Errors: BadRequest (malformed); RequestEntityTooLarge; UnsupportedMediaType
/// for CustomResourceDefinitions, whose schemas have a form of their own.
StatusOr<json::value> parse_protobuf(std::string_view bytes, const Type& type,
                                     const DecodeLimits& limits = {});

}  // namespace api
