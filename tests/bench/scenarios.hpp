#pragma once
#include <vector>
#include "bench/measure.hpp"
#include "bench/target.hpp"

/// What is measured, each on a namespace that `prepare` made.
namespace bench {

struct Plan {
  std::int64_t pods = 3000;  ///< How many pods the reads, lists and watches work on.
  int workers = 32;
  Clock::duration duration = std::chrono::seconds(5);
  std::vector<int> watchers{1, 100, 500};
  int running_pods = 50;  ///< For create-to-Running; 0 leaves it out (no nodes).
};

std::string pod_name(std::int64_t i);

/// Pod creates/s; leaves exactly `plan.pods` pods behind.
base::Awaitable<Result> creates(Target& target, base::Executor ex, const Plan& plan);
base::Awaitable<Result> gets(Target& target, base::Executor ex, const Plan& plan);
/// MB/s of full lists by two clients.
base::Awaitable<Result> lists(Target& target, base::Executor ex, const Plan& plan);
/// Events delivered per second, all watchers together, while pods are changed as fast as the server takes it.
base::Awaitable<Result> watches(Target& target, base::Executor ex, const Plan& plan, int watchers);
/// Latency from the create's answer to the Running event, a pod at a time for each of four workers.
base::Awaitable<Result> create_to_running(Target& target, base::Executor ex, const Plan& plan);

}  // namespace bench
