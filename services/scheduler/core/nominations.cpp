#include "scheduler/core/nominations.hpp"

namespace scheduler {

void Nominations::put(const PodInfoPtr& pod, const std::string& node) {
  remove(pod->uid());
  node_of_[pod->uid()] = node;
  on_[node][pod->uid()] = pod;
}

void Nominations::remove(const std::string& uid) {
  auto hit = node_of_.find(uid);
  if (hit == node_of_.end()) return;
  auto pods = on_.find(hit->second);
  pods->second.erase(uid);
  if (pods->second.empty()) on_.erase(pods);
  node_of_.erase(hit);
}

const std::string& Nominations::node_of(const std::string& uid) const {
  static const std::string none;
  auto hit = node_of_.find(uid);
  return hit == node_of_.end() ? none : hit->second;
}

std::vector<PodInfoPtr> Nominations::before(const PodInfo& pod, const std::string& node) const {
  std::vector<PodInfoPtr> out;
  if (on_.empty()) return out;
  auto pods = on_.find(node);
  if (pods == on_.end()) return out;
  for (const auto& [uid, p] : pods->second)
    if (p->priority >= pod.priority && uid != pod.uid()) out.push_back(p);
  return out;
}

std::vector<PodInfoPtr> Nominations::below(std::int32_t priority, const std::string& node) const {
  std::vector<PodInfoPtr> out;
  auto pods = on_.find(node);
  if (pods == on_.end()) return out;
  for (const auto& [uid, p] : pods->second)
    if (p->priority < priority) out.push_back(p);
  return out;
}

}  // namespace scheduler
