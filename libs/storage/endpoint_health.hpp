#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>
#include "base/clock.hpp"

namespace storage {

struct EndpointHealthOptions {
  /// One that is used and says nothing for so long is asked for a sign of life, and not used for new calls
  /// meanwhile. Shorter than what a busy store takes now and then costs a question, no more.
  std::chrono::milliseconds silence_max{700};
  /// How long it has to give that sign. Too short: calls are broken off at a member that is only busy.
  std::chrono::milliseconds patience{800};
  /// And how much longer than the others: after an election all answer at about the same time.
  std::chrono::milliseconds behind_others{200};
  /// One that refused or broke off is tried last for so long; one that stalled is asked that often.
  std::chrono::milliseconds aside{1'000};
};

/// Which of a store's endpoints to use, judged by what they answered last. Pure: the time is an argument.
/// Whoever owns it guards it.
///
///     good --failed--> aside --time, or a sign of life--> good
///     good --silent--> suspect --a sign of life--> good
///                         '--none, while another endpoint gave one--> stalled --a sign of life--> good
///
/// As long as nobody answers nobody has stalled: then it is the cluster that has no leader, or this process
/// that did not run, and to break off would help nobody.
class EndpointHealth {
 public:
  using Time = base::SteadyTime;
  using Indexes = std::vector<std::size_t>;
  EndpointHealth(std::size_t endpoints, EndpointHealthOptions options);

  /// The one for a new call: the first good one in order, else the one that was tried longest ago; of those
  /// in `tried` only when there is no other.
  std::size_t choose(Time now, const std::vector<bool>& tried);
  /// A call or watch waits for it, until `ended`.
  void began(std::size_t endpoint, Time now);
  void ended(std::size_t endpoint);
  /// It said something, whatever it was.
  void heard(std::size_t endpoint, Time now);
  /// It cannot be reached, or cannot serve.
  void failed(std::size_t endpoint, Time now);

  /// Those to be asked for a sign of life now: if one is suspect all, for comparison. Each is followed by one
  /// `asked`, and by `heard` if it gave one.
  Indexes due(Time now);
  void asked(std::size_t endpoint);
  /// Those that have stalled since the last call: what waits for them is to be broken off.
  Indexes newly_stalled(Time now);

  bool stalled(std::size_t endpoint) const { return states_.at(endpoint).stalled; }
  const EndpointHealthOptions& options() const { return options_; }

 private:
  struct State {
    std::size_t waiting = 0;  ///< Calls and watches under way.
    Time busy_since{};        ///< When the first of them began.
    Time heard{}, tried{}, asked{}, aside_until{};
    std::optional<Time> unanswered;    ///< Since when it was asked in vain.
    std::optional<Time> others_heard;  ///< When the first of the others was heard after that.
    bool asking = false, stalled = false;
  };
  enum class Rank { good, suspect, aside, stalled };
  Rank rank(const State& state, Time now) const;
  bool silent(const State& state, Time now) const;

  const EndpointHealthOptions options_;
  std::vector<State> states_;
};

}  // namespace storage
