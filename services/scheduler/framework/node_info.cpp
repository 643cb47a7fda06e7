#include "scheduler/framework/node_info.hpp"
#include <algorithm>

namespace scheduler {

std::shared_ptr<const PodInfo> PodInfo::make(PodPtr pod) {
  auto info = std::make_shared<PodInfo>();
  info->requests = requests_of(*pod);
  const auto scored = requests_of(*pod, true);
  info->scored_milli_cpu = scored.milli_cpu;
  info->scored_memory = scored.memory;
  info->ports = host_ports_of(*pod);
  info->priority = pod->spec.priority.value_or(0);
  info->pod = std::move(pod);
  return info;
}

void NodeInfo::set_node(NodePtr n) {
  allocatable = Resources::from(n->status.allocatable);
  const auto pods_allowed = n->status.allocatable.find("pods");
  allowed_pods = pods_allowed == n->status.allocatable.end() ? 0 : pods_allowed->second.value();
  node = std::move(n);
}

void NodeInfo::add_pod(const PodInfoPtr& pod) {
  requested.add(pod->requests);
  scored_milli_cpu += pod->scored_milli_cpu;
  scored_memory += pod->scored_memory;
  ports.insert(ports.end(), pod->ports.begin(), pod->ports.end());
  pods.push_back(pod);
}

bool NodeInfo::remove_pod(const std::string& uid) {
  auto hit = std::find_if(pods.begin(), pods.end(), [&](const PodInfoPtr& p) { return p->uid() == uid; });
  if (hit == pods.end()) return false;
  const auto& pod = **hit;
  requested.subtract(pod.requests);
  scored_milli_cpu -= pod.scored_milli_cpu;
  scored_memory -= pod.scored_memory;
  for (const auto& port : pod.ports) {
    auto taken = std::find(ports.begin(), ports.end(), port);
    if (taken != ports.end()) ports.erase(taken);
  }
  pods.erase(hit);
  return true;
}

}  // namespace scheduler
