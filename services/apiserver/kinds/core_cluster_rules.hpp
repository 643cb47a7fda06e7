#pragma once
#include "apiserver/kinds/checks.hpp"

/// Validation of nodes, namespaces, limits, quotas and events.
namespace apiserver::kinds {
void validate_node(const Object& o, Errors& errors);
void validate_node_update(const Object& o, const Object& old, Errors& errors);
void validate_namespace(const Object& o, Errors& errors);
void validate_namespace_status(const Object& o, const Object& old, Errors& errors);
void validate_quota(const Object& o, Errors& errors);
void validate_quota_update(const Object& o, const Object& old, Errors& errors);
void validate_quota_status(const Object& o, const Object& old, Errors& errors);
/// What an item of a LimitRange leaves out: of containers, limits from the maximum, requests from those.
void default_limit_range(Object& o);
void validate_limit_range(const Object& o, Errors& errors);
void validate_event(const Object& o, Errors& errors);
}  // namespace apiserver::kinds
