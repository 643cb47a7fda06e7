#include "client/event_recorder.hpp"
#include <catch2/catch.hpp>
#include "client/event_correlator.hpp"
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"

namespace client {
namespace {

using namespace std::chrono_literals;
using api::core::v1::Event;
using api::core::v1::Pod;

Event happened(const std::string& message, const std::string& name = "web") {
  Event e;
  e.involved_object.kind = "Pod";
  e.involved_object.namespace_ = "default";
  e.involved_object.name = name;
  e.type = "Warning";
  e.reason = "Failed";
  e.message = message;
  return e;
}

base::SystemTime at(std::chrono::nanoseconds t) {
  return base::SystemTime{1'700'000'000s} + t;
}

TEST_CASE("the same event again is counted on the first") {
  EventCorrelator c;
  auto first = c.correlate(happened("m"), at(0s));
  REQUIRE(first);
  CHECK_FALSE(first->known);
  CHECK(first->event.count == 1);
  CHECK(first->event.metadata.namespace_ == "default");
  CHECK(first->event.metadata.name == "web.17979cfe362a0000");
  auto again = c.correlate(happened("m"), at(5s));
  REQUIRE(again);
  CHECK(again->known);
  CHECK(again->event.metadata.name == first->event.metadata.name);
  CHECK(again->event.count == 2);
  CHECK(again->event.first_timestamp->at == at(0s));
  CHECK(again->event.last_timestamp->at == at(5s));
  CHECK_FALSE(c.correlate(happened("other"), at(6s))->known);
  c.forget(again->event);
  CHECK_FALSE(c.correlate(happened("m"), at(7s))->known);
}

TEST_CASE("past ten different messages they are told as one") {
  EventCorrelator c;
  for (int i = 0; i < 10; ++i)
    CHECK_FALSE(c.correlate(happened("m" + std::to_string(i)), at(1s))->known);
  auto eleventh = c.correlate(happened("m10"), at(2s));
  CHECK(eleventh->event.message == "(combined from similar events): m10");
  CHECK_FALSE(eleventh->known);
  auto twelfth = c.correlate(happened("m11"), at(3s));
  CHECK(twelfth->known);
  CHECK(twelfth->event.count == 2);
  CHECK(c.correlate(happened("m0"), at(4s))->known);
  CHECK(c.correlate(happened("m12"), at(1h))->event.message == "m12");
}

TEST_CASE("an object that floods is cut off, others are not") {
  EventCorrelator c;
  int written = 0;
  for (int i = 0; i < 100; ++i)
    written += c.correlate(happened("m"), at(0s)).has_value();
  CHECK(written == 25);
  CHECK(c.correlate(happened("m", "other"), at(0s)));
  CHECK_FALSE(c.correlate(happened("m"), at(299s)));
  CHECK(c.correlate(happened("m"), at(301s)));
}

TEST_CASE("events are written, counted by patch, and made anew when they are gone") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    auto api = std::make_shared<testing::FakeRestClient>(ex);
    EventRecorder recorder(ex, api, "default-scheduler", "host");
    Pod pod;
    pod.metadata.namespace_ = "default";
    pod.metadata.name = "web";
    pod.metadata.uid = "u";
    const auto about = reference_to(pod);
    for (int i = 0; i < 3; ++i)
      recorder.event(about, "Normal", "Scheduled", "there");
    auto counted = [&] {
      auto all = api->all<Event>();
      return all.size() == 1 && all.front().count == 3;
    };
    const bool ok = co_await testing::eventually(counted);
    CHECK(ok);
    const auto written = api->all<Event>().front();
    CHECK(written.involved_object.uid == "u");
    CHECK(written.source->component == "default-scheduler");
    CHECK(api->calls().size() == 3);
    DeleteOptions none;
    auto gone = co_await api->remove<Event>("default", written.metadata.name, none);
    CHECK(gone.has_value());
    recorder.event(about, "Normal", "Scheduled", "there");
    co_await recorder.stop();
    CHECK(api->all<Event>().front().count == 4);
  });
}

}  // namespace
}  // namespace client
