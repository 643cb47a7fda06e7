#include "controllers/frame/controller.hpp"

namespace controllers {

Loop::Loop(const Context& context, std::string queue_name, int workers)
    : context_(context),
      runner_(
          context.strand, std::move(queue_name), workers,
          [this](std::string key) { return reconcile(std::move(key)); }, context.metrics) {}

void Loop::start() {
  runner_.start();
}

base::Awaitable<void> Loop::stop() {
  co_await runner_.stop();
}

}  // namespace controllers
