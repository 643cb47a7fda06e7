#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace sim {

/// Simulated time. A member's tick takes `kTick`, give or take its clock's drift.
using Time = std::int64_t;
inline constexpr Time kTick = 1000;

/// What is still to happen, in order of time; at one time in order of scheduling.
class Events {
 public:
  Time now() const noexcept { return now_; }
  void after(Time delay, std::function<void()> action) {
    queue_.emplace(std::pair(now_ + std::max<Time>(delay, 0), next_++), std::move(action));
  }
  /// Runs the next one. False if nothing is left.
  bool run_next() {
    if (queue_.empty()) return false;
    auto first = queue_.extract(queue_.begin());
    now_ = first.key().first;
    first.mapped()();
    return true;
  }

 private:
  Time now_ = 0;
  std::uint64_t next_ = 0;
  std::map<std::pair<Time, std::uint64_t>, std::function<void()>> queue_;
};

}  // namespace sim
