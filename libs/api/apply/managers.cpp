#include "api/apply/managers.hpp"
#include <algorithm>
#include "api/decode.hpp"

namespace api::apply {
namespace {

constexpr std::string_view apply_operation = "Apply", update_operation = "Update";

base::Error wrong(std::string why) {
  return {base::Errc::invalid_argument, std::move(why)};
}

base::Result<void> check_entry(const Object& entry, std::size_t i) {
  const auto operation = get_string(entry, {"operation"}), type = get_string(entry, {"fieldsType"});
  if (operation != apply_operation && operation != update_operation)
    return wrong("operation must be `Apply` or `Update`");
  if (get_string(entry, {"apiVersion"}).empty()) return wrong("apiVersion must not be empty");
  if (type.empty()) return wrong("missing fieldsType in managed fields entry " + std::to_string(i));
  if (type != "FieldsV1")
    return wrong("invalid fieldsType \"" + std::string(type) + "\" in managed fields entry " +
                 std::to_string(i));
  return {};
}

Object encode_entry(const ManagerKey& key, const Managed& managed) {
  Object out;
  out.reserve(7);
  if (!key.name.empty()) out.emplace("manager", key.name);
  out.emplace("operation", key.applied ? apply_operation : update_operation);
  out.emplace("apiVersion", managed.api_version);
  if (!managed.time.empty()) out.emplace("time", managed.time);
  out.emplace("fieldsType", "FieldsV1");
  out.emplace("fieldsV1", to_fields_v1(managed.fields));
  if (!key.subresource.empty()) out.emplace("subresource", key.subresource);
  return out;
}

/// "\"kubectl\" using apps/v1", "\"me\" with subresource \"status\"".
std::string shown(const ManagerKey& key) {
  std::string out = api::encode(json::string(key.name));
  if (!key.subresource.empty()) out += " with subresource " + api::encode(json::string(key.subresource));
  if (!key.applied) out += " using " + key.api_version;
  return out;
}

std::string summary(const std::vector<Conflict>& conflicts) {
  if (conflicts.size() == 1)
    return "Apply failed with 1 conflict: conflict with " + shown(conflicts[0].manager) + ": " +
           message(conflicts[0].path);
  std::map<ManagerKey, std::string> by_manager;
  for (const auto& conflict : conflicts)
    by_manager[conflict.manager] += "\n- " + message(conflict.path);
  std::string out;
  for (const auto& [manager, paths] : by_manager)
    out.append(out.empty() ? "" : "\n")
        .append("conflicts with ")
        .append(shown(manager))
        .append(":")
        .append(paths);
  return "Apply failed with " + std::to_string(conflicts.size()) + " conflicts: " + out;
}

}  // namespace

base::Result<Managers> decode_managers(const json::array* entries) {
  Managers out;
  for (std::size_t i = 0; entries && i < entries->size(); ++i) {
    const auto* entry = (*entries)[i].if_object();
    if (!entry) return wrong("a managed fields entry must be an object");
    if (auto checked = check_entry(*entry, i); !checked) return checked.error();
    ManagerKey key;
    key.name = get_string(*entry, {"manager"});
    key.applied = get_string(*entry, {"operation"}) == apply_operation;
    key.subresource = get_string(*entry, {"subresource"});
    Managed managed;
    managed.api_version = get_string(*entry, {"apiVersion"});
    managed.time = get_string(*entry, {"time"});
    if (!key.applied) key.api_version = managed.api_version;
    if (const auto* fields = entry->if_contains("fieldsV1")) {
      auto set = from_fields_v1(*fields);
      if (!set) return set.error();
      managed.fields = std::move(*set);
    }
    out[std::move(key)] = std::move(managed);
  }
  return out;
}

json::array encode_managers(const Managers& managers) {
  std::vector<const Managers::value_type*> order;
  for (const auto& manager : managers)
    order.push_back(&manager);
  const auto rank = [](const Managers::value_type& m) {
    return std::tie(m.second.time, m.first.name, m.second.api_version, m.first.subresource);
  };
  std::sort(order.begin(), order.end(), [&](const auto* a, const auto* b) {
    if (a->first.applied != b->first.applied) return a->first.applied;
    return rank(*a) < rank(*b);
  });
  json::array out;
  out.reserve(order.size());
  for (const auto* manager : order)
    out.emplace_back(encode_entry(manager->first, manager->second));
  return out;
}

bool is_reset(const json::array& entries) {
  if (entries.empty()) return true;
  return entries.size() == 1 && entries[0].is_object() && entries[0].get_object().empty();
}

StatusError conflict_error(const std::vector<Conflict>& conflicts) {
  StatusError error;
  error.code = 409;
  error.reason = "Conflict";
  error.message = summary(conflicts);
  for (const auto& conflict : conflicts)
    error.causes.push_back(
        {"FieldManagerConflict", "conflict with " + shown(conflict.manager), message(conflict.path)});
  return error;
}

}  // namespace api::apply
