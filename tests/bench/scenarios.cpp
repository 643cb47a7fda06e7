#include "bench/scenarios.hpp"
#include <algorithm>
#include <atomic>
#include <boost/asio/strand.hpp>
#include <boost/json/parse.hpp>
#include "api/object.hpp"

namespace bench {
namespace {

/// A cheap spread over the pods: the same in every run.
std::int64_t scatter(std::int64_t i, std::int64_t n) {
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15ull >> 17) %
                                   static_cast<std::uint64_t>(n));
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Counted {
  std::atomic<std::int64_t> events{0}, open{0}, failed{0};
};

base::Awaitable<void> count_events(Target& target, std::shared_ptr<Counted> counted, std::string version) {
  auto stream = co_await target.watch_pods(std::move(version));
  if (!stream) {
    ++counted->failed;
    co_return;
  }
  ++counted->open;
  while (true) {
    auto piece = co_await (*stream)->read_some();
    if (!piece || piece->empty()) co_return;
    counted->events += std::count(piece->begin(), piece->end(), '\n');
  }
}

base::Awaitable<std::string> list_version(Target& target) {
  std::string query = "limit=1";
  auto body = co_await target.list_body(std::move(query));
  if (!body) co_return std::string();
  boost::system::error_code error;
  const auto list = boost::json::parse(*body, error);
  if (error) co_return std::string();
  co_return std::string(list.at("metadata").at("resourceVersion").as_string());
}

}  // namespace

std::string pod_name(std::int64_t i) {
  return "bench-" + std::to_string(i);
}

base::Awaitable<Result> creates(Target& target, base::Executor ex, const Plan& plan) {
  Load load{plan.workers, plan.duration, plan.pods};
  Shot shot = [&target](std::int64_t i) { return target.create_pod(pod_name(i), false); };
  std::string name = "pod creates";
  co_return co_await measure(std::move(name), ex, load, std::move(shot));
}

base::Awaitable<Result> gets(Target& target, base::Executor ex, const Plan& plan) {
  Load load{plan.workers, plan.duration, 0};
  Shot shot = [&target, n = plan.pods](std::int64_t i) { return target.get_pod(pod_name(scatter(i, n))); };
  std::string name = "pod gets";
  co_return co_await measure(std::move(name), ex, load, std::move(shot));
}

base::Awaitable<Result> lists(Target& target, base::Executor ex, const Plan& plan) {
  auto bytes = std::make_shared<std::atomic<std::int64_t>>(0);
  Load load{2, plan.duration, 0};
  Shot shot = [&target, bytes](std::int64_t) -> base::Awaitable<base::Result<void>> {
    auto size = co_await target.list_pods();
    if (!size) co_return size.error();
    *bytes += static_cast<std::int64_t>(*size);
    co_return base::Result<void>();
  };
  const auto begin = Clock::now();
  std::string name = "list of " + std::to_string(plan.pods) + " pods";
  auto result = co_await measure(std::move(name), ex, load, std::move(shot));
  result.per_second = static_cast<double>(bytes->load()) / 1e6 / seconds_since(begin);
  result.unit = "MB/s";
  co_return result;
}

base::Awaitable<Result> watches(Target& target, base::Executor ex, const Plan& plan, int watchers) {
  auto counted = std::make_shared<Counted>();
  base::TaskGroup group(ex, "watchers");
  const auto version = co_await list_version(target);
  for (int i = 0; i < watchers; ++i)
    group.spawn_on(base::asio::make_strand(ex), "watcher",
                   [&target, counted, version]() { return count_events(target, counted, version); });
  for (int i = 0; i < 300 && counted->open + counted->failed < watchers; ++i)
    co_await base::sleep_for(std::chrono::milliseconds(50));
  const auto events_before = counted->events.load();
  const auto begin = Clock::now();
  Load load{8, plan.duration, 0};
  Shot shot = [&target, n = plan.pods](std::int64_t i) {
    return target.touch_pod(pod_name(scatter(i, n)), i);
  };
  std::string name = "watch events, " + std::to_string(watchers) + (watchers == 1 ? " watcher" : " watchers");
  auto result = co_await measure(std::move(name), ex, load, std::move(shot));
  result.count = counted->events - events_before;
  result.per_second = static_cast<double>(result.count) / seconds_since(begin);
  result.errors += counted->failed;
  group.cancel();
  co_await group.join();
  co_return result;
}

namespace {

/// Who waits for which pod to run. Belongs to one strand.
struct Waiting {
  std::vector<std::string> running;  ///< Sorted.
  bool broken = false;

  bool has(const std::string& name) const { return std::binary_search(running.begin(), running.end(), name); }
  void add(std::string name) {
    const auto at = std::lower_bound(running.begin(), running.end(), name);
    if (at == running.end() || *at != name) running.insert(at, std::move(name));
  }
};

void note_running(const std::string& line, Waiting& waiting) {
  boost::system::error_code error;
  const auto event = boost::json::parse(line, error);
  if (error || !event.is_object()) return;
  if (api::get_string(event.get_object(), {"object", "status", "phase"}) == "Running")
    waiting.add(std::string(api::get_string(event.get_object(), {"object", "metadata", "name"})));
}

base::Awaitable<void> follow(Target& target, std::shared_ptr<Waiting> waiting, std::string version) {
  auto stream = co_await target.watch_pods(std::move(version));
  waiting->broken = !stream;
  std::string rest;
  while (!waiting->broken) {
    auto piece = co_await (*stream)->read_some();
    if (!piece || piece->empty()) break;
    rest += *piece;
    for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      note_running(rest.substr(0, end), *waiting);
      rest.erase(0, end + 1);
    }
  }
  waiting->broken = true;
}

}  // namespace

base::Awaitable<Result> create_to_running(Target& target, base::Executor ex, const Plan& plan) {
  auto waiting = std::make_shared<Waiting>();
  const base::Executor strand = base::asio::make_strand(ex);
  base::TaskGroup group(strand, "running");
  const auto version = co_await list_version(target);
  group.spawn("follow", [&target, waiting, version]() { return follow(target, waiting, version); });
  Load load{1, plan.duration, plan.running_pods};
  // One worker on the watcher's own strand, so that neither needs a lock.
  Shot shot = [&target, waiting](std::int64_t i) -> base::Awaitable<base::Result<void>> {
    std::string name = "run-" + std::to_string(i);
    auto created = co_await target.create_pod(name, true);
    if (!created) co_return created.error();
    for (int n = 0; n < 15'000 && !waiting->has(name) && !waiting->broken; ++n)
      co_await base::sleep_for(std::chrono::milliseconds(2));
    if (waiting->has(name)) co_return base::Result<void>();
    co_return base::Error(base::Errc::deadline_exceeded, name + " did not run in 30 s");
  };
  std::string name = "create to Running";
  auto result = co_await measure(std::move(name), strand, load, std::move(shot));
  group.cancel();
  co_await group.join();
  co_return result;
}

}  // namespace bench
