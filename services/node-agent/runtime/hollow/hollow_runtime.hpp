#pragma once
#include <memory>
#include <string>
#include "base/clock.hpp"
#include "node-agent/runtime/runtime.hpp"

namespace node_agent::runtime::hollow {

/// The Runtime that only pretends, for thousands of nodes on one machine: containers run until they are
/// stopped, then they have ended with 0; commands run in them succeed; every image is here; logs are empty
/// and nothing touches the disk. It forgets everything when it ends. Keeps a few hundred bytes a pod.
class HollowRuntime final : public Runtime {
 public:
  /// Pods get their addresses out of `pod_cidr` (IPv4), each once at a time. Nodes of one cluster get ranges
  /// of their own, see `pod_cidr_of`.
  HollowRuntime(const base::Clock& clock, const std::string& pod_cidr);
  ~HollowRuntime() override;

  std::string name() const override { return "hollow"; }
  std::string version() const override { return COX_VERSION; }
  base::Awaitable<base::Result<void>> start(OnChange on_change) override;
  base::Awaitable<void> stop() override;
  std::string trouble() const override { return {}; }

  base::Awaitable<base::Result<std::string>> run_pod_sandbox(PodSandboxConfig config) override;
  base::Awaitable<base::Result<void>> stop_pod_sandbox(std::string id) override;
  base::Awaitable<base::Result<void>> remove_pod_sandbox(std::string id) override;
  base::Awaitable<base::Result<std::vector<PodSandbox>>> list_pod_sandboxes(std::string pod_uid) override;
  base::Awaitable<base::Result<std::string>> create_container(std::string sandbox_id,
                                                              ContainerConfig config) override;
  base::Awaitable<base::Result<void>> start_container(std::string id) override;
  base::Awaitable<base::Result<void>> stop_container(std::string id, std::chrono::seconds timeout) override;
  base::Awaitable<base::Result<void>> remove_container(std::string id) override;
  base::Awaitable<base::Result<std::vector<Container>>> list_containers(std::string pod_uid) override;
  base::Awaitable<base::Result<ExecResult>> exec_sync(std::string container_id,
                                                      std::vector<std::string> command,
                                                      std::chrono::seconds timeout) override;
  base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> exec(std::string container_id,
                                                                     ExecOptions options) override;
  base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> attach(std::string container_id,
                                                                       ExecOptions options) override;
  base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> port_forward(std::string sandbox_id,
                                                                             std::uint16_t port) override;
  base::Awaitable<base::Result<std::string>> pull_image(std::string image) override;
  base::Awaitable<base::Result<std::string>> image_status(std::string image) override;
  base::Awaitable<base::Result<std::vector<ContainerStats>>> list_container_stats() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A range of 256 addresses for the node of this number, below 10.0.0.0/8: no two of 65,536 nodes share one.
std::string pod_cidr_of(unsigned node_number);

}  // namespace node_agent::runtime::hollow
