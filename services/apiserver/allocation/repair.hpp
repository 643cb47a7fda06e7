#pragma once
#include <map>
#include <string>
#include <vector>
#include "api/object.hpp"
#include "api/resource.hpp"

/// Finds what a crash between reserving and writing leaves behind. Pure.
namespace apiserver::allocation {

/// Who has which address and which port: as the Services say, or as the reservations do.
struct Holdings {
  std::map<std::string, api::NamespacedName> ips;
  std::map<std::int64_t, api::NamespacedName> ports;
};

/// Adds what `service` holds. An address or port that another holds already stays the other's.
void add_held(Holdings& holdings, const api::Object& service);

struct RepairPlan {
  Holdings missing;  ///< Held by a Service, and reserved for nobody: to be reserved.
  /// Reserved for one that does not hold it. May be a write under way: give it up only when it is seen again
  /// and again.
  Holdings leaked;
  std::vector<std::string> disputed;  ///< For the log: held by one Service, reserved for another.
};
RepairPlan plan_repair(const Holdings& held, const Holdings& reserved);

}  // namespace apiserver::allocation
