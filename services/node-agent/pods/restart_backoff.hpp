#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include "base/clock.hpp"

namespace node_agent::pods {

/// How long a container that ended waits before it is started again: not at all the first time, then 10 s,
/// doubled each time up to 5 minutes, and from the beginning after 10 minutes without a restart.
/// Pure. Source: "Pod Lifecycle", container restart policy.
class RestartBackoff {
 public:
  explicit RestartBackoff(std::chrono::nanoseconds initial = std::chrono::seconds(10),
                          std::chrono::nanoseconds max = std::chrono::minutes(5))
      : initial_(initial), max_(max) {}

  struct Wait {
    std::chrono::nanoseconds delay;  ///< The whole back-off, for the message.
    base::SystemTime until;
  };
  /// Whether a container that ended at `finished_at` has to wait at `now`.
  std::optional<Wait> check(const std::string& name, base::SystemTime finished_at,
                            base::SystemTime now) const;
  /// The container is started again at `now`: its next wait is longer.
  void restarted(const std::string& name, base::SystemTime now);

 private:
  struct Entry {
    std::chrono::nanoseconds delay;
    base::SystemTime updated;
  };
  bool expired(const Entry& e, base::SystemTime at) const { return at - e.updated > 2 * max_; }

  std::chrono::nanoseconds initial_, max_;
  std::map<std::string, Entry> entries_;
};

}  // namespace node_agent::pods
