#pragma once
#include <optional>
#include "api/apply/updater.hpp"

/// The annotation in which kubectl's client-side apply remembers what it applied. Pure.
/// Source: Kubernetes documentation, "Server-Side Apply", "Migration between client-side and server-side
/// apply".
namespace api::apply {

/// Fields that client-side apply manages: those the annotation names and the object still has as it says.
/// Absent: there is no annotation, or none that can be understood.
std::optional<FieldSet> fields_last_applied(const Typed& live);
/// Where `object` has the annotation, it says from now on what `config` says; without it if it got too long.
void renew_last_applied(Object& object, const Object& config);

}  // namespace api::apply
