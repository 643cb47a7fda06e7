#include "client/event_recorder.hpp"
#include <boost/json.hpp>
#include <deque>
#include "base/log.hpp"
#include "client/event_correlator.hpp"

namespace client {

namespace {

using api::core::v1::Event;

constexpr std::size_t queue_max = 1000;
constexpr int writers_max = 8;
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
        written(strand),
        tasks(strand, "events of " + component) {}

  base::Awaitable<void> run() {
    while (true) {
      while (!queue.empty()) {
        Event next = std::move(queue.front());
        queue.pop_front();
        auto decision = correlator.correlate(std::move(next), base::Clock::real().now());
        if (!decision) continue;
        // A new one goes beside others; what counts on an earlier one comes after it.
        const bool free = co_await wait_for_writers(decision->known ? 0 : writers_max - 1);
        if (!free) co_return;
        write(std::move(*decision));
      }
      const bool idle = co_await wait_for_writers(0);
      if (!idle) co_return;
      if (!queue.empty()) continue;
      drained.set();
      if (closed) co_return;
      changed.reset();
      const bool woken = co_await changed.wait();
      if (!woken) co_return;
    }
  }

  /// Until at most `n` writes are under way; false if cancelled.
  base::Awaitable<bool> wait_for_writers(int n) {
    while (writers > n) {
      written.reset();
      const bool woken = co_await written.wait();
      if (!woken) co_return false;
    }
    co_return true;
  }

  void write(EventCorrelator::Decision decision) {
    ++writers;
    tasks.spawn("event", [this, decision = std::move(decision)]() -> base::Awaitable<void> {
      struct Leave {
        Impl& self;
        ~Leave() {
          --self.writers;
          self.written.set();
        }
      } leave{*this};
      co_await record(decision);
    });
  }

  base::Awaitable<void> record(EventCorrelator::Decision decision) {
    base::Result<boost::json::value> answer = base::Error(base::Errc::not_found, "");
    if (decision.known) answer = co_await count(decision.event);
    if (!answer && answer.error().is(base::Errc::not_found)) answer = co_await create(decision.event);
    if (answer) co_return;
    correlator.forget(decision.event);
    base::log::debug("an event was not written",
                     {{"reason", decision.event.reason}, {"error", answer.error()}});
  }

  base::Awaitable<base::Result<boost::json::value>> create(const Event& event) {
    WriteOptions options;
    return rest->create_raw(api::resource_of<Event>(), event.metadata.namespace_, {}, {}, api::to_json(event),
                            options);
  }

  base::Awaitable<base::Result<boost::json::value>> count(const Event& event) {
    const auto whole = api::to_json(event);
    boost::json::object body;
    for (auto name : {"count", "message", "lastTimestamp"})
      if (const auto* v = whole.as_object().if_contains(name)) body[name] = *v;
    WriteOptions options;
    return rest->patch_raw(api::resource_of<Event>(), event.metadata.namespace_, event.metadata.name, {},
                           PatchType::strategic, std::move(body), options);
  }

  std::shared_ptr<RestClient> rest;
  std::string component, host;
  EventCorrelator correlator;
  std::deque<Event> queue;
  base::Event changed;
  base::Event drained;
  base::Event written;  ///< One write less is under way.
  int writers = 0;
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
