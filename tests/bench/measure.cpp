#include "bench/measure.hpp"
#include <algorithm>
#include <atomic>
#include <boost/asio/strand.hpp>
#include <cmath>
#include <memory>

namespace bench {
namespace {

struct Worker {
  Latencies latencies;
  std::int64_t errors = 0;
  std::string first_error;
};

struct Shared {
  Load load;
  Shot shot;
  Clock::time_point begin, until;
  std::atomic<std::int64_t> next{0};
};

base::Awaitable<void> work(std::shared_ptr<Shared> shared, Worker* worker) {
  const auto& load = shared->load;
  while (load.count_max > 0 || Clock::now() < shared->until || (load.go_on && load.go_on())) {
    const std::int64_t index = shared->next++;
    if (load.count_max > 0 && index >= load.count_max) break;
    auto begin = Clock::now();
    if (load.per_second > 0) {
      const std::chrono::duration<double> after(static_cast<double>(index) / load.per_second);
      const auto due = shared->begin + std::chrono::duration_cast<Clock::duration>(after);
      if (due > begin) co_await base::sleep_for(due - begin);
      begin = due;
    }
    auto done = co_await shared->shot(index);
    if (done) {
      worker->latencies.add(Clock::now() - begin);
      continue;
    }
    if (worker->errors++ == 0) worker->first_error = done.error().message;
    co_await base::sleep_for(std::chrono::milliseconds(10));  // A server that refuses is not hammered.
  }
}

}  // namespace

void Latencies::merge(Latencies other) {
  samples_.insert(samples_.end(), other.samples_.begin(), other.samples_.end());
}

double Latencies::percentile(double p) {
  if (samples_.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(p / 100 * static_cast<double>(samples_.size())));
  const auto at =
      samples_.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, samples_.size()) - 1);
  std::nth_element(samples_.begin(), at, samples_.end());
  return *at;
}

base::Awaitable<Result> measure(std::string name, base::Executor ex, Load load, Shot shot) {
  auto shared = std::make_shared<Shared>();
  shared->load = load;
  shared->shot = std::move(shot);
  const auto begin = Clock::now();
  shared->begin = begin;
  shared->until = begin + load.duration;
  std::vector<Worker> workers(static_cast<std::size_t>(load.workers));
  base::TaskGroup group(ex, "bench");
  for (auto& worker : workers) {
    Worker* w = &worker;
    group.spawn_on(base::asio::make_strand(ex), "worker", [shared, w]() { return work(shared, w); });
  }
  co_await group.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  Latencies all;
  Result result;
  result.name = std::move(name);
  for (auto& w : workers) {
    all.merge(std::move(w.latencies));
    result.errors += w.errors;
    if (result.first_error.empty()) result.first_error = w.first_error;
  }
  result.count = static_cast<std::int64_t>(all.size());
  result.per_second = static_cast<double>(result.count) / seconds;
  result.p50 = all.percentile(50);
  result.p99 = all.percentile(99);
  result.max = all.percentile(100);
  co_return result;
}

}  // namespace bench
