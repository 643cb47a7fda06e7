#pragma once
#include <algorithm>
#include <string>
#include <vector>
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"
#include "controllers/frame/controller.hpp"

namespace controllers::testing {

/// What a test of one controller needs: an API server in memory, informers, options, a clock that stands, and
/// the events the controller records as "Normal SuccessfulCreate Created pod: web-1".
class Rig {
 public:
  explicit Rig(base::Executor ex)
      : api(std::make_shared<client::testing::FakeRestClient>(ex)), ex_(ex), informers(ex, api) {}

  Context context() {
    return {ex_,
            informers,
            api,
            [this](const auto& about, const char* type, std::string reason, std::string message) {
              events.push_back(std::string(type) + " " + reason + " " + message);
              event_objects.push_back(about);
            },
            metrics,
            clock,
            options};
  }
  base::Awaitable<void> start(Controller& controller) {
    informers.start();
    co_await informers.wait_synced();
    controller.start();
  }
  base::Awaitable<void> stop(Controller& controller) {
    co_await controller.stop();
    co_await informers.stop();
  }
  bool has_event(std::string_view prefix) const {
    return std::any_of(events.begin(), events.end(), [&](const auto& e) { return e.starts_with(prefix); });
  }

  std::shared_ptr<client::testing::FakeRestClient> api;
  Options options;
  base::ManualClock clock;
  base::metrics::Registry metrics;
  std::vector<std::string> events;
  std::vector<api::core::v1::ObjectReference> event_objects;

 private:
  base::Executor ex_;

 public:
  client::InformerFactory informers;
};

using client::testing::eventually;
using client::testing::run;

}  // namespace controllers::testing
