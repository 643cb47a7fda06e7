#include "controllers/garbagecollector/absent_owners.hpp"

namespace controllers::garbagecollector {

void AbsentOwners::add(const Identity& id) {
  if (contains(id)) return;
  by_use_.push_front(id);
  places_[id] = by_use_.begin();
  if (places_.size() <= size_max) return;
  places_.erase(by_use_.back());
  by_use_.pop_back();
}

bool AbsentOwners::contains(const Identity& id) {
  const auto it = places_.find(id);
  if (it == places_.end()) return false;
  by_use_.splice(by_use_.begin(), by_use_, it->second);
  return true;
}

}  // namespace controllers::garbagecollector
