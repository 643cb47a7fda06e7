#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "base/async.hpp"
#include "base/clock.hpp"
#include "node-agent/objects/object_source.hpp"
#include "node-agent/objects/service_source.hpp"
#include "node-agent/pods/pod_host.hpp"
#include "node-agent/pods/pod_worker.hpp"
#include "node-agent/runtime/runtime.hpp"
#include "node-agent/volumes/volume_manager.hpp"

namespace node_agent::host {

struct HostOptions {
  /// Where pods' directories and logs are ("/var/lib/kubelet"): `<root>/pods/<uid>`, `<root>/logs/pods`.
  /// Empty: nothing is written to disk (a hollow node).
  std::string root;
  std::vector<std::string> host_ips;  ///< First: the primary one.
  std::vector<std::string> cluster_dns;
  std::string cluster_domain = "cluster.local";
  std::string resolv_conf = "/etc/resolv.conf";  ///< For dnsPolicy Default.
  std::string hosts_file = "/etc/hosts";         ///< For pods in the host's network.
  std::string cgroup_root;  ///< Above the control groups of the QoS classes; empty: left to the runtime.
  std::int64_t memory_capacity_bytes = 0;  ///< Of the node: oom_score_adj is measured by it.
  /// The user of a container that names none; -1: unknown, so that runAsNonRoot cannot be checked.
  std::int64_t image_user = -1;
};

/// What a RuntimeHost works with; all of it outlives the host.
struct HostContext {
  runtime::Runtime& runtime;
  volumes::VolumeManager& volumes;
  objects::ObjectSource& objects;
  const objects::ServiceSource* services = nullptr;  ///< Null: no variables of services.
  const base::Clock& clock;
  base::Executor blocking_pool;
  pods::EventSink events;
};

/// What the pods' workers do to the machine, over a Runtime: sandboxes, containers, images, volumes,
/// environments, logs and termination messages. Container ids carry the runtime's name ("process://4f1c").
/// Belongs to the node's strand.
///
/// Events it writes: those of images (Pulling, Pulled, Failed, BackOff, ...) and MissingClusterDNS. The rest
/// is the worker's.
class RuntimeHost final : public pods::PodHost {
 public:
  RuntimeHost(HostContext context, HostOptions options);
  ~RuntimeHost() override;

  /// What the node can give its pods, for the downward API.
  void set_node_allocatable(std::map<std::string, api::Quantity> allocatable);

  base::Awaitable<base::Result<status::PodView>> look(std::string pod_uid) override;
  base::Awaitable<pods::HostFailure> prepare(PodPtr pod) override;
  base::Awaitable<pods::HostFailure> create_sandbox(PodPtr pod, int attempt) override;
  base::Awaitable<Started> start_container(PodPtr pod, api::core::v1::Container container,
                                           status::SandboxView sandbox, int restart_count) override;
  base::Awaitable<base::Result<void>> stop_container(std::string container_id,
                                                     std::chrono::seconds grace) override;
  base::Awaitable<base::Result<void>> remove_container(std::string container_id) override;
  base::Awaitable<base::Result<void>> stop_sandbox(std::string sandbox_id) override;
  base::Awaitable<base::Result<void>> clean_up(std::string pod_uid) override;
  base::Awaitable<base::Result<pods::ExecOutput>> exec(std::string container_id,
                                                       std::vector<std::string> command,
                                                       std::chrono::seconds timeout) override;
  base::Awaitable<base::Result<std::vector<pods::PodIdentity>>> pods_present() override;

  /// "process://4f1c" -> "4f1c"; what carries another scheme, or none, is given back as it is.
  std::string runtime_id(const std::string& container_id) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace node_agent::host
