#pragma once
#include <boost/json/object.hpp>
#include <string>

namespace apiserver::openapi {

/// The OpenAPI 2 document in the protobuf form that clients up to kubectl 1.30 and Helm 3 ask for (and cannot
/// do without): gnostic's openapi.v2 messages. Encodes what our documents hold; a member it does not know is
/// left out. Source: OpenAPIv2.proto of google/gnostic-models.
std::string v2_protobuf(const boost::json::object& document);

}  // namespace apiserver::openapi
