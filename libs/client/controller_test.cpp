#include "client/controller.hpp"
#include <catch2/catch.hpp>
#include <map>
#include <stdexcept>
#include "client/testing/run.hpp"

namespace client {
namespace {

using namespace std::chrono_literals;

TEST_CASE("failures and exceptions come back, successes do not, and a key may ask for another time") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    base::metrics::Registry metrics;
    std::map<std::string, int> calls;
    ControllerRunner::Reconcile reconcile =
        [&](std::string key) -> base::Awaitable<base::Result<ReconcileResult>> {
      const int n = ++calls[key];
      co_await base::sleep_for(1ms);
      if (key == "fails" && n < 3) co_return base::Error(base::Errc::conflict, "old");
      if (key == "throws" && n < 2) throw std::runtime_error("bug");
      ReconcileResult result;
      if (key == "again" && n < 2) result.requeue_after = 2ms;
      co_return result;
    };
    ControllerRunner runner(ex, "test", 2, reconcile, metrics);
    for (auto key : {"fine", "fails", "throws", "again"})
      runner.queue().add(key);
    runner.start();
    const std::map<std::string, int> wanted{{"fine", 1}, {"fails", 3}, {"throws", 2}, {"again", 2}};
    auto all_done = [&] { return calls == wanted; };
    const bool done = co_await testing::eventually(all_done);
    CHECK(done);
    co_await runner.stop();
    CHECK(calls == wanted);
  });
}

}  // namespace
}  // namespace client
