#pragma once
#include "controllers/endpoints/subsets.hpp"

/// Services and pods in a line, for tests.
namespace controllers::endpoints::testing {

inline Service service() {
  Service s;
  s.metadata.name = "web";
  s.metadata.namespace_ = "ns";
  s.metadata.labels = {{"team", "a"}};
  s.spec.selector = {{"app", "web"}};
  s.spec.cluster_ip = "10.96.0.10";
  auto& port = s.spec.ports.emplace_back();
  port.name = "http";
  port.protocol = "TCP";
  port.port = 80;
  port.target_port = std::string("web");
  return s;
}

inline backends::Pod pod(int n, bool ready = true, std::int32_t port = 8080) {
  backends::Pod p;
  p.metadata.name = "web-" + std::to_string(n);
  p.metadata.namespace_ = "ns";
  p.metadata.uid = "pod-" + std::to_string(n);
  p.metadata.labels = {{"app", "web"}};
  p.spec.node_name = "node";
  auto& container_port = p.spec.containers.emplace_back().ports.emplace_back();
  container_port.name = "web";
  container_port.container_port = port;
  p.status.phase = "Running";
  p.status.pod_ip = "10.0.0." + std::to_string(n);
  auto& c = p.status.conditions.emplace_back();
  c.type = "Ready";
  c.status = ready ? "True" : "False";
  return p;
}

}  // namespace controllers::endpoints::testing
