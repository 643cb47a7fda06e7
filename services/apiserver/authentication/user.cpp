#include "apiserver/authentication/user.hpp"
#include <algorithm>
#include <boost/json/array.hpp>

namespace apiserver::authentication {
namespace {

namespace json = boost::json;

std::string string_member(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v && v->is_string() ? std::string(v->get_string()) : std::string();
}

std::vector<std::string> strings(const json::value* v) {
  std::vector<std::string> out;
  if (!v || !v->is_array()) return out;
  for (const auto& item : v->get_array()) {
    if (item.is_string()) out.emplace_back(item.get_string());
  }
  return out;
}

json::array array_of(const std::vector<std::string>& items) {
  return json::array(items.begin(), items.end());
}

}  // namespace

bool UserInfo::in_group(std::string_view group) const noexcept {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

json::object UserInfo::to_json() const {
  json::object o;
  if (!name.empty()) o["username"] = name;
  if (!uid.empty()) o["uid"] = uid;
  if (!groups.empty()) o["groups"] = array_of(groups);
  if (!extra.empty()) {
    json::object e;
    for (const auto& [key, values] : extra)
      e[key] = array_of(values);
    o["extra"] = std::move(e);
  }
  return o;
}

UserInfo UserInfo::from_json(const json::object& o) {
  UserInfo u;
  u.name = string_member(o, "username");
  u.uid = string_member(o, "uid");
  u.groups = strings(o.if_contains("groups"));
  if (const auto* e = o.if_contains("extra"); e && e->is_object()) {
    for (const auto& member : e->get_object())
      u.extra[std::string(member.key())] = strings(&member.value());
  }
  return u;
}

std::optional<ServiceAccountName> parse_service_account(std::string_view user) {
  if (!user.starts_with(service_account_prefix)) return std::nullopt;
  user.remove_prefix(service_account_prefix.size());
  const auto colon = user.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == user.size()) return std::nullopt;
  if (user.find(':', colon + 1) != std::string_view::npos) return std::nullopt;
  return ServiceAccountName{std::string(user.substr(0, colon)), std::string(user.substr(colon + 1))};
}

std::string service_account_user(std::string_view ns, std::string_view name) {
  return std::string(service_account_prefix).append(ns).append(":").append(name);
}

std::vector<std::string> service_account_groups(std::string_view ns) {
  const std::string all(all_service_accounts_group);
  return {all, all + ":" + std::string(ns)};
}

std::optional<std::string> node_of(const UserInfo& user) {
  const std::string_view name = user.name;
  if (!name.starts_with(node_user_prefix) || name.size() == node_user_prefix.size()) return std::nullopt;
  if (!user.in_group(nodes_group)) return std::nullopt;
  return std::string(name.substr(node_user_prefix.size()));
}

}  // namespace apiserver::authentication
