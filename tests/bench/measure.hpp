#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>
#include "base/async.hpp"

/// Closed-loop load: so many workers, each sending its next request when the last was answered; or paced.
namespace bench {

using Clock = std::chrono::steady_clock;

/// What a measurement came to. Latencies in microseconds.
struct Result {
  std::string name;
  double per_second = 0;
  std::string unit = "/s";
  double p50 = 0, p99 = 0, max = 0;
  std::int64_t count = 0, errors = 0;
  std::string first_error;  ///< For a person to see what went wrong.
};

/// Latencies of one worker group; a percentile is exact. Belongs to one strand.
class Latencies {
 public:
  void add(Clock::duration d) { samples_.push_back(std::chrono::duration<float, std::micro>(d).count()); }
  void merge(Latencies other);
  double percentile(double p);
  std::size_t size() const noexcept { return samples_.size(); }

 private:
  std::vector<float> samples_;
};

/// One request; an error's message is counted and the first is kept. The index grows over all workers.
using Shot = std::function<base::Awaitable<base::Result<void>>(std::int64_t index)>;

struct Load {
  int workers = 32;
  Clock::duration duration = std::chrono::seconds(5);
  std::int64_t count_max =
      0;  ///< 0: as many as the duration allows; otherwise that many, however long it takes.
  /// 0: as fast as the answers come. Otherwise so many a second; a latency counts from when its request was
  /// due.
  double per_second = 0;
  std::function<bool()> go_on = nullptr;  ///< If set: on after `duration` while it says so. From any thread.
};

/// Runs the load on strands of `ex` and waits for its end.
base::Awaitable<Result> measure(std::string name, base::Executor ex, Load load, Shot shot);

}  // namespace bench
