#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "api/field_error.hpp"
#include "api/object.hpp"
#include "api/resource.hpp"
#include "base/clock.hpp"

/// What a kind does beyond its schema, as one record a kind, one file an API group. Everything else (routes,
/// discovery, decoding, patches, storage, watch) is generic and follows from libs/api.
///
/// All functions are pure: they read and change only what they are given. Objects have been checked against
/// the schema before, so a member that is present has the type the schema says.
namespace apiserver::kinds {

using api::Object;

/// A column of the Table that `kubectl get` prints. `priority` 0: always, 1: with -o wide.
struct Column {
  std::string_view name;
  std::string_view type = "string";  ///< "string", "integer", "date", ...
  std::string_view format = "";      ///< "name" for the first column.
  std::string_view description = "";
  int priority = 0;
};

/// One file of columns: definitions and the cells of a row, in the same order.
struct Table {
  std::span<const Column> columns;
  std::function<boost::json::array(const Object& object, base::SystemTime now)> cells;
};

/// A field usable in ?fieldSelector= besides metadata.name and metadata.namespace.
struct SelectableField {
  std::string_view label;  ///< "spec.nodeName"
  std::function<std::string(const Object& object)> value;
};

/// The scale subresource: where replicas, status replicas and the selector are.
struct ScalePaths {
  std::vector<std::string_view> spec_replicas, status_replicas, selector;  ///< Paths of members.
  bool selector_is_labels = false;  ///< ReplicationController: a plain map.
};

/// Every member may be left null: then nothing happens at that step.
struct KindRecord {
  std::string_view group, resource;  ///< "apps", "deployments"

  /// Upstream's defaults, also run on objects read from older storage. Must be idempotent.
  std::function<void(Object& object)> defaults;
  /// Before create: what clients may not set (status is already dropped when the kind has a status
  /// subresource).
  std::function<void(Object& object)> prepare_create;
  /// Before update of the main resource: `object` is the new one (its status has been replaced by the old
  /// one's when there is a status subresource; generation was raised when spec changed, see `generation`).
  std::function<void(Object& object, const Object& old)> prepare_update;
  /// On create and on every update but that of the status.
  std::function<void(const Object& object, api::field::Errors& errors)> validate;
  /// What only a new object may not say.
  std::function<void(const Object& object, api::field::Errors& errors)> validate_create;
  std::function<void(const Object& object, const Object& old, api::field::Errors& errors)> validate_update;
  /// `validate_update` looks at the whole object (what was wrong before may stay so): `validate` is for
  /// creates.
  bool update_validates_all = false;
  /// Before an update through /status: `object` has the new status and, for the rest, the old one's spec and
  /// most metadata.
  std::function<void(Object& object, const Object& old)> prepare_status_update;
  std::function<void(const Object& object, const Object& old, api::field::Errors& errors)> validate_status;
  /// What an update through another subresource ("resize") may change.
  std::function<void(std::string_view name, const Object& object, const Object& old,
                     api::field::Errors& errors)>
      validate_subresource;
  /// Before the first delete of an object takes effect: what must be in the way of its going (a finalizer).
  std::function<void(Object& object, base::SystemTime now)> prepare_delete;
  /// Texts for `Warning:` headers on create and update (deprecated fields and the like).
  std::function<std::vector<std::string>(const Object& object)> warnings;

  Table table;  ///< Without one: Name and Age.
  std::span<const SelectableField> selectable_fields;
  std::optional<ScalePaths> scale;
  bool generation = false;  ///< metadata.generation counts changes of everything but metadata and status.
  bool generation_counts_annotations = false;  ///< A change of annotations counts too (deployments).
  bool expires = false;             ///< Kept for --event-ttl after its last write, then gone (events).
  bool status_from_create = false;  ///< Status given at create is kept (nodes, for example).
  bool allow_create_on_update =
      false;  ///< PUT of an absent object creates it (as upstream: leases, events, ...).
  bool allow_unconditional_update = true;  ///< PUT without resourceVersion is accepted.
  /// Seconds a delete leaves the object to its owner (pods). Null: deleted at once. `requested`: the client's
  /// wish.
  std::int64_t (*grace_period_seconds)(const Object& object, std::optional<std::int64_t> requested) = nullptr;
  /// Propagation when the client names none: "background" for all but those upstream orphans by default.
  std::string_view default_propagation = "background";
  /// Name syntax; default DNS-1123 subdomain. Returns upstream's message if wrong.
  std::optional<std::string> (*validate_name)(std::string_view name) = nullptr;
};

/// The record of a resource; a neutral one for kinds that need nothing.
const KindRecord& find(std::string_view group, std::string_view resource) noexcept;
/// The same for a resource at hand, or the parent of a subresource: also for one that was defined at run
/// time.
const KindRecord& record_of(const api::ResourceInfo& resource) noexcept;
/// True if the status is a subresource of its own.
bool has_status(const api::ResourceInfo& resource) noexcept;

/// A kind that was defined at run time: what an api::ResourceInfo's `extension` is, if it has one.
class RunTimeKind : public api::ResourceExtension {
 public:
  KindRecord record;
  bool has_status = false;
  std::string deprecation;  ///< Of this version: the text of a warning, or empty.
};
/// What every scale subresource is printed by.
const KindRecord& scale_record() noexcept;

}  // namespace apiserver::kinds
