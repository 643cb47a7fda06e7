#include "node-agent/node/node_object.hpp"
#include <algorithm>

namespace node_agent::node {

namespace core = api::core::v1;
using api::Quantity;

namespace {

constexpr const char* kubelet_version = "v1.35.0+coxswain." COX_VERSION;
constexpr std::chrono::seconds lease_duration{40};

Quantity bytes(std::int64_t n) {
  // Upstream prints machine sizes in Ki.
  return Quantity::from_value(n / 1024 * 1024, Quantity::Format::binary_si);
}

core::NodeCondition condition(std::string type, bool holds, std::string reason, std::string message) {
  core::NodeCondition c;
  c.type = std::move(type);
  c.status = holds ? "True" : "False";
  c.reason = std::move(reason);
  c.message = std::move(message);
  return c;
}

core::NodeCondition memory_condition(const NodeSettings& s, const NodeObservation& seen) {
  const bool low = seen.pressure.memory_available_bytes < s.eviction.memory.of(seen.machine.memory_bytes);
  return low ? condition("MemoryPressure", true, "KubeletHasInsufficientMemory",
                         "kubelet has insufficient memory available")
             : condition("MemoryPressure", false, "KubeletHasSufficientMemory",
                         "kubelet has sufficient memory available");
}

core::NodeCondition disk_condition(const NodeSettings& s, const NodeObservation& seen) {
  const auto& p = seen.pressure;
  return p.disk_available_bytes < s.eviction.disk.of(p.disk_bytes)
             ? condition("DiskPressure", true, "KubeletHasDiskPressure", "kubelet has disk pressure")
             : condition("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure");
}

core::NodeCondition pid_condition(const NodeSettings& s, const NodeObservation& seen) {
  const auto& p = seen.pressure;
  return p.pids_max - p.pids < s.eviction.pids.of(p.pids_max)
             ? condition("PIDPressure", true, "KubeletHasInsufficientPID",
                         "kubelet has insufficient PID available")
             : condition("PIDPressure", false, "KubeletHasSufficientPID",
                         "kubelet has sufficient PID available");
}

std::vector<core::NodeCondition> conditions(const NodeSettings& s, const NodeObservation& seen,
                                            const std::vector<core::NodeCondition>& known,
                                            base::SystemTime now) {
  std::vector<core::NodeCondition> out{memory_condition(s, seen), disk_condition(s, seen),
                                       pid_condition(s, seen)};
  out.push_back(seen.not_ready.empty()
                    ? condition("Ready", true, "KubeletReady", "kubelet is posting ready status")
                    : condition("Ready", false, "KubeletNotReady", seen.not_ready));
  const api::Time at{std::chrono::floor<std::chrono::seconds>(now)};
  for (auto& c : out) {
    c.last_heartbeat_time = at;
    c.last_transition_time = at;
    for (const auto& old : known)
      if (old.type == c.type && old.status == c.status && old.last_transition_time)
        c.last_transition_time = old.last_transition_time;
  }
  for (const auto& old : known)
    if (std::none_of(out.begin(), out.end(), [&](const auto& c) { return c.type == old.type; }))
      out.push_back(old);
  return out;
}

std::map<std::string, Quantity> capacity(const NodeSettings& s, const NodeObservation& seen) {
  std::map<std::string, Quantity> out;
  out["cpu"] = Quantity::from_value(seen.machine.cpus);
  out["memory"] = bytes(seen.machine.memory_bytes);
  out["ephemeral-storage"] = bytes(seen.pressure.disk_bytes);
  out["hugepages-1Gi"] = Quantity::from_value(0);
  out["hugepages-2Mi"] = Quantity::from_value(0);
  out["pods"] = Quantity::from_value(s.pods_max);
  return out;
}

core::NodeSystemInfo system_info(const NodeSettings& s, const Machine& m) {
  core::NodeSystemInfo i;
  i.machine_id = m.machine_id;
  i.system_uuid = m.system_uuid;
  i.boot_id = m.boot_id;
  i.kernel_version = m.kernel_version;
  i.os_image = m.os_image;
  i.container_runtime_version = s.runtime_version;
  i.kubelet_version = kubelet_version;
  i.operating_system = "linux";
  i.architecture = m.architecture;
  return i;
}

}  // namespace

core::NodeStatus node_status(const NodeSettings& s, const NodeObservation& seen,
                             const core::NodeStatus& known, base::SystemTime now) {
  core::NodeStatus status = known;
  status.addresses.clear();
  for (const auto& [type, address] : {std::pair{"InternalIP", s.ip}, std::pair{"Hostname", s.name}}) {
    auto& a = status.addresses.emplace_back();
    a.type = type;
    a.address = address;
  }
  status.capacity = capacity(s, seen);
  status.allocatable = status.capacity;
  const auto& m = seen.machine;
  status.allocatable["memory"] =
      bytes(std::max<std::int64_t>(0, m.memory_bytes - s.eviction.memory.of(m.memory_bytes)));
  const auto disk = seen.pressure.disk_bytes;
  status.allocatable["ephemeral-storage"] = Quantity::from_value(disk - s.eviction.disk.of(disk));
  status.conditions = conditions(s, seen, known.conditions, now);
  status.daemon_endpoints.emplace().kubelet_endpoint.emplace().port = s.port;
  status.node_info = system_info(s, m);
  return status;
}

std::map<std::string, std::string> node_labels(const NodeSettings& s, const Machine& m) {
  auto labels = s.labels;
  labels["kubernetes.io/hostname"] = s.name;
  for (const std::string prefix : {"", "beta."}) {
    labels[prefix + "kubernetes.io/os"] = "linux";
    labels[prefix + "kubernetes.io/arch"] = m.architecture;
  }
  return labels;
}

core::Node initial_node(const NodeSettings& s, const NodeObservation& seen, base::SystemTime now) {
  core::Node node;
  node.metadata.name = s.name;
  node.metadata.labels = node_labels(s, seen.machine);
  node.metadata.annotations["volumes.kubernetes.io/controller-managed-attach-detach"] = "true";
  node.spec.taints = s.taints;
  node.status = node_status(s, seen, {}, now);
  return node;
}

bool status_changed(const core::NodeStatus& a, const core::NodeStatus& b) {
  auto x = a, y = b;
  for (auto* status : {&x, &y}) {
    for (auto& c : status->conditions)
      c.last_heartbeat_time.reset();
    std::sort(status->conditions.begin(), status->conditions.end(),
              [](const auto& l, const auto& r) { return l.type < r.type; });
  }
  return !(x == y);
}

api::coordination::v1::Lease node_lease(const core::Node& node, const api::coordination::v1::Lease& known,
                                        base::SystemTime now) {
  auto lease = known;
  lease.metadata.name = node.metadata.name;
  lease.metadata.namespace_ = "kube-node-lease";
  if (lease.metadata.owner_references.empty() && !node.metadata.uid.empty()) {
    auto& owner = lease.metadata.owner_references.emplace_back();
    owner.api_version = "v1";
    owner.kind = "Node";
    owner.name = node.metadata.name;
    owner.uid = node.metadata.uid;
  }
  lease.spec.holder_identity = node.metadata.name;
  lease.spec.lease_duration_seconds = static_cast<std::int32_t>(lease_duration.count());
  lease.spec.renew_time = api::MicroTime{std::chrono::floor<std::chrono::microseconds>(now)};
  return lease;
}

base::Result<core::Taint> parse_taint(std::string_view text) {
  core::Taint t;
  const auto colon = text.rfind(':');
  const auto wrong = base::Error(base::Errc::invalid_argument, "invalid taint \"" + std::string(text) + "\"");
  if (colon == std::string_view::npos) return wrong;
  t.effect = text.substr(colon + 1);
  if (t.effect != "NoSchedule" && t.effect != "PreferNoSchedule" && t.effect != "NoExecute") return wrong;
  const auto left = text.substr(0, colon);
  const auto equals = left.find('=');
  t.key = left.substr(0, equals);
  if (equals != std::string_view::npos) t.value = left.substr(equals + 1);
  if (t.key.empty()) return wrong;
  return t;
}

base::Result<std::map<std::string, std::string>> parse_labels(const std::vector<std::string>& pairs) {
  std::map<std::string, std::string> out;
  for (const auto& p : pairs) {
    const auto equals = p.find('=');
    if (equals == std::string::npos || equals == 0)
      return base::Error(base::Errc::invalid_argument, "\"" + p + "\" is not of the form key=value");
    out[p.substr(0, equals)] = p.substr(equals + 1);
  }
  return out;
}

}  // namespace node_agent::node
