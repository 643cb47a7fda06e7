#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include "base/error.hpp"

/// The coroutine vocabulary of the whole code base. Only .cpp files include the rest of Asio.
namespace base {

namespace asio = boost::asio;

template <class T>
using Awaitable = boost::asio::awaitable<T>;
using Executor = boost::asio::any_io_executor;

/// Suspends for `d`; false if it was cancelled before.
Awaitable<bool> sleep_for(std::chrono::nanoseconds d);

/// Moves the coroutine to `ex` (a strand, a pool) and goes on there.
Awaitable<void> switch_to(Executor ex);

/// Runs blocking `work` on `pool` and comes back to the coroutine's own executor.
Awaitable<void> run_blocking(Executor pool, std::function<void()> work);

/// A latch a coroutine can wait on; level-triggered, wakes all waiters. Belongs to one strand.
class Event {
 public:
  explicit Event(Executor ex);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void set();                                     ///< Wakes all waiters; stays set until `reset`.
  void reset();
  bool is_set() const noexcept;
  Awaitable<bool> wait();                         ///< Until set; false if cancelled.
  Awaitable<bool> wait_for(std::chrono::nanoseconds d);  ///< False on time-out or cancellation.

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// Counts what it starts: every background coroutine of ours is spawned through one of these, so that a search
/// finds all of it, an exception is logged and counted, and a stop can cancel and await it.
///
/// All members may be called from any thread. `join` must complete before destruction; the destructor asserts it.
/// After `close` or `cancel` new work is refused (`spawn` returns false).
class TaskGroup {
 public:
  TaskGroup(Executor ex, std::string name);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task` on the group's executor. The function object lives as long as its coroutine, so its captures
  /// are safe; they must own what they use.
  bool spawn(std::string name, std::function<Awaitable<void>()> task);
  /// The same on another executor (a strand of its own).
  bool spawn_on(Executor ex, std::string name, std::function<Awaitable<void>()> task);
  void close();                  ///< Refuses new work.
  void cancel();                 ///< Closes and raises terminal cancellation on every running task.
  Awaitable<void> join();        ///< Until no task is left. Closes first.
  std::size_t size() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace base
