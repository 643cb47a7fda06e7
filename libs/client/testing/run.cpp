#include "client/testing/run.hpp"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>

namespace client::testing {

void run(std::function<base::Awaitable<void>(base::Executor)> body, std::chrono::milliseconds limit) {
  boost::asio::io_context io(1);
  bool finished = false;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, body(io.get_executor()), [&](std::exception_ptr e) {
    failure = e;
    finished = true;
    io.stop();
  });
  io.run_for(limit);
  if (failure) std::rethrow_exception(failure);
  if (!finished) throw std::runtime_error("the test's coroutine had not ended in time");
}

base::Awaitable<bool> eventually(std::function<bool()> condition, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) co_return false;
    co_await base::sleep_for(std::chrono::milliseconds(1));
  }
  co_return true;
}

}  // namespace client::testing
