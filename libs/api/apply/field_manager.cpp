#include "api/apply/field_manager.hpp"
#include <algorithm>
#include "api/apply/last_applied.hpp"
#include "api/decode.hpp"

namespace api::apply {
namespace {

constexpr std::size_t update_managers_max = 10;
constexpr std::string_view ancient = "ancient-changes", before_first_apply = "before-first-apply";
constexpr std::string_view kubectl = "kubectl", unknown = "unknown";
/// Stands for a write under way, so that it is told apart from what the same manager did before.
constexpr std::string_view current = "current-operation";

/// What nobody manages: it says which object it is, or is the server's.
const FieldSet& never_managed() {
  const auto f = [](std::string_view name) { return PathElement::field(name); };
  static const FieldSet set = [&] {
    FieldSet out{Path{f("apiVersion")}, Path{f("kind")}, Path{f("metadata")}};
    for (const char* name : {"name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName",
                             "generation", "managedFields", "resourceVersion"})
      out.insert(Path{f("metadata"), f(name)});
    return out;
  }();
  return set;
}

const json::array* entries_of(const Object& object) {
  return get_array(object, {"metadata", "managedFields"});
}

void set_entries(Object& object, const Managers& managers) {
  if (managers.empty())
    api::remove(object, {"metadata", "managedFields"});
  else
    ensure_object(object, {"metadata"})["managedFields"] = encode_managers(managers);
}

Managers decode_or_none(const json::array* entries) {
  auto decoded = decode_managers(entries);
  return decoded ? std::move(*decoded) : Managers();
}

/// "apps/v1, Kind=Deployment", "/v1, Kind=Pod": as Go prints it.
std::string shown(std::string_view api_version, std::string_view kind) {
  const bool core = api_version.find('/') == std::string_view::npos;
  return (core ? "/" : "") + std::string(api_version) + ", Kind=" + std::string(kind);
}

/// "default/web; apps/v1, Kind=Deployment"
std::string shown(const Object& object, const GroupVersionKind& kind) {
  return std::string(namespace_of(object)) + "/" + std::string(name_of(object)) + "; " +
         shown(kind.api_version(), kind.kind);
}

StatusError unexpected(std::string message) {
  StatusError error;
  error.code = 500;
  error.message = std::move(message);
  return error;
}

void drop_empty(Object& object, const Type& type);

void drop_empty(json::value& v, const Type& type) {
  if (type.kind == Kind::object && v.is_object()) return drop_empty(v.get_object(), type);
  if (type.kind == Kind::list && v.is_array())
    for (auto& item : v.get_array())
      drop_empty(item, *type.element);
  if (type.kind == Kind::map && v.is_object())
    for (auto& member : v.get_object())
      drop_empty(member.value(), *type.element);
}

/// Without the empty lists and maps that a Go struct leaves out: they do not outlive being stored, upstream.
void drop_empty(Object& object, const Type& type) {
  std::vector<std::string_view> empty;
  for (auto& [name, value] : object) {
    const auto* field = type.field(name);
    if (!field) continue;
    drop_empty(value, *field->type);
    const bool no_items = field->type->kind == Kind::list && value.is_array() && value.get_array().empty();
    const bool no_keys = field->type->kind == Kind::map && value.is_object() && value.get_object().empty();
    if (!field->required && (no_items || no_keys)) empty.push_back(field->name);
  }
  for (const auto name : empty)
    object.stable_erase(object.find(name));
}

/// Merges the oldest managers that updated into one a version, until there are no more than ten.
void cap(Managers& managers) {
  std::vector<ManagerKey> updaters;
  for (const auto& [key, managed] : managers)
    if (!key.applied) updaters.push_back(key);
  std::stable_sort(updaters.begin(), updaters.end(), [&](const ManagerKey& a, const ManagerKey& b) {
    return managers.at(a).time < managers.at(b).time;
  });
  std::map<std::string, ManagerKey> first_of_version;
  std::size_t left = updaters.size();
  for (const auto& key : updaters) {
    if (left <= update_managers_max) return;
    const auto managed = managers.at(key);
    const auto [first, fresh] = first_of_version.emplace(managed.api_version, key);
    if (fresh) continue;
    const ManagerKey bucket{std::string(ancient), false, managed.api_version, ""};
    if (!managers.contains(bucket)) {
      managers[bucket] = managers.at(first->second);
      managers.erase(first->second);
    }
    auto& merged = managers[bucket];
    merged.fields = unite(managed.fields, merged.fields);
    merged.time = managed.time;
    if (key != bucket) managers.erase(key);
    --left;
  }
}

}  // namespace

Typed FieldManager::typed(Object object) const {
  return {std::make_shared<const Object>(std::move(object)), options_.type, options_.kind.api_version()};
}

ManagerKey FieldManager::key(std::string_view manager, bool applied) const {
  return {std::string(manager.empty() ? unknown : manager), applied,
          applied ? std::string() : options_.kind.api_version(), options_.subresource};
}

Managers FieldManager::managers_for(const Object& live, const json::array* given) const {
  // A subresource is no way to change them.
  if (given && options_.subresource.empty()) {
    if (is_reset(*given)) return {};
    auto decoded = decode_managers(given);
    if (decoded && !decoded->empty()) return std::move(*decoded);
  }
  return decode_or_none(entries_of(live));
}

/// False: they cannot be compared.
bool FieldManager::track(const Object& live, const Object& object, Managers& managers,
                         std::string_view manager) const {
  const auto borrow = [&](const Object& o) {
    return Typed{std::shared_ptr<const Object>(std::shared_ptr<void>(), &o), options_.type,
                 options_.kind.api_version()};
  };
  const auto working = key(current, false);
  const Updater updater(options_.convert, options_.filter);
  if (!updater.update(borrow(live), borrow(object), managers, working)) return false;
  const auto done = managers.find(working);
  if (done == managers.end()) return true;
  auto gained = subtract(std::move(done->second.fields), never_managed());
  managers.erase(done);
  if (gained.empty()) return true;
  auto& own = managers[key(manager, false)];
  own.fields = unite(std::move(gained), std::move(own.fields));
  own.api_version = options_.kind.api_version();
  own.time = options_.now;
  return true;
}

/// Also true of nothing but what nobody manages; `given` are the object's managedFields. Then they need not
/// even be read.
bool FieldManager::changes_nothing(const Object& live, const Object& object, const json::value& given) const {
  const auto* before = entries_of(live);
  if (!before || (!given.is_null() && (!given.is_array() || given.get_array() != *before))) return false;
  const auto shape = options_.type ? Shape::of(*options_.type) : Shape::deduced();
  const auto change = compare(live, object, shape);
  if (!change) return false;
  const auto nothing = [&](const FieldSet& set) {
    auto rest = subtract(options_.filter ? options_.filter(set) : set, never_managed());
    return rest.empty();
  };
  return nothing(change->added) && nothing(change->modified) && nothing(change->removed);
}

void FieldManager::update(const Object& live, Object& object, std::string_view manager) const {
  json::value given;
  if (auto* metadata = object.if_contains("metadata"); metadata && metadata->is_object())
    if (auto* entries = metadata->get_object().if_contains("managedFields")) given = std::move(*entries);
  api::remove(object, {"metadata", "managedFields"});
  if (changes_nothing(live, object, given)) {
    if (given.is_null()) given = *entries_of(live);
    ensure_object(object, {"metadata"})["managedFields"] = std::move(given);
    return;
  }
  auto managers = managers_for(live, given.if_array());
  // An object that nobody was recorded for goes on like that.
  if (managers.empty() && !uid_of(live).empty()) return;
  auto tracked = managers;
  if (!track(live, object, tracked, manager)) return set_entries(object, decode_or_none(entries_of(live)));
  cap(tracked);
  set_entries(object, tracked);
}

StatusOr<void> FieldManager::check_config(const Object& config) const {
  const auto version = get_string(config, {"apiVersion"}), kind = get_string(config, {"kind"});
  if (version != options_.kind.api_version() || kind != options_.kind.kind)
    return StatusError::bad_request("invalid object type: " + shown(version, kind));
  const auto* given = get(config, "metadata", "managedFields");
  if (given && !given->is_null()) return StatusError::bad_request("metadata.managedFields must be nil");
  const auto shape = options_.type ? Shape::of(*options_.type) : Shape::deduced();
  if (const auto why = validate(config, shape); !why.empty())
    return unexpected("failed to create typed patch object (" + shown(config, options_.kind) + "): " + why);
  return {};
}

StatusOr<Object> FieldManager::accept(Object merged) const {
  if (options_.accept) return options_.accept(std::move(merged));
  if (!options_.type) return merged;
  auto checked = api::check(std::move(merged), *options_.type);
  if (!checked) return checked.error();
  if (find_type(options_.type->name) == options_.type) drop_empty(checked->object, *options_.type);
  return std::move(checked->object);
}

StatusOr<FieldManager::Outcome> FieldManager::apply_once(const Object& live, const Object& config,
                                                         const Managers& managers, std::string_view manager,
                                                         bool force, std::vector<Conflict>& conflicts) const {
  const auto self = key(manager, true);
  const Updater updater(options_.convert, options_.filter);
  auto applied = updater.apply(typed(live), typed(config), managers, self, force);
  if (!applied) return unexpected(applied.error().message);
  conflicts = std::move(applied->conflicts);
  Outcome out;
  out.object = std::move(applied->object);
  out.managers = std::move(applied->managers);
  if (!conflicts.empty()) return out;
  if (const auto own = out.managers.find(self); own != out.managers.end()) {
    own->second.fields = subtract(own->second.fields, never_managed());
    if (out.object) own->second.time = options_.now;
    if (own->second.fields.empty()) out.managers.erase(own);
  }
  return out;
}

/// kubectl takes over from its own client-side apply what that still manages.
StatusOr<FieldManager::Outcome> FieldManager::apply_over_client_side(const Object& live, const Object& config,
                                                                     const Managers& managers,
                                                                     std::string_view manager,
                                                                     bool force) const {
  std::vector<Conflict> conflicts;
  auto outcome = apply_once(live, config, managers, manager, force, conflicts);
  if (!outcome || conflicts.empty()) return outcome;
  if (manager == kubectl)
    if (const auto allowed = fields_last_applied(typed(live))) {
      std::erase_if(conflicts, [&](const Conflict& c) { return allowed->has(c.path); });
      if (conflicts.empty()) return apply_once(live, config, managers, manager, true, conflicts);
    }
  return conflict_error(conflicts);
}

StatusOr<Object> FieldManager::apply(const Object& live, const Object& config, std::string_view manager,
                                     bool force) const {
  if (auto fits = check_config(config); !fits) return fits.error();
  auto managers = decode_managers(entries_of(live));
  if (!managers) return unexpected("failed to decode managed fields: " + managers.error().message);
  Object bare = live;
  api::remove(bare, {"metadata", "managedFields"});
  if (managers->empty() && !live.empty()) track(Object(), bare, *managers, before_first_apply);
  auto outcome = apply_over_client_side(bare, config, *managers, manager, force);
  if (!outcome) return outcome.error();
  Object object = std::move(bare);
  if (outcome->object) {
    auto accepted = accept(std::move(*outcome->object));
    if (!accepted)
      return unexpected("failed to convert new object (" + shown(config, options_.kind) +
                        ") to proper version: " + accepted.error().message);
    object = std::move(*accepted);
  }
  if (manager == kubectl) renew_last_applied(object, config);
  set_entries(object, outcome->managers);
  return object;
}

}  // namespace api::apply
