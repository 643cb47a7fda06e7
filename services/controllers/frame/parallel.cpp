#include "controllers/frame/parallel.hpp"
#include <memory>

namespace controllers {
namespace {

/// Says that a task has ended when its coroutine goes, even by an exception.
struct Countdown {
  explicit Countdown(base::Executor strand, std::size_t n) : left(n), zero(std::move(strand)) {}
  void one_less() {
    if (--left == 0) zero.set();
  }
  std::size_t left;
  base::Event zero;
};

struct Ticket {
  std::shared_ptr<Countdown> countdown;
  explicit Ticket(std::shared_ptr<Countdown> c) : countdown(std::move(c)) {}
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket() { countdown->one_less(); }
};

}  // namespace

base::Awaitable<void> run_all(base::TaskGroup& group, base::Executor strand, std::string name,
                              std::vector<std::function<base::Awaitable<void>()>> tasks) {
  if (tasks.empty()) co_return;
  const auto countdown = std::make_shared<Countdown>(strand, tasks.size());
  for (auto& task : tasks) {
    const auto ticket = std::make_shared<Ticket>(countdown);
    group.spawn(name, [task = std::move(task), ticket]() -> base::Awaitable<void> { co_await task(); });
  }
  co_await countdown->zero.wait();
}

}  // namespace controllers
