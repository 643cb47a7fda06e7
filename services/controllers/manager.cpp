#include "controllers/manager.hpp"
#include "base/log.hpp"

namespace controllers {

Manager::Manager(base::Executor strand, std::shared_ptr<client::RestClient> root, ClientFor client_for,
                 const Options& options, std::vector<const Descriptor*> chosen,
                 base::metrics::Registry& metrics)
    : strand_(strand),
      client_for_(std::move(client_for)),
      options_(options),
      chosen_(std::move(chosen)),
      metrics_(metrics),
      informers_(strand, std::move(root)) {}

void Manager::make(const Descriptor& d) {
  auto rest = client_for_(d.service_account);
  Running r;
  r.descriptor = &d;
  r.events = std::make_shared<client::EventRecorder>(strand_, rest, d.name);
  const EventSink sink = [events = r.events](const auto& about, const char* type, std::string reason,
                                             std::string message) {
    events->event(about, type, std::move(reason), std::move(message));
  };
  r.controller = d.make({strand_, informers_, rest, sink, metrics_, base::Clock::real(), options_});
  if (!r.controller) base::log::info("not configured", {{"controller", d.name}});
  running_.push_back(std::move(r));
}

base::Awaitable<bool> Manager::start() {
  for (const auto* d : chosen_)
    make(*d);
  informers_.start();
  const bool synced = co_await informers_.wait_synced();
  if (!synced) co_return false;
  for (const auto& r : running_) {
    if (!r.controller) continue;
    r.controller->start();
    base::log::info("started", {{"controller", r.descriptor->name}});
  }
  started_ = true;
  co_return true;
}

base::Awaitable<void> Manager::stop() {
  if (started_)
    for (const auto& r : running_)
      if (r.controller) co_await r.controller->stop();
  co_await informers_.stop();
  for (const auto& r : running_)
    co_await r.events->stop();
  running_.clear();
}

}  // namespace controllers
