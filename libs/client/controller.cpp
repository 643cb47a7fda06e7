#include "client/controller.hpp"
#include "base/log.hpp"

namespace client {

struct ControllerRunner::Impl {
  Impl(const base::Executor& strand, std::string name_, int workers_, Reconcile reconcile_,
       base::metrics::Registry& metrics)
      : name(std::move(name_)),
        workers(workers_),
        reconcile(std::move(reconcile_)),
        queue(strand, name, metrics),
        tasks(strand, name) {}

  base::Awaitable<void> work() {
    while (auto key = co_await queue.get()) {
      std::string copy = *key;
      auto result = co_await guarded(std::move(copy));
      settle(*key, result);
      queue.done(*key);
    }
  }

  /// A bug in one controller's reconcile must not end its worker.
  base::Awaitable<base::Result<ReconcileResult>> guarded(std::string key) {
    try {
      co_return co_await reconcile(std::move(key));
    } catch (const boost::system::system_error&) {
      throw;  // How a cancelled task ends.
    } catch (const std::exception& e) {
      co_return base::Error(base::Errc::internal, e.what());
    }
  }

  void settle(const std::string& key, const base::Result<ReconcileResult>& result) {
    if (!result) {
      // A conflict only says that our copy was old: the next one is on its way.
      const auto level =
          result.error().is(base::Errc::conflict) ? base::log::Level::debug : base::log::Level::warning;
      if (base::log::enabled(level))
        base::log::write(level, "reconcile failed, trying again",
                         {{"controller", name}, {"key", key}, {"error", result.error()}});
      queue.add_rate_limited(key);
      return;
    }
    queue.forget(key);
    if (result->requeue_after) queue.add_after(key, *result->requeue_after);
  }

  std::string name;
  int workers;
  Reconcile reconcile;
  WorkQueue queue;
  base::TaskGroup tasks;
};

ControllerRunner::ControllerRunner(base::Executor strand, std::string name, int workers, Reconcile reconcile,
                                   base::metrics::Registry& metrics)
    : impl_(std::make_unique<Impl>(strand, std::move(name), workers, std::move(reconcile), metrics)) {}
ControllerRunner::~ControllerRunner() = default;

WorkQueue& ControllerRunner::queue() noexcept {
  return impl_->queue;
}

void ControllerRunner::start() {
  for (int i = 0; i < impl_->workers; ++i)
    impl_->tasks.spawn(impl_->name, [impl = impl_.get()] { return impl->work(); });
}

base::Awaitable<void> ControllerRunner::stop() {
  impl_->queue.shut_down();
  co_await impl_->tasks.join();
}

}  // namespace client
