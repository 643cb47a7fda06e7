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

/// Runs blocking `work` on `pool` and comes back to the coroutine's own executor. Not cancellable: the work
/// ends first. An exception of `work` is thrown at the awaiter.
Awaitable<void> run_blocking(Executor pool, std::function<void()> work);

/// Opens once and stays open; wakes every waiter on the waiter's own executor. All members from any thread.
class Latch {
 public:
  Latch();
  void open();
  bool is_open() const noexcept;
  Awaitable<bool> wait();                                ///< Until open; false if cancelled.
  Awaitable<bool> wait_for(std::chrono::nanoseconds d);  ///< False on time-out or cancellation.

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// A condition a coroutine can wait on; level-triggered, wakes all waiters. Belongs to one strand.
class Event {
 public:
  explicit Event(Executor ex);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void set();  ///< Wakes all waiters; stays set until `reset`.
  void reset();
  bool is_set() const noexcept;
  Awaitable<bool> wait();                                ///< Until set; false if cancelled.
  Awaitable<bool> wait_for(std::chrono::nanoseconds d);  ///< False on time-out or cancellation.

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// Counts what it starts: every background coroutine of ours is spawned through one of these, so that a
/// search finds all of it, an exception is logged and counted, and a stop can cancel and await it.
///
/// All members may be called from any thread. `join` must complete before destruction; the destructor asserts
/// it. After `close` or `cancel` new work is refused (`spawn` returns false).
///
/// Cancellation: the operation a task waits for ends with `cancelled` (or false); whatever it awaits after
/// that throws operation_aborted, which ends the task. So a cancelled task cannot go on by mistake, and must
/// not need to await while it cleans up. The group's executors are strands, or belong to a single thread.
class TaskGroup {
 public:
  TaskGroup(Executor ex, std::string name);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task` on the group's executor. The function object lives as long as its coroutine, so its
  /// captures are safe; they must own what they use.
  bool spawn(std::string name, std::function<Awaitable<void>()> task);
  /// The same on another executor (a strand of its own).
  bool spawn_on(Executor ex, std::string name, std::function<Awaitable<void>()> task);
  void close();            ///< Refuses new work.
  void cancel();           ///< Closes and raises terminal cancellation on every running task.
  Awaitable<void> join();  ///< Until no task is left. Closes first.
  std::size_t size() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// The number of tasks running in all groups of the process, for the metrics.
std::size_t live_tasks() noexcept;

}  // namespace base
