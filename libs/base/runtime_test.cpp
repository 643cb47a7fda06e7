#include "base/runtime.hpp"
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <csignal>

namespace base {
namespace {

using namespace std::chrono_literals;

/// A service that never finishes draining: one of its tasks does not hear that it should end.
Awaitable<int> stubborn(Runtime& runtime, int started) {
  TaskGroup tasks(runtime.make_strand(), "stubborn");
  tasks.spawn("request in flight", []() -> Awaitable<void> { co_await sleep_for(1h); });
  [[maybe_unused]] const auto told = write(started, "s", 1);
  co_await runtime.stop_requested();
  [[maybe_unused]] const auto told_again = write(started, "d", 1);
  co_await tasks.join();
  co_return 0;
}

/// A process of its own that runs `stubborn`, for what it does when it ends is what is tested.
struct Child {
  explicit Child(Runtime::Options options) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
      Runtime runtime(options);
      _exit(runtime.run([&] { return stubborn(runtime, ends[1]); }));
    }
    close(ends[1]);
    stage = ends[0];
  }
  ~Child() { close(stage); }
  /// The next stage `stubborn` came to; 0 when it has ended.
  char next() const {
    char c = 0;
    return read(stage, &c, 1) == 1 ? c : '\0';
  }
  int status() const {
    int out = 0;
    REQUIRE(waitpid(pid, &out, 0) == pid);
    return out;
  }
  pid_t pid = 0;
  int stage = -1;
};

TEST_CASE("a second signal ends a process that still drains, without an assertion") {
  const Child child(Runtime::Options{.threads = 2, .drain_timeout = 1h});
  REQUIRE(child.next() == 's');
  kill(child.pid, SIGTERM);
  REQUIRE(child.next() == 'd');
  kill(child.pid, SIGTERM);
  const int status = child.status();
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
}

TEST_CASE("the end of the drain time ends a process that still drains") {
  const Child child(Runtime::Options{.threads = 2, .drain_timeout = 20ms});
  REQUIRE(child.next() == 's');
  kill(child.pid, SIGTERM);
  const int status = child.status();
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
}

TEST_CASE("a stop asked for by the service itself leaves the exit code to it, and a signal may join it") {
  Runtime runtime(Runtime::Options{.threads = 2});
  const int code = runtime.run([&]() -> Awaitable<int> {
    runtime.request_stop();
    co_await runtime.stop_requested();
    std::raise(SIGTERM);
    co_await sleep_for(20ms);
    co_return 7;
  });
  CHECK(code == 7);
  CHECK(runtime.stopping());
}

}  // namespace
}  // namespace base
