#include "base/async.hpp"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <catch2/catch.hpp>
#include <thread>

namespace base {
namespace {

using namespace std::chrono_literals;

/// Runs `body` on a fresh io_context until nothing is left to do.
template <class F>
void run(F body) {
  asio::io_context io;
  bool finished = false;
  auto wrapped = [&]() -> Awaitable<void> {
    co_await body(io.get_executor());
    finished = true;
  };
  asio::co_spawn(io, wrapped, [](std::exception_ptr e) { REQUIRE_FALSE(e); });
  io.run();
  CHECK(finished);
}

TEST_CASE("a task group awaits what it started and refuses more once closed") {
  run([](Executor ex) -> Awaitable<void> {
    TaskGroup group(ex, "test");
    int done = 0;
    for (int i = 0; i < 3; ++i)
      CHECK(group.spawn("count", [&done]() -> Awaitable<void> {
        co_await sleep_for(1ms);
        ++done;
      }));
    co_await group.join();
    CHECK(done == 3);
    CHECK_FALSE(group.spawn("late", []() -> Awaitable<void> { co_return; }));
  });
}

TEST_CASE("cancelling a task group ends sleeping tasks") {
  run([](Executor ex) -> Awaitable<void> {
    TaskGroup group(ex, "test");
    bool slept = true, went_on = false;
    group.spawn("sleeper", [&]() -> Awaitable<void> {
      slept = co_await sleep_for(1h);
      co_await sleep_for(1ns);  // throws: a cancelled task cannot go on
      went_on = true;
    });
    co_await sleep_for(1ms);
    group.cancel();
    co_await group.join();
    CHECK_FALSE(slept);
    CHECK_FALSE(went_on);
  });
}

TEST_CASE("a task that throws is reported, not fatal") {
  run([](Executor ex) -> Awaitable<void> {
    TaskGroup group(ex, "test");
    group.spawn("thrower", []() -> Awaitable<void> {
      throw std::runtime_error("expected by the test");
      co_return;
    });
    co_await group.join();
    CHECK(group.size() == 0);
  });
}

TEST_CASE("an event wakes all waiters, and its wait has a limit") {
  run([](Executor ex) -> Awaitable<void> {
    Event event(ex);
    TaskGroup group(ex, "test");
    int woken = 0;
    for (int i = 0; i < 2; ++i)
      group.spawn("waiter", [&]() -> Awaitable<void> {
        const bool set = co_await event.wait();
        if (set) ++woken;
      });
    CHECK_FALSE(co_await event.wait_for(1ms));
    event.set();
    co_await group.join();
    CHECK(woken == 2);
    CHECK(co_await event.wait_for(1h));
    event.reset();
    CHECK_FALSE(event.is_set());
  });
}

TEST_CASE("a latch opens across threads") {
  Latch latch;
  std::thread opener([latch]() mutable {
    std::this_thread::yield();
    latch.open();
  });
  run([&](Executor) -> Awaitable<void> { CHECK(co_await latch.wait()); });
  opener.join();
  CHECK(latch.is_open());
}

TEST_CASE("waiting for a latch has a limit") {
  run([&](Executor) -> Awaitable<void> {
    Latch latch;
    const bool opened = co_await latch.wait_for(std::chrono::milliseconds(1));
    CHECK_FALSE(opened);
    latch.open();
    const bool open = co_await latch.wait_for(std::chrono::milliseconds(1));
    CHECK(open);
  });
}

TEST_CASE("blocking work runs on the pool and comes back") {
  asio::thread_pool pool(1);
  run([&](Executor) -> Awaitable<void> {
    const auto here = std::this_thread::get_id();
    std::thread::id there;
    std::function<void()> work = [&] { there = std::this_thread::get_id(); };
    co_await run_blocking(pool.get_executor(), work);
    CHECK(there != here);
    CHECK(std::this_thread::get_id() == here);
  });
  pool.join();
}

}  // namespace
}  // namespace base
