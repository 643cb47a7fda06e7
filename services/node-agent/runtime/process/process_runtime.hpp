#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "node-agent/runtime/process/options.hpp"
#include "node-agent/runtime/process/pod_addresses.hpp"
#include "node-agent/runtime/process/state_store.hpp"
#include "node-agent/runtime/runtime.hpp"

namespace node_agent::runtime {

/// Pods as supervised processes of this machine. Each container has a shim (cmd/process-shim) that outlives
/// the agent; this object starts shims, watches them, and knows what they left on disk:
///
///     ProcessRuntime --spec, socket--> process-shim --fork--> init, command
///            |                              |
///            +---- root_dir/containers/ <---+  config.json; state
///
/// `strand` is the node's; blocking work goes to `pool`. `stop` must have completed before destruction.
class ProcessRuntime final : public Runtime {
 public:
  ProcessRuntime(base::Executor strand, base::Executor pool, ProcessRuntimeOptions options);
  ~ProcessRuntime() override;

  std::string name() const override { return "process"; }
  std::string version() const override;
  base::Awaitable<base::Result<void>> start(OnChange on_change) override;
  base::Awaitable<void> stop() override;
  std::string trouble() const override { return trouble_; }
  /// What the kernel permitted at `start`.
  shim::Isolation isolation() const noexcept { return isolation_; }

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
  struct Sandbox {
    PodSandbox info;
    SandboxHold hold;
  };
  struct Entry {
    Entry(base::Executor ex, Container c) : info(std::move(c)), ended(std::move(ex)) {}
    Container info;
    base::Event ended;  ///< Set when it is exited, for good.
    bool starting = false;
    std::int64_t shim_pid = 0;
    std::vector<std::string> cgroups;
  };
  using SandboxPtr = std::shared_ptr<Sandbox>;
  using EntryPtr = std::shared_ptr<Entry>;
  struct Loaded;

  SandboxPtr find_sandbox(const std::string& id) const;
  EntryPtr find_container(const std::string& id) const;
  base::Result<EntryPtr> running(const std::string& id) const;
  const std::string& pod_of(const Entry& entry) const;
  std::vector<EntryPtr> containers_of(const std::string& sandbox_id) const;
  void changed(const std::string& pod_uid);

  Loaded load();
  void take_up(Loaded loaded);
  void take_up_container(StoredContainer stored, const std::string& boot_id);

  base::Result<SandboxHold> make_sandbox(PodSandbox& sandbox);
  base::Result<void> connect_sandbox(PodSandbox& sandbox, const SandboxHold& hold);
  void unmake_sandbox(const PodSandbox& sandbox);
  void watch_sandbox(const SandboxPtr& sandbox);
  base::Awaitable<void> await_pause(SandboxPtr sandbox);

  shim::ContainerSpec make_spec(const Entry& entry, const Sandbox& sandbox) const;
  void watch_container(const EntryPtr& entry);
  base::Awaitable<void> await_end(EntryPtr entry);
  void note_started(Entry& entry, const shim::ContainerState& state);
  void settle(const EntryPtr& entry, const shim::ContainerState& state);
  base::Awaitable<base::Result<void>> kill_container(EntryPtr entry);
  void warn_of_limits(const std::string& trouble);

  base::Executor strand_, pool_;
  ProcessRuntimeOptions options_;
  StateStore store_;  ///< Used in the pool.
  bool netns_;        ///< A network namespace a pod.
  PodAddresses addresses_;
  base::TaskGroup tasks_;
  OnChange on_change_;
  std::string trouble_ = "the process runtime has not been started";
  std::string shim_;
  shim::Isolation isolation_ = shim::Isolation::none;
  bool limits_warned_ = false;
  std::map<std::string, SandboxPtr> sandboxes_;
  std::map<std::string, EntryPtr> containers_;
};

}  // namespace node_agent::runtime
