#include "base/async.hpp"
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <mutex>
#include <vector>
#include "base/assert.hpp"
#include "base/log.hpp"

namespace base {
namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr auto never = asio::steady_timer::time_point::max();
constexpr auto at_once = asio::steady_timer::time_point::min();

std::atomic<std::size_t> live_task_count{0};

}  // namespace

std::size_t live_tasks() noexcept {
  return live_task_count.load(std::memory_order_relaxed);
}

Awaitable<bool> sleep_for(std::chrono::nanoseconds d) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(d));
  auto [error] = co_await timer.async_wait(no_throw);
  co_return !error;
}

Awaitable<void> run_blocking(Executor pool, std::function<void()> work) {
  auto start = [pool, work = std::move(work)](auto handler) mutable {
    auto guard = asio::make_work_guard(asio::get_associated_executor(handler));
    auto job = [work = std::move(work), handler = std::move(handler), guard = std::move(guard)]() mutable {
      std::exception_ptr failure;
      try {
        work();
      } catch (...) {
        failure = std::current_exception();
      }
      auto back = guard.get_executor();
      asio::post(back, [handler = std::move(handler), failure]() mutable { std::move(handler)(failure); });
    };
    asio::post(pool, std::move(job));
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void(std::exception_ptr)>(std::move(start),
                                                                                         asio::use_awaitable);
}

// Latch

struct Latch::Impl {
  std::mutex mutex;
  std::atomic<bool> open{false};
  std::vector<std::weak_ptr<asio::steady_timer>> waiters;  ///< Guarded by mutex.
};

Latch::Latch() : impl_(std::make_shared<Impl>()) {}

void Latch::open() {
  std::vector<std::weak_ptr<asio::steady_timer>> waiters;
  {
    std::lock_guard lock(impl_->mutex);
    if (impl_->open.exchange(true)) return;
    waiters.swap(impl_->waiters);
  }
  for (auto& weak : waiters)
    if (auto timer = weak.lock()) asio::post(timer->get_executor(), [timer] { timer->expires_at(at_once); });
}

bool Latch::is_open() const noexcept {
  return impl_->open;
}

Awaitable<bool> Latch::wait() {
  return wait_for(std::chrono::nanoseconds::max());
}

Awaitable<bool> Latch::wait_for(std::chrono::nanoseconds d) {
  auto impl = impl_;
  const auto until = d == std::chrono::nanoseconds::max() ? never : std::chrono::steady_clock::now() + d;
  auto timer = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor, until);
  {
    std::lock_guard lock(impl->mutex);
    if (impl->open) co_return true;
    std::erase_if(impl->waiters, [](const auto& w) { return w.expired(); });
    impl->waiters.push_back(timer);
  }
  co_await timer->async_wait(no_throw);
  co_return impl->open.load();
}

// Event

struct Event::Impl {
  explicit Impl(Executor ex) : timer(ex, never) {}
  asio::steady_timer timer;
  bool set = false;
};

Event::Event(Executor ex) : impl_(std::make_shared<Impl>(std::move(ex))) {}
Event::~Event() {
  impl_->timer.cancel();
}

void Event::set() {
  impl_->set = true;
  impl_->timer.cancel();
}

void Event::reset() {
  impl_->set = false;
}
bool Event::is_set() const noexcept {
  return impl_->set;
}

Awaitable<bool> Event::wait() {
  auto impl = impl_;
  if (impl->set) co_return true;
  // A waiter is woken by `set` or by its own cancellation; a set that was taken back since still counts.
  co_await impl->timer.async_wait(no_throw);
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() == asio::cancellation_type::none;
}

Awaitable<bool> Event::wait_for(std::chrono::nanoseconds d) {
  auto impl = impl_;
  if (impl->set) co_return true;
  // The shared timer wakes everybody, so a limit of one's own needs a second timer that pokes the first.
  auto expired = std::make_shared<bool>(false);
  auto limit = std::make_shared<asio::steady_timer>(impl->timer.get_executor());
  limit->expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(d));
  limit->async_wait([impl, expired](boost::system::error_code error) {
    if (error) return;
    *expired = true;
    impl->timer.cancel();
  });
  while (!impl->set && !*expired) {
    co_await impl->timer.async_wait(no_throw);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) break;
  }
  limit->cancel();
  co_return impl->set;
}

// TaskGroup

struct TaskGroup::Impl {
  struct Task {
    Executor executor;
    std::shared_ptr<asio::cancellation_signal> signal;
  };
  Executor executor;
  std::string name;
  mutable std::mutex mutex;
  std::map<std::uint64_t, Task> tasks;  ///< Guarded by mutex, as are the rest.
  std::uint64_t next_id = 0;
  bool closed = false;
  std::vector<Latch> joiners;

  void finished(std::uint64_t id) {
    std::vector<Latch> woken;
    {
      std::lock_guard lock(mutex);
      tasks.erase(id);
      if (tasks.empty()) woken.swap(joiners);
    }
    --live_task_count;
    for (auto& latch : woken)
      latch.open();
  }
};

TaskGroup::TaskGroup(Executor ex, std::string name) : impl_(std::make_shared<Impl>()) {
  impl_->executor = std::move(ex);
  impl_->name = std::move(name);
}

TaskGroup::~TaskGroup() {
  COX_ASSERT(size() == 0, "a task group is joined before it goes: " + impl_->name);
}

bool TaskGroup::spawn(std::string name, std::function<Awaitable<void>()> task) {
  return spawn_on(impl_->executor, std::move(name), std::move(task));
}

namespace {

void report(const std::string& group, const std::string& task, const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& e) {
    if (e.code() == asio::error::operation_aborted) return;
    log::error("task failed", {{"group", group}, {"task", task}, {"error", e.what()}});
  } catch (const std::exception& e) {
    log::error("task failed", {{"group", group}, {"task", task}, {"error", e.what()}});
  }
}

}  // namespace

bool TaskGroup::spawn_on(Executor ex, std::string name, std::function<Awaitable<void>()> task) {
  auto impl = impl_;
  auto signal = std::make_shared<asio::cancellation_signal>();
  std::uint64_t id = 0;
  {
    std::lock_guard lock(impl->mutex);
    if (impl->closed) return false;
    id = impl->next_id++;
    impl->tasks[id] = {ex, signal};
  }
  ++live_task_count;
  auto done = [impl, id, signal, name = std::move(name)](std::exception_ptr failure) {
    report(impl->name, name, failure);
    impl->finished(id);
  };
  auto body = [task = std::move(task)]() -> Awaitable<void> { co_await task(); };
  asio::co_spawn(ex, std::move(body), asio::bind_cancellation_slot(signal->slot(), std::move(done)));
  return true;
}

void TaskGroup::close() {
  std::lock_guard lock(impl_->mutex);
  impl_->closed = true;
}

void TaskGroup::cancel() {
  std::vector<Impl::Task> running;
  {
    std::lock_guard lock(impl_->mutex);
    impl_->closed = true;
    for (const auto& [id, task] : impl_->tasks)
      running.push_back(task);
  }
  // A signal is raised where the work it cancels runs.
  for (auto& task : running)
    asio::post(task.executor, [signal = task.signal] { signal->emit(asio::cancellation_type::terminal); });
}

Awaitable<void> TaskGroup::join() {
  auto impl = impl_;
  Latch empty;
  {
    std::lock_guard lock(impl->mutex);
    impl->closed = true;
    if (impl->tasks.empty()) co_return;
    impl->joiners.push_back(empty);
  }
  co_await empty.wait();
}

std::size_t TaskGroup::size() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->tasks.size();
}

}  // namespace base
