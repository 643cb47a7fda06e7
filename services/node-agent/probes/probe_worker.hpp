#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include "api/types/core_v1.hpp"
#include "base/clock.hpp"

/// What a probe's results mean over time. Pure: no sockets and no clock.
/// Source of the rules: Kubernetes "Configure Liveness, Readiness and Startup Probes", and the kubelet's
/// probe workers.
namespace node_agent::probes {

enum class Kind { readiness, liveness, startup };
/// "Readiness", as events begin their message.
std::string_view name_of(Kind kind) noexcept;

/// `unknown` of one attempt: it could not be carried out, which says nothing about the container.
enum class Outcome { unknown, success, failure };

/// A probe with its defaults filled in (period 10 s, timeout 1 s, thresholds 1 and 3).
struct Timing {
  std::chrono::seconds initial_delay{0}, period{10}, timeout{1};
  int success_threshold = 1, failure_threshold = 3;
  static Timing of(const api::core::v1::Probe& probe);
};

/// The container a probe is about, as last seen.
struct Subject {
  std::string container_id;  ///< Empty: none was created yet.
  bool running = false;
  bool started = false;      ///< Its startup probe has succeeded, or it has none.
  bool will_restart = true;  ///< False: the restart policy leaves it ended.
  bool pod_terminating = false;
  base::SystemTime started_at{};
};

/// One container's one probe. `step` says what to do at a tick; `observe` takes the outcome of an attempt.
class ProbeWorker {
 public:
  ProbeWorker(Kind kind, Timing timing);

  enum class Step {
    wait,   ///< Nothing at this tick.
    probe,  ///< Make an attempt, then call `observe`.
    stop,   ///< Nothing will ever be probed again.
  };
  Step step(const Subject& subject, base::SystemTime now);
  /// An attempt's outcome for `container_id`, the subject's when the attempt began. True if `result` changed.
  bool observe(const std::string& container_id, Outcome outcome);

  /// Takes up a container that ran, with that result, before this process started: its pod keeps its state.
  void resume(const std::string& container_id, Outcome result);

  Kind kind() const noexcept { return kind_; }
  const Timing& timing() const noexcept { return timing_; }
  /// What holds for the container now: what the thresholds made of the attempts. Until they say otherwise a
  /// readiness probe counts as failed, a liveness probe as succeeded, a startup probe as unknown.
  Outcome result() const noexcept { return result_; }
  const std::string& container_id() const noexcept { return container_id_; }

 private:
  void begin(const std::string& container_id);
  bool set(Outcome result);

  Kind kind_;
  Timing timing_;
  Outcome result_;
  std::string container_id_;
  Outcome last_ = Outcome::unknown;  ///< Of the latest attempts, `run_` of them in a row.
  int run_ = 0;
  bool on_hold_ = false;  ///< Failed for good: silent until the container is replaced.
};

}  // namespace node_agent::probes
