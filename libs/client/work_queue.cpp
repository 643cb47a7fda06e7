#include "client/work_queue.hpp"
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include "base/clock.hpp"
#include "client/key_queue.hpp"

namespace client {

namespace {

double seconds(std::chrono::nanoseconds d) {
  return std::chrono::duration<double>(d).count();
}

const std::vector<double>& duration_buckets() {
  static const std::vector<double> buckets{1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10};
  return buckets;
}

}  // namespace

struct WorkQueue::Impl : std::enable_shared_from_this<WorkQueue::Impl> {
  Impl(const base::Executor& strand, const std::string& name, base::metrics::Registry& metrics,
       const base::Clock& clock_)
      : clock(clock_),
        changed(strand),
        timer(strand),
        depth(metrics.gauge("workqueue_depth", "Current depth of workqueue", {{"name", name}})),
        adds(metrics.counter("workqueue_adds_total", "Total number of adds handled by workqueue",
                             {{"name", name}})),
        retries(metrics.counter("workqueue_retries_total", "Total number of retries handled by workqueue",
                                {{"name", name}})),
        waited(metrics.histogram("workqueue_queue_duration_seconds",
                                 "How long in seconds an item stays in workqueue before being requested.",
                                 duration_buckets(), {{"name", name}})),
        worked(metrics.histogram("workqueue_work_duration_seconds",
                                 "How long in seconds processing an item from workqueue takes.",
                                 duration_buckets(), {{"name", name}})) {}

  void count() { depth.set(static_cast<double>(keys.size())); }
  void added(int n) {
    if (n == 0) return;
    adds.add(n);
    count();
    changed.set();
  }

  /// One timer for the next delayed key, whichever worker is free then.
  void arm() {
    const auto due = keys.next_due();
    if (due == armed) return;
    armed = due;
    timer.cancel();
    if (!due) return;
    timer.expires_after(
        std::chrono::duration_cast<boost::asio::steady_timer::duration>(*due - clock.steady_now()));
    timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      auto self = weak.lock();
      if (error || !self) return;
      self->armed.reset();
      self->promote();
    });
  }
  void promote() {
    added(keys.promote(clock.steady_now()));
    arm();
  }

  const base::Clock& clock;
  KeyQueue keys;
  KeyBackoff backoff;
  base::Event changed;
  boost::asio::steady_timer timer;
  std::optional<base::SteadyTime> armed;
  bool closed = false;
  base::metrics::Gauge& depth;
  base::metrics::Counter& adds;
  base::metrics::Counter& retries;
  base::metrics::Histogram& waited;
  base::metrics::Histogram& worked;
};

WorkQueue::WorkQueue(base::Executor strand, std::string name, base::metrics::Registry& metrics,
                     const base::Clock& clock)
    : impl_(std::make_shared<Impl>(strand, name, metrics, clock)) {}
WorkQueue::~WorkQueue() {
  impl_->timer.cancel();
}

void WorkQueue::add(std::string key) {
  if (!impl_->closed) impl_->added(impl_->keys.add(key, impl_->clock.steady_now()) ? 1 : 0);
}

void WorkQueue::add_after(std::string key, std::chrono::nanoseconds delay) {
  if (delay <= delay.zero()) return add(std::move(key));
  if (impl_->closed) return;
  impl_->retries.add();
  impl_->keys.add_at(key, impl_->clock.steady_now() + delay);
  impl_->arm();
}

void WorkQueue::add_rate_limited(std::string key) {
  const auto delay = impl_->backoff.next(key);
  add_after(std::move(key), delay);
}

void WorkQueue::forget(const std::string& key) {
  impl_->backoff.forget(key);
}
int WorkQueue::requeues(const std::string& key) const {
  return impl_->backoff.failures(key);
}

base::Awaitable<std::optional<std::string>> WorkQueue::get() {
  while (true) {
    impl_->promote();
    if (auto taken = impl_->keys.take(impl_->clock.steady_now())) {
      impl_->waited.observe(seconds(taken->waited));
      impl_->count();
      co_return std::move(taken->key);
    }
    auto state = co_await boost::asio::this_coro::cancellation_state;
    if (impl_->closed || state.cancelled() != boost::asio::cancellation_type::none) co_return std::nullopt;
    impl_->changed.reset();
    co_await impl_->changed.wait();
  }
}

void WorkQueue::done(const std::string& key) {
  const auto before = impl_->keys.size();
  impl_->worked.observe(seconds(impl_->keys.done(key, impl_->clock.steady_now())));
  impl_->count();
  if (impl_->keys.size() > before) impl_->changed.set();
}

void WorkQueue::shut_down() {
  impl_->closed = true;
  impl_->timer.cancel();
  impl_->changed.set();
}

std::size_t WorkQueue::size() const {
  return impl_->keys.size();
}

}  // namespace client
