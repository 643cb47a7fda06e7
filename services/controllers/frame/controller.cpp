#include "controllers/frame/controller.hpp"
#include "controllers/frame/parallel.hpp"

namespace controllers {

Loop::Loop(const Context& context, std::string queue_name, int workers)
    : context_(context),
      tasks_(context.strand, queue_name),
      runner_(
          context.strand, std::move(queue_name), workers,
          [this](std::string key) { return reconcile(std::move(key)); }, context.metrics) {}

void Loop::start() {
  runner_.start();
}

base::Awaitable<void> Loop::stop() {
  co_await runner_.stop();
  co_await tasks_.join();
}

base::Awaitable<void> Loop::run_all(std::vector<std::function<base::Awaitable<void>()>> tasks) {
  std::string name = "request";
  co_await controllers::run_all(tasks_, context_.strand, std::move(name), std::move(tasks));
}

}  // namespace controllers
