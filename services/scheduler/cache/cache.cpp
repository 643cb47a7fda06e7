#include "scheduler/cache/cache.hpp"
#include "base/assert.hpp"

namespace scheduler {

void Cache::touch(const std::string& name) {
  auto& info = nodes_[name];
  if (info.generation != 0) by_generation_.erase(info.generation);
  info.generation = ++generation_;
  by_generation_[info.generation] = name;
}

void Cache::put_node(NodePtr node) {
  const std::string name = node->metadata.name;
  auto& info = nodes_[name];
  if (!info.node) {
    ++known_;
    ++order_;
  }
  info.set_node(std::move(node));
  touch(name);
}

void Cache::remove_node(const std::string& name) {
  auto hit = nodes_.find(name);
  if (hit == nodes_.end() || !hit->second.node) return;
  --known_;
  ++order_;
  hit->second.node = nullptr;
  if (!hit->second.pods.empty()) return touch(name);
  by_generation_.erase(hit->second.generation);
  nodes_.erase(hit);
}

void Cache::place(const PodInfoPtr& pod, const std::string& node, bool assumed) {
  nodes_[node].add_pod(pod);
  touch(node);
  places_[pod->uid()] = {node, assumed};
  assumed_ += assumed;
}

void Cache::take_off(const std::string& uid) {
  auto hit = places_.find(uid);
  if (hit == places_.end()) return;
  const std::string name = hit->second.node;
  assumed_ -= hit->second.assumed;
  places_.erase(hit);
  auto& info = nodes_[name];
  info.remove_pod(uid);
  touch(name);
  if (info.node || !info.pods.empty()) return;
  by_generation_.erase(info.generation);
  nodes_.erase(name);
}

void Cache::assume(const PodInfoPtr& pod, const std::string& node) {
  COX_ASSERT(!places_.contains(pod->uid()), "a pod is assumed twice");
  place(pod, node, true);
}

void Cache::forget(const std::string& uid) {
  if (assumed(uid)) take_off(uid);
}

void Cache::put_pod(const PodInfoPtr& pod) {
  take_off(pod->uid());
  place(pod, pod->pod->spec.node_name, false);
}

void Cache::remove_pod(const std::string& uid) {
  take_off(uid);
}

bool Cache::assumed(const std::string& uid) const {
  auto hit = places_.find(uid);
  return hit != places_.end() && hit->second.assumed;
}

void Cache::update(Snapshot& s) const {
  if (s.order_ != order_) {
    s.nodes_.clear();
    s.index_.clear();
    for (const auto& [name, info] : nodes_) {
      if (!info.node) continue;
      s.index_[name] = s.nodes_.size();
      s.nodes_.push_back(std::make_shared<const NodeInfo>(info));
    }
    s.order_ = order_;
    s.generation_ = generation_;
    return;
  }
  for (auto it = by_generation_.upper_bound(s.generation_); it != by_generation_.end(); ++it) {
    auto hit = s.index_.find(it->second);
    if (hit != s.index_.end())
      s.nodes_[hit->second] = std::make_shared<const NodeInfo>(nodes_.at(it->second));
  }
  s.generation_ = generation_;
}

}  // namespace scheduler
