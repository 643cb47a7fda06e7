#pragma once
#include <list>
#include <map>
#include "controllers/garbagecollector/identity.hpp"

namespace controllers::garbagecollector {

/// Owners that the server said do not exist, so that a thousand dependents of one owner do not ask a thousand
/// times. A uid never comes back, so an entry never becomes wrong. Keeps the last 500 used.
class AbsentOwners {
 public:
  static constexpr std::size_t size_max = 500;
  void add(const Identity& id);
  bool contains(const Identity& id);
  std::size_t size() const noexcept { return places_.size(); }

 private:
  std::list<Identity> by_use_;  ///< The last used first.
  std::map<Identity, std::list<Identity>::iterator> places_;
};

}  // namespace controllers::garbagecollector
