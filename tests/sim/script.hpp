#pragma once
#include <coroutine>
#include <exception>
#include <functional>
#include <list>
#include <utility>
#include "sim/events.hpp"

namespace sim {

/// A sequence of faults, told as it happens: a coroutine that waits for what it has brought about. It runs as
/// far as it can when it is called, and ends with the Stage it waits on.
struct Script {
  struct promise_type {
    Script get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() { std::terminate(); }
  };
};

/// Where scripts wait. They go on directly after the event that they wait for, before any other.
class Stage {
 public:
  explicit Stage(Events& events) : events_(events) {}
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() { clear(); }

  /// For co_await: whether `condition` came true within `patience`.
  /// Give it a name: GCC 12 ends temporaries beside a co_await twice.
  template <class Condition>
  auto until(const Condition& condition, Time patience) {
    struct Awaiter {
      Stage& stage;
      std::function<bool()> condition;
      Time deadline;
      bool came = false;
      bool await_ready() { return came = condition(); }
      void await_suspend(std::coroutine_handle<> script) {
        stage.waiting_.push_back({script, std::move(condition), deadline, &came});
        // So that there is an event to look after.
        stage.events_.after(deadline - stage.events_.now(), [] {});
      }
      bool await_resume() const noexcept { return came; }
    };
    return Awaiter{*this, condition, events_.now() + patience};
  }
  /// For co_await: lets so much time go by.
  auto pause(Time length) { return until(never, length); }

  bool empty() const noexcept { return waiting_.empty(); }
  /// After each event.
  void look() {
    for (auto next = waiting_.begin(); next != waiting_.end();) {
      const auto at = next++;
      *at->came = at->condition();
      if (!*at->came && events_.now() < at->deadline) continue;
      const std::coroutine_handle<> script = at->script;
      waiting_.erase(at);
      script.resume();
    }
  }
  /// Ends all scripts where they wait.
  void clear() {
    for (const Waiting& waiting : std::exchange(waiting_, {}))
      waiting.script.destroy();
  }

 private:
  struct Waiting {
    std::coroutine_handle<> script;
    std::function<bool()> condition;
    Time deadline;
    bool* came;
  };
  static bool never() { return false; }

  Events& events_;
  std::list<Waiting> waiting_;
};

}  // namespace sim
