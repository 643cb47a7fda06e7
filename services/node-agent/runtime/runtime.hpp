#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "base/async.hpp"
#include "base/clock.hpp"
#include "node-agent/runtime/process_stream.hpp"

/// What runs containers, shaped as CRI's RuntimeService and ImageService (k8s.io/cri-api, runtime/v1): the
/// same calls, the words of our code. Implementations: `process` and `hollow`; `cri` fits behind it too.
namespace node_agent::runtime {

/// What a pod shares: its network identity and its namespaces.
struct PodSandboxConfig {
  std::string ns, name, uid;
  int attempt = 0;
  std::string hostname;
  std::string log_directory;  ///< Of the pod; container log paths are below it.
  std::vector<std::string> dns_servers, dns_searches, dns_options;
  std::map<std::string, std::string> labels, annotations;
  bool host_network = false, host_pid = false, host_ipc = false, share_process_namespace = false;
  std::string cgroup_parent;  ///< Of the pod's QoS class; empty: the runtime's own.
};

struct PodSandbox {
  std::string id;
  PodSandboxConfig config;
  bool ready = false;
  base::SystemTime created_at{};
  std::vector<std::string> ips;  ///< First: the primary one. Empty with host_network.
};

struct Mount {
  std::string container_path, host_path;
  bool readonly = false;
  /// May be left out where the machine permits no mounts: what every container gets unasked (/etc/hosts, the
  /// service account's token, the termination log). Any other mount that cannot be made is an error.
  bool optional = false;
};

struct Resources {
  std::int64_t cpu_shares = 0;                             ///< 0: the runtime's default.
  std::int64_t cpu_quota_us = 0, cpu_period_us = 100'000;  ///< 0: no limit.
  std::int64_t memory_limit_bytes = 0;                     ///< 0: no limit.
  int oom_score_adj = 0;
};

struct ContainerConfig {
  std::string name;
  int attempt = 0;  ///< The restart count.
  std::string image;
  std::vector<std::string> command, args;  ///< Expanded. Both empty: the image's own, which may be none.
  std::string working_dir;
  std::vector<std::pair<std::string, std::string>> envs;
  std::vector<Mount> mounts;
  std::map<std::string, std::string> labels, annotations;
  std::string log_path;  ///< Relative to the sandbox's log directory. CRI's logging format.
  bool stdin_ = false, stdin_once = false, tty = false;
  Resources resources;
  std::int64_t run_as_user = -1, run_as_group = -1;  ///< -1: as the image says.
  std::string spec_hash;                             ///< Kept and given back; see pods::spec_hash.
  std::string stop_signal;                           ///< "SIGTERM" when empty.
};

struct Container {
  enum class State { created, running, exited, unknown };
  std::string id, sandbox_id;
  ContainerConfig config;
  State state = State::unknown;
  base::SystemTime created_at{}, started_at{}, finished_at{};
  int exit_code = 0;
  std::string reason,
      message;  ///< Of an exited one: "Completed", "Error", "OOMKilled", "ContainerCannotRun".
  std::string image_ref;
  std::string log_path;  ///< Absolute.
  std::int64_t pid = 0;  ///< As this machine counts; 0 when it does not run.
};

struct ExecResult {
  int exit_code = 0;
  std::string out, err;  ///< Each cut at `output_bytes_max`.
};
inline constexpr std::size_t output_bytes_max = 16 * 1024;

struct ContainerStats {
  std::string container_id;
  std::uint64_t cpu_usage_core_ns = 0, memory_working_set_bytes = 0;
  base::SystemTime at{};
};

/// Something happened to a container or sandbox of this pod: look again. Called on the node's strand.
using OnChange = std::function<void(const std::string& pod_uid)>;

/// All calls belong to the node's strand and come back to it; blocking work is the implementation's to move
/// elsewhere. Calls on different ids may overlap. Ids carry no scheme.
/// Errors of all: not_found (no such id), unavailable (the runtime cannot work now), internal (with the
/// system's words), cancelled.
class Runtime {
 public:
  virtual ~Runtime() = default;

  virtual std::string name() const = 0;     ///< "process": the scheme of container ids in the API.
  virtual std::string version() const = 0;  ///< "0.1.0"
  /// Takes up what runs since before this process started; then `on_change` is called from now on.
  virtual base::Awaitable<base::Result<void>> start(OnChange on_change) = 0;
  /// Lets go of everything and leaves it running.
  virtual base::Awaitable<void> stop() = 0;
  /// Why nothing can be run now; empty: all is well. Must not block.
  virtual std::string trouble() const = 0;

  virtual base::Awaitable<base::Result<std::string>> run_pod_sandbox(PodSandboxConfig config) = 0;
  /// Ends what still runs in it and gives its network back. Done already: success.
  virtual base::Awaitable<base::Result<void>> stop_pod_sandbox(std::string id) = 0;
  /// With its containers. Not there: success.
  virtual base::Awaitable<base::Result<void>> remove_pod_sandbox(std::string id) = 0;
  /// Of one pod, or of all when `pod_uid` is empty; newest first.
  virtual base::Awaitable<base::Result<std::vector<PodSandbox>>> list_pod_sandboxes(std::string pod_uid) = 0;

  virtual base::Awaitable<base::Result<std::string>> create_container(std::string sandbox_id,
                                                                      ContainerConfig config) = 0;
  /// Errors: invalid_argument when its command cannot be run (`exec: "/no/such": stat /no/such: no such file
  /// or directory`), internal when its mounts, user or directory cannot be had. The container is exited then:
  /// code 127 or 126 as a shell would give and reason ContainerCannotRun, or 128 and StartError.
  virtual base::Awaitable<base::Result<void>> start_container(std::string id) = 0;
  /// The stop signal, then SIGKILL after `timeout`; returns when it has ended. Ended already: success.
  virtual base::Awaitable<base::Result<void>> stop_container(std::string id,
                                                             std::chrono::seconds timeout) = 0;
  /// Not there: success. One that runs is killed.
  virtual base::Awaitable<base::Result<void>> remove_container(std::string id) = 0;
  /// Of one pod, or of all when `pod_uid` is empty; newest first.
  virtual base::Awaitable<base::Result<std::vector<Container>>> list_containers(std::string pod_uid) = 0;

  /// Error: deadline_exceeded after `timeout` (0: none), and the command is killed.
  virtual base::Awaitable<base::Result<ExecResult>> exec_sync(std::string container_id,
                                                              std::vector<std::string> command,
                                                              std::chrono::seconds timeout) = 0;
  struct ExecOptions {
    std::vector<std::string> command;
    bool stdin_ = false, stdout_ = false, stderr_ = false, tty = false;
  };
  virtual base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> exec(std::string container_id,
                                                                             ExecOptions options) = 0;
  virtual base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> attach(std::string container_id,
                                                                               ExecOptions options) = 0;
  virtual base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> port_forward(std::string sandbox_id,
                                                                                     std::uint16_t port) = 0;

  /// Makes `image` usable here; its reference. Errors: not_found; permission_denied.
  virtual base::Awaitable<base::Result<std::string>> pull_image(std::string image) = 0;
  /// The reference of an image that is here; empty: it is not.
  virtual base::Awaitable<base::Result<std::string>> image_status(std::string image) = 0;

  /// Of the running ones.
  virtual base::Awaitable<base::Result<std::vector<ContainerStats>>> list_container_stats() = 0;
};

}  // namespace node_agent::runtime
