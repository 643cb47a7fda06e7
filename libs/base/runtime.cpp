#include "base/runtime.hpp"
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <thread>
#include <vector>
#include "base/log.hpp"

namespace base {
namespace {

int thread_count(int asked) {
  return asked > 0 ? asked : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace

struct Runtime::Impl {
  explicit Impl(const Options& o)
      : options(o),
        threads(thread_count(o.threads)),
        io(threads),
        blocking(static_cast<std::size_t>(o.blocking_threads)) {}

  /// After the first signal the service drains; after the second, or when its time is over, it is cancelled;
  /// if even that does not end it, the loop is stopped under it.
  void on_signal(const Executor& strand, int signal_number) {
    if (stop.is_open()) {
      log::warning("asked to stop again: stopping hard", {{"signal", signal_number}});
      return cancel_main();
    }
    log::info("stopping", {{"signal", signal_number}});
    stop.open();
    start_drain(strand);
  }

  void start_drain(const Executor& strand) {
    drain = std::make_unique<asio::steady_timer>(strand, options.drain_timeout);
    drain->async_wait([this](boost::system::error_code error) {
      if (error) return;
      log::warning("drain time is over: stopping hard", {});
      cancel_main();
    });
  }

  void cancel_main() {
    main_signal.emit(asio::cancellation_type::terminal);
    drain->expires_after(std::chrono::seconds(3));
    drain->async_wait([this](boost::system::error_code error) {
      if (!error) io.stop();
    });
  }

  void wait_signal(const Executor& strand) {
    signals->async_wait([this, strand](boost::system::error_code error, int number) {
      if (error) return;
      on_signal(strand, number);
      wait_signal(strand);
    });
  }

  Options options;
  int threads;
  asio::io_context io;
  asio::thread_pool blocking;
  metrics::Registry registry;
  Latch stop;
  asio::cancellation_signal main_signal;
  std::unique_ptr<asio::signal_set> signals;
  std::unique_ptr<asio::steady_timer> drain;
};

Runtime::Runtime() : Runtime(Options{}) {}
Runtime::Runtime(const Options& options) : impl_(std::make_unique<Impl>(options)) {}
Runtime::~Runtime() {
  impl_->blocking.join();
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
metrics::Registry& Runtime::metrics() {
  return impl_->registry;
}

int Runtime::run(std::function<Awaitable<int>()> main) {
  std::signal(SIGPIPE, SIG_IGN);
  int code = 1;
  const Executor strand = make_strand();
  impl_->signals = std::make_unique<asio::signal_set>(strand, SIGINT, SIGTERM);
  impl_->wait_signal(strand);
  auto done = [this, &code](std::exception_ptr failure, int result) {
    code = result;
    if (failure) {
      code = impl_->stop.is_open() ? 0 : 1;
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& e) {
        if (code != 0) log::error("service failed", {{"error", e.what()}});
      }
    }
    impl_->io.stop();
  };
  auto body = [main = std::move(main)]() -> Awaitable<int> { co_return co_await main(); };
  asio::co_spawn(strand, std::move(body),
                 asio::bind_cancellation_slot(impl_->main_signal.slot(), std::move(done)));
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
  impl_->stop.open();
}

}  // namespace base
