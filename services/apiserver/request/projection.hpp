#pragma once
#include <string_view>
#include "api/object.hpp"
#include "api/status.hpp"

/// Subresources that are one part of the object: what an update through them may change. Pure.
namespace apiserver::request {

/// `present` with the part taken from `wanted`. Error: Invalid.
using Projection = api::StatusOr<api::Object> (*)(const api::Object& wanted, const api::Object& present);

/// By "resource/subresource": pods/ephemeralcontainers, pods/resize, namespaces/finalize,
/// certificatesigningrequests/approval. Null: an update there is one of the whole object or its status.
Projection projection_of(std::string_view resource) noexcept;

/// `projection(wanted, present)`, about the object that `wanted` says it is about: its name, namespace, uid
/// and resourceVersion, where given, are kept for the registry to check.
api::StatusOr<api::Object> project(Projection projection, const api::Object& wanted,
                                   const api::Object& present);

}  // namespace apiserver::request
