#pragma once
#include <optional>
#include <string>
#include <vector>
#include "node-agent/runtime/runtime.hpp"
#include "node-agent/runtime/shim/spec.hpp"

namespace node_agent::runtime {

/// Who holds a sandbox's namespaces, and since which boot the sandbox is there.
struct SandboxHold {
  std::string boot_id;
  std::int64_t pause_pid = 0, pause_ticks = 0;  ///< 0: nobody, there are no namespaces.
};

struct StoredSandbox {
  PodSandbox sandbox;  ///< `ready`: as the files say, and its pause process lives.
  SandboxHold hold;
};

struct StoredContainer {
  Container container;  ///< Without its state.
  std::optional<shim::ContainerState> state;
  bool shim_lives = false, was_started = false;
  std::vector<std::string> cgroups;  ///< As it was started with.
};

/// What the runtime knows, on disk:
///
///     <root>/sandboxes/<id>/    config.json  ready (while it is)  resolv.conf  hostname  spec, state, lock
///     (pause) <root>/containers/<id>/   config.json  spec, state, lock, socket, shim.log (its shim)
///
/// Files are replaced whole. A directory without a config.json that can be read is rubbish: it is logged and
/// removed, unless a shim works in it. All calls block, and may come from any thread for different ids.
class StateStore {
 public:
  explicit StateStore(std::string root) : root_(std::move(root)) {}

  /// Makes the directories. Error: internal, in the system's words.
  base::Result<void> open();
  std::vector<StoredSandbox> load_sandboxes();
  std::vector<StoredContainer> load_containers();

  base::Result<void> add(const PodSandbox& sandbox);
  base::Result<void> set_ready(const std::string& sandbox_id, const SandboxHold& hold);
  void set_not_ready(const std::string& sandbox_id);
  base::Result<void> add(const Container& container);
  void write_state(const std::string& container_id, const shim::ContainerState& state);
  /// None: it never ran, or the file is torn.
  std::optional<shim::ContainerState> read_state(const std::string& container_id) const;
  /// How it was started. None: it never was.
  std::optional<shim::ContainerSpec> read_spec(const std::string& container_id) const;
  void remove_sandbox(const std::string& id);
  void remove_container(const std::string& id);

  std::string sandbox_directory(const std::string& id) const { return root_ + "/sandboxes/" + id; }
  std::string container_directory(const std::string& id) const { return root_ + "/containers/" + id; }
  const std::string& root() const noexcept { return root_; }

 private:
  std::string root_;
};

/// True if `pid` is still the process that started at `ticks` (shim::start_ticks).
bool is_alive(std::int64_t pid, std::int64_t ticks);

}  // namespace node_agent::runtime
