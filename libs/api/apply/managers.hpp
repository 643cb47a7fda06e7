#pragma once
#include <compare>
#include <map>
#include <string>
#include <vector>
#include "api/apply/field_set.hpp"
#include "api/object.hpp"
#include "api/status.hpp"

/// metadata.managedFields: who manages which fields of an object.
/// Source: Kubernetes documentation, "Server-Side Apply", "Field management"; apimachinery's managedfields.
namespace api::apply {

/// Whoever applies is one manager, in whatever version; whoever updates is another one in each version.
struct ManagerKey {
  std::string name;
  bool applied = false;     ///< operation: Apply; else Update.
  std::string api_version;  ///< Empty if applied.
  std::string subresource;
  auto operator<=>(const ManagerKey&) const = default;
};

struct Managed {
  FieldSet fields;
  std::string api_version;  ///< The fields are those of this version.
  std::string time;         ///< RFC 3339; empty: unknown.
};

using Managers = std::map<ManagerKey, Managed>;

/// The entries of metadata.managedFields; null: none. Error: invalid_argument (operation, version, form).
base::Result<Managers> decode_managers(const json::array* entries);
/// As metadata.managedFields has them: by operation, time, name.
json::array encode_managers(const Managers& managers);
/// `[]` and `[{}]`: the client wants the managers forgotten.
bool is_reset(const json::array& entries);

/// A field that somebody else manages and the applied configuration has another value for.
struct Conflict {
  ManagerKey manager;
  Path path;
};
/// 409 Conflict with a cause of type FieldManagerConflict for each.
StatusError conflict_error(const std::vector<Conflict>& conflicts);

}  // namespace api::apply
