#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "base/clock.hpp"

/// What the runtime says about one pod, joined: the vocabulary of everything that decides about pods.
namespace node_agent::status {

struct ContainerView {
  enum class State { created, running, exited, unknown };
  std::string id;  ///< With the runtime's scheme: "process://4f1c".
  std::string name;
  std::string sandbox_id;
  std::string image, image_id;
  State state = State::unknown;
  int restart_count = 0;
  base::SystemTime created_at{}, started_at{}, finished_at{};
  int exit_code = 0;
  std::string reason, message;  ///< Of an exited one: "Completed", "Error", "OOMKilled", ...
  /// Hash of the container's spec when it was created; empty: unknown.
  std::string spec_hash;
};

struct SandboxView {
  std::string id;
  bool ready = false;
  std::vector<std::string> ips;  ///< Of the pod; empty for a pod in the host's network.
  int attempt = 0;
  base::SystemTime created_at{};
};

/// Sandboxes and containers of one pod, each list newest first.
struct PodView {
  std::vector<SandboxView> sandboxes;
  std::vector<ContainerView> containers;

  /// The newest container of that name; null if there is none.
  const ContainerView* latest(std::string_view name) const noexcept {
    for (const auto& c : containers)
      if (c.name == name) return &c;
    return nullptr;
  }
  const SandboxView* ready_sandbox() const noexcept {
    return !sandboxes.empty() && sandboxes.front().ready ? &sandboxes.front() : nullptr;
  }
  bool any_running() const noexcept {
    for (const auto& c : containers)
      if (c.state == ContainerView::State::running) return true;
    return false;
  }
};

/// Why a container is not running although it should: what `kubectl get pods` shows for it.
struct WaitingReason {
  std::string reason;  ///< "CrashLoopBackOff", "CreateContainerConfigError", ...
  std::string message;
  friend bool operator==(const WaitingReason&, const WaitingReason&) = default;
};

/// What probes say about one container.
struct Readiness {
  enum class Health { ok, failed_liveness, failed_startup };
  bool started = false;
  bool ready = false;
  Health health = Health::ok;
};

}  // namespace node_agent::status
