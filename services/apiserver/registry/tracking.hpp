#pragma once
#include "api/apply/field_manager.hpp"
#include "apiserver/registry/registry.hpp"

/// Who manages the fields of what is written: the registry's side of server-side apply. Pure.
/// Source: Kubernetes documentation, "Server-Side Apply"; upstream's resetFields of each kind's strategies.
namespace apiserver::registry {

/// Sets the managedFields of `object`, which a call makes of `old` (empty: a create). Without a manager in
/// the call they stay as they were; those that apply brought along stay as they are.
void record_managers(const Call& call, const Object& old, Object& object, base::SystemTime now);

/// `present` (empty: there is none) with `config` applied by the call's manager; both are of the call's body
/// kind, the scale included. Errors: as api::apply::FieldManager::apply.
api::StatusOr<Object> apply_configuration(const Call& call, const Object& present, const Object& config,
                                          bool force, base::SystemTime now);

/// A scale stands for one field of its object. Its managers, of those of the object.
void managers_to_scale(const Object& parent, Object& scale, const Call& call);
/// `parent`'s managers after a change of its scale, whose managers are in `scale`.
void managers_from_scale(const Object& scale, Object& parent, const Call& call);

/// Equal but for the times in managedFields: then those of `old` are put into `object`.
void keep_times(const Object& old, Object& object);

}  // namespace apiserver::registry
