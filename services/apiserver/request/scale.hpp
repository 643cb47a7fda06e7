#pragma once
#include "api/object.hpp"
#include "api/resource.hpp"
#include "api/status.hpp"
#include "apiserver/kinds/kind.hpp"

/// The scale subresource: a small object that stands for the number of replicas in a larger one. Pure.
/// Source: API reference, autoscaling/v1 Scale.
namespace apiserver::request {

/// The Scale of `object`.
api::Object scale_of(const api::Object& object, const kinds::ScalePaths& paths);
/// `object` with the replicas, and the resourceVersion where there is one, of `scale`.
/// Errors: Invalid (negative replicas); BadRequest (another name).
api::StatusOr<api::Object> with_scale(api::Object object, const api::Object& scale,
                                      const kinds::ScalePaths& paths);

}  // namespace apiserver::request
