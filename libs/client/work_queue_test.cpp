#include "client/work_queue.hpp"
#include <catch2/catch.hpp>
#include "client/testing/run.hpp"

namespace client {
namespace {

using namespace std::chrono_literals;

TEST_CASE("workers share the keys, delayed ones come in time, and a shut-down ends them") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    base::metrics::Registry metrics;
    WorkQueue queue(ex, "test", metrics);
    base::TaskGroup workers(ex, "workers");
    std::vector<std::string> seen;
    for (int i = 0; i < 3; ++i)
      workers.spawn("worker", [&]() -> base::Awaitable<void> {
        while (auto key = co_await queue.get()) {
          seen.push_back(*key);
          co_await base::sleep_for(1ms);
          queue.done(*key);
        }
      });
    queue.add_after("late", 30ms);
    queue.add_after("soon", 5ms);
    queue.add("now");
    queue.add("now");
    auto all_seen = [&] { return seen.size() == 3; };
    CHECK(co_await testing::eventually(all_seen));
    CHECK(seen == std::vector<std::string>{"now", "soon", "late"});
    queue.shut_down();
    queue.add("refused");
    co_await workers.join();
    CHECK(seen.size() == 3);
    CHECK(metrics.expose().find("workqueue_adds_total{name=\"test\"} 3") != std::string::npos);
  });
}

TEST_CASE("a failing key comes back later each time until it is forgotten") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    base::metrics::Registry metrics;
    WorkQueue queue(ex, "test", metrics);
    queue.add_rate_limited("a");
    CHECK(queue.size() == 0);
    auto key = co_await queue.get();
    CHECK(key == "a");
    queue.add_rate_limited("a");
    CHECK(queue.requeues("a") == 2);
    queue.done("a");
    queue.forget("a");
    CHECK(queue.requeues("a") == 0);
    key = co_await queue.get();
    CHECK(key == "a");
    queue.done("a");
  });
}

}  // namespace
}  // namespace client
