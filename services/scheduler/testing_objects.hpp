#pragma once
#include <string>
#include "api/types/core_v1.hpp"
#include "scheduler/framework/node_info.hpp"

/// Short ways to make nodes and pods in tests.
namespace scheduler::testing {

inline api::Quantity quantity(const std::string& text) {
  return api::Quantity::parse(text).value();
}

inline api::core::v1::Node node(const std::string& name, const std::string& cpu = "4",
                                const std::string& memory = "8Gi") {
  api::core::v1::Node n;
  n.metadata.name = name;
  n.metadata.uid = "uid-" + name;
  n.metadata.labels["kubernetes.io/hostname"] = name;
  n.status.allocatable = {{"cpu", quantity(cpu)}, {"memory", quantity(memory)}, {"pods", quantity("110")}};
  return n;
}

inline api::core::v1::Pod pod(const std::string& name, const std::string& cpu = "",
                              const std::string& memory = "") {
  api::core::v1::Pod p;
  p.metadata.namespace_ = "default";
  p.metadata.name = name;
  p.metadata.uid = "uid-" + name;
  p.spec.scheduler_name = "default-scheduler";
  auto& c = p.spec.containers.emplace_back();
  c.name = "c";
  c.resources.emplace();
  if (!cpu.empty()) c.resources->requests["cpu"] = quantity(cpu);
  if (!memory.empty()) c.resources->requests["memory"] = quantity(memory);
  return p;
}

inline PodInfoPtr info(const api::core::v1::Pod& p) {
  return PodInfo::make(std::make_shared<const api::core::v1::Pod>(p));
}
inline NodePtr share(const api::core::v1::Node& n) {
  return std::make_shared<const api::core::v1::Node>(n);
}

}  // namespace scheduler::testing
