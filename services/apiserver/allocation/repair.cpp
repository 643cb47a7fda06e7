#include "apiserver/allocation/repair.hpp"
#include "apiserver/allocation/service_claims.hpp"

namespace apiserver::allocation {
namespace {

std::string text(const std::string& ip) {
  return ip;
}
std::string text(std::int64_t port) {
  return "port " + std::to_string(port);
}

template <class Key>
using Owners = std::map<Key, api::NamespacedName>;

template <class Key>
void compare(const Owners<Key>& held, const Owners<Key>& reserved, Owners<Key>& missing, Owners<Key>& leaked,
             std::vector<std::string>& disputed) {
  for (const auto& [key, owner] : held) {
    const auto it = reserved.find(key);
    if (it == reserved.end())
      missing.emplace(key, owner);
    else if (it->second != owner)
      disputed.push_back(text(key) + " of " + owner.text() + " is reserved for " + it->second.text());
  }
  for (const auto& [key, owner] : reserved) {
    const auto it = held.find(key);
    if (it == held.end() || it->second != owner) leaked.emplace(key, owner);
  }
}

}  // namespace

void add_held(Holdings& holdings, const api::Object& service) {
  const api::NamespacedName owner{std::string(api::namespace_of(service)),
                                  std::string(api::name_of(service))};
  const auto claims = held_by(service);
  if (api::get_string(service, {"spec", "type"}) != "ExternalName")
    for (const auto& ip : claims.released_ips)
      holdings.ips.emplace(ip, owner);
  for (const auto port : claims.released_ports)
    holdings.ports.emplace(port, owner);
}

RepairPlan plan_repair(const Holdings& held, const Holdings& reserved) {
  RepairPlan plan;
  compare(held.ips, reserved.ips, plan.missing.ips, plan.leaked.ips, plan.disputed);
  compare(held.ports, reserved.ports, plan.missing.ports, plan.leaked.ports, plan.disputed);
  return plan;
}

}  // namespace apiserver::allocation
