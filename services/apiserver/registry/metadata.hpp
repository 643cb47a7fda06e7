#pragma once
#include <functional>
#include <string>
#include <string_view>
#include "api/field_error.hpp"
#include "api/object.hpp"
#include "api/resource.hpp"
#include "api/status.hpp"
#include "apiserver/kinds/kind.hpp"
#include "base/clock.hpp"

/// What the server does to any object's metadata, whatever its kind. Pure.
/// Source: Kubernetes API conventions, "Metadata"; upstream's rest.BeforeCreate and rest.BeforeUpdate.
namespace apiserver::registry {

using api::Object;

/// What creation needs from outside.
struct Origin {
  base::SystemTime now;
  std::function<std::string()> uid;                     ///< A new UUID.
  std::function<std::string(std::size_t)> name_suffix;  ///< Random characters for generateName.
};

/// The object belongs where the request goes: sets the namespace where it is absent.
/// Errors: BadRequest when the object's namespace or (unless empty) name differs from the request's.
api::StatusOr<void> place(Object& object, const api::ResourceInfo& resource, std::string_view ns,
                          std::string_view name);

/// Removes what only the system may set on a new object.
void wipe_system_fields(Object& object);
/// Sets what the system owns on a new object: uid, creationTimestamp, a name from generateName.
void fill_new(Object& object, const kinds::KindRecord& kind, const Origin& origin);
/// Takes over from `old` what an update may not change, and counts the generation.
void carry_over(Object& object, const Object& old, const kinds::KindRecord& kind);
/// `object` with everything but its status taken from `old` (update of /status); metadata that controllers
/// need may change as upstream allows it: labels, annotations, finalizers and owner references stay the old
/// ones.
void keep_all_but_status(Object& object, const Object& old);

/// Name, generateName, labels, annotations, finalizers, owner references.
void validate(const Object& object, const api::ResourceInfo& resource, const kinds::KindRecord& kind,
              api::field::Errors& errors);
/// What must not change; no new finalizers once deletion began.
void validate_change(const Object& object, const Object& old, api::field::Errors& errors);

/// kind, apiVersion and metadata first, in that order, and no resourceVersion: the form that is stored, which
/// cache::with_resource_version relies on.
Object storage_form(const Object& object);

}  // namespace apiserver::registry
