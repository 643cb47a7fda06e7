#pragma once
#include "controllers/endpointslice/slices.hpp"

/// Services and pods in a line, for tests.
namespace controllers::endpointslice::testing {

inline Service service(const std::string& name = "web") {
  Service s;
  s.metadata.name = name;
  s.metadata.namespace_ = "ns";
  s.metadata.uid = "uid-of-" + name;
  s.metadata.labels = {{"team", "a"}};
  s.metadata.creation_timestamp = api::Time{base::SystemTime{std::chrono::seconds(1'700'000'000)}};
  s.spec.selector = {{"app", "web"}};
  s.spec.cluster_ip = "10.96.0.10";
  s.spec.ip_families = {"IPv4"};
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
  p.status.pod_ips.resize(2);
  p.status.pod_ips[0].ip = p.status.pod_ip;
  p.status.pod_ips[1].ip = "fd00::" + std::to_string(n);
  auto& c = p.status.conditions.emplace_back();
  c.type = "Ready";
  c.status = ready ? "True" : "False";
  return p;
}

inline PodPtr pod_ptr(int n, bool ready = true, std::int32_t port = 8080) {
  return std::make_shared<const backends::Pod>(pod(n, ready, port));
}

inline std::vector<PodPtr> pods(int first, int last) {
  std::vector<PodPtr> out;
  for (int i = first; i <= last; ++i)
    out.push_back(pod_ptr(i));
  return out;
}

inline std::optional<std::string> zone_a(const std::string&) {
  return "zone-a";
}

/// What a plan leaves behind when it is carried out.
inline std::vector<SlicePtr> after(const Plan& plan, const std::vector<SlicePtr>& before) {
  static int made = 0;
  std::vector<SlicePtr> out;
  for (const auto& s : before) {
    const auto same = [&](const auto& other) { return other.metadata.name == s->metadata.name; };
    const bool updated = std::any_of(plan.update.begin(), plan.update.end(), same);
    const bool removed =
        std::any_of(plan.remove.begin(), plan.remove.end(), [&](const SlicePtr& r) { return same(*r); });
    if (!updated && !removed) out.push_back(s);
  }
  for (const auto& s : plan.update)
    out.push_back(std::make_shared<const EndpointSlice>(s));
  for (auto s : plan.create) {
    s.metadata.name = s.metadata.generate_name + std::to_string(++made);
    out.push_back(std::make_shared<const EndpointSlice>(std::move(s)));
  }
  return out;
}

}  // namespace controllers::endpointslice::testing
