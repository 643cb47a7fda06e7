#include "client/event_recorder.hpp"
#include <boost/json.hpp>
#include <deque>
#include "base/log.hpp"
#include "client/event_correlator.hpp"

namespace client {

namespace {

using api::core::v1::Event;

constexpr std::size_t queue_max = 1000;
constexpr auto drain_time = std::chrono::seconds(1);

}  // namespace

struct EventRecorder::Impl {
  Impl(const base::Executor& strand, std::shared_ptr<RestClient> rest_, std::string component_,
       std::string host_)
      : rest(std::move(rest_)),
        component(std::move(component_)),
        host(std::move(host_)),
        changed(strand),
        drained(strand),
        tasks(strand, "events of " + component) {}

  base::Awaitable<void> run() {
    while (true) {
      while (!queue.empty()) {
        Event next = std::move(queue.front());
        queue.pop_front();
        co_await record(std::move(next));
      }
      drained.set();
      if (closed) co_return;
      changed.reset();
      const bool woken = co_await changed.wait();
      if (!woken) co_return;
    }
  }

  base::Awaitable<void> record(Event event) {
    auto decision = correlator.correlate(std::move(event), base::Clock::real().now());
    if (!decision) co_return;
    Event copy = decision->event;
    base::Result<Event> written = base::Error();
    if (decision->known) {
      written = co_await count(copy);
      if (!written && written.error().is(base::Errc::not_found)) written = co_await create(std::move(copy));
    } else {
      written = co_await create(std::move(copy));
    }
    if (written) co_return;
    correlator.forget(decision->event);
    base::log::debug("an event was not written",
                     {{"reason", decision->event.reason}, {"error", written.error()}});
  }

  base::Awaitable<base::Result<Event>> create(Event event) { return rest->create<Event>(std::move(event)); }

  base::Awaitable<base::Result<Event>> count(const Event& event) {
    const auto whole = api::to_json(event);
    boost::json::object body;
    for (auto name : {"count", "message", "lastTimestamp"})
      if (const auto* v = whole.as_object().if_contains(name)) body[name] = *v;
    return rest->patch<Event>(event.metadata.namespace_, event.metadata.name, PatchType::strategic,
                              std::move(body));
  }

  std::shared_ptr<RestClient> rest;
  std::string component, host;
  EventCorrelator correlator;
  std::deque<Event> queue;
  base::Event changed;
  base::Event drained;
  bool closed = false;
  base::TaskGroup tasks;
};

EventRecorder::EventRecorder(base::Executor strand, std::shared_ptr<RestClient> rest, std::string component,
                             std::string host)
    : impl_(std::make_unique<Impl>(strand, std::move(rest), std::move(component), std::move(host))) {
  impl_->tasks.spawn("events", [impl = impl_.get()] { return impl->run(); });
}
EventRecorder::~EventRecorder() = default;

void EventRecorder::event(const api::core::v1::ObjectReference& about, std::string type, std::string reason,
                          std::string message) {
  if (impl_->closed || impl_->queue.size() >= queue_max) return;
  Event e;
  e.involved_object = about;
  e.type = std::move(type);
  e.reason = std::move(reason);
  e.message = std::move(message);
  e.source.emplace();
  e.source->component = impl_->component;
  e.source->host = impl_->host;
  e.reporting_component = impl_->component;
  e.reporting_instance = impl_->host;
  impl_->queue.push_back(std::move(e));
  impl_->changed.set();
}

base::Awaitable<void> EventRecorder::stop() {
  impl_->closed = true;
  impl_->drained.reset();
  impl_->changed.set();
  co_await impl_->drained.wait_for(drain_time);
  impl_->tasks.cancel();
  co_await impl_->tasks.join();
}

}  // namespace client
