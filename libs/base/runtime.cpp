#include "base/runtime.hpp"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>
#include "base/log.hpp"

namespace base {
namespace {

int thread_count(int asked) {
  return asked > 0 ? asked : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// Destructors are left out on purpose: other threads still run.
[[noreturn]] void end_hard(std::string_view why) {
  log::warning(why, {});
  std::_Exit(1);
}

}  // namespace

struct Runtime::Impl {
  explicit Impl(const Options& o)
      : options(o),
        threads(thread_count(o.threads)),
        io(threads),
        blocking(static_cast<std::size_t>(o.blocking_threads)),
        strand(asio::make_strand(io)) {}

  /// The first signal asks for a polite stop, even if that was asked for by other means; the second insists.
  void on_signal(int signal_number) {
    if (signalled) end_hard("asked to stop again: stopping hard");
    signalled = true;
    log::info("stopping", {{"signal", signal_number}});
    start_drain();
  }

  /// Runs on the strand; does nothing the second time.
  void start_drain() {
    stop.open();
    if (drain) return;
    drain = std::make_unique<asio::steady_timer>(strand, options.drain_timeout);
    drain->async_wait([](boost::system::error_code error) {
      if (!error) end_hard("drain time is over: stopping hard");
    });
  }

  void wait_signal() {
    signals->async_wait([this](boost::system::error_code error, int number) {
      if (error) return;
      on_signal(number);
      wait_signal();
    });
  }

  Options options;
  int threads;
  asio::io_context io;
  asio::thread_pool blocking;
  std::mutex lanes_mutex;
  std::vector<std::unique_ptr<asio::thread_pool>> lanes;  ///< Of one thread each. Guarded by lanes_mutex.
  Executor strand;  ///< Of `main`, the signals and the drain timer, and of the fields from `signalled` on.
  metrics::Registry registry;
  Latch stop;
  bool signalled = false;
  std::unique_ptr<asio::signal_set> signals;
  std::unique_ptr<asio::steady_timer> drain;
};

Runtime::Runtime() : Runtime(Options{}) {}
Runtime::Runtime(const Options& options) : impl_(std::make_unique<Impl>(options)) {}
Runtime::~Runtime() {
  impl_->blocking.join();
  for (auto& lane : impl_->lanes) {
    lane->stop();
    lane->join();
  }
}

Executor Runtime::executor() {
  return impl_->io.get_executor();
}
Executor Runtime::make_strand() {
  return asio::make_strand(impl_->io);
}
Executor Runtime::blocking_pool() {
  return impl_->blocking.get_executor();
}
Executor Runtime::make_lane() {
  const std::lock_guard lock(impl_->lanes_mutex);
  return impl_->lanes.emplace_back(std::make_unique<asio::thread_pool>(1))->get_executor();
}
metrics::Registry& Runtime::metrics() {
  return impl_->registry;
}

int Runtime::run(std::function<Awaitable<int>()> main) {
  std::signal(SIGPIPE, SIG_IGN);
  int code = 1;
  impl_->signals = std::make_unique<asio::signal_set>(impl_->strand, SIGINT, SIGTERM);
  impl_->wait_signal();
  auto done = [this, &code](std::exception_ptr failure, int result) {
    code = result;
    if (failure) {
      code = 1;
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& e) {
        log::error("service failed", {{"error", e.what()}});
      }
    }
    impl_->io.stop();
  };
  auto body = [main = std::move(main)]() -> Awaitable<int> { co_return co_await main(); };
  asio::co_spawn(impl_->strand, std::move(body), std::move(done));
  auto guard = asio::make_work_guard(impl_->io);
  std::vector<std::thread> threads;
  for (int i = 1; i < impl_->threads; ++i)
    threads.emplace_back([this] { impl_->io.run(); });
  impl_->io.run();
  for (auto& t : threads)
    t.join();
  return code;
}

Awaitable<void> Runtime::stop_requested() {
  co_await impl_->stop.wait();
}
bool Runtime::stopping() const noexcept {
  return impl_->stop.is_open();
}
void Runtime::request_stop() {
  asio::post(impl_->strand, [impl = impl_.get()] { impl->start_drain(); });
}

}  // namespace base
