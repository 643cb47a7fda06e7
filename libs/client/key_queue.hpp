#pragma once
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include "base/clock.hpp"

namespace client {

/// The rules of a work queue without time or coroutines of its own: which key is next, which is in work,
/// which waits for its moment. A key is in at most one pair of hands; adding it meanwhile queues it again
/// when it is done. Source: client-go's util/workqueue.
class KeyQueue {
 public:
  struct Taken {
    std::string key;
    std::chrono::nanoseconds waited;  ///< Since it was first added.
  };
  /// False if it was already queued (or will be queued again once done).
  bool add(const std::string& key, base::SteadyTime now);
  /// The earliest of several moments holds.
  void add_at(const std::string& key, base::SteadyTime due);
  /// Moves what is due into the queue; returns how many keys were new there.
  int promote(base::SteadyTime now);
  std::optional<Taken> take(base::SteadyTime now);
  /// How long the key was in work; zero if it was not. Queues it again if it was added meanwhile.
  std::chrono::nanoseconds done(const std::string& key, base::SteadyTime now);
  /// When the next delayed key is due.
  std::optional<base::SteadyTime> next_due() const;
  std::size_t size() const noexcept { return order_.size(); }
  std::size_t in_work() const noexcept { return working_.size(); }

 private:
  std::deque<std::string> order_;
  std::map<std::string, base::SteadyTime>
      dirty_;  ///< Wanted, queued or not, with the moment of the first add.
  std::map<std::string, base::SteadyTime> working_;  ///< With the moment it was taken.
  std::map<std::string, base::SteadyTime> due_;
  std::set<std::pair<base::SteadyTime, std::string>> by_due_;
};

/// Per-key exponential back-off: `base`, 2 x `base`, ... up to `max`.
class KeyBackoff {
 public:
  explicit KeyBackoff(std::chrono::nanoseconds base = std::chrono::milliseconds(5),
                      std::chrono::nanoseconds max = std::chrono::seconds(1000));
  std::chrono::nanoseconds next(const std::string& key);  ///< Counts a failure.
  void forget(const std::string& key) { failures_.erase(key); }
  int failures(const std::string& key) const;

 private:
  std::chrono::nanoseconds base_, max_;
  std::map<std::string, int> failures_;
};

}  // namespace client
