#include "controllers/backends/trigger_times.hpp"
#include <catch2/catch.hpp>

namespace controllers::backends {
namespace {

using namespace std::chrono_literals;
const base::SystemTime start{1'700'000'000s};

Service service() {
  Service s;
  s.metadata.name = "web";
  s.metadata.namespace_ = "ns";
  s.metadata.creation_timestamp = api::Time{start};
  return s;
}

PodPtr pod(const std::string& name, base::SystemTime changed) {
  Pod p;
  p.metadata.name = name;
  auto& c = p.status.conditions.emplace_back();
  c.type = "Ready";
  c.last_transition_time = api::Time{changed};
  return std::make_shared<const Pod>(p);
}

}  // namespace

TEST_CASE("the earliest change that is new") {
  TriggerTimes times;
  CHECK(times.observe(service(), {pod("a", start + 5s)}) == start);
  CHECK_FALSE(times.observe(service(), {pod("a", start + 5s)}).has_value());
  CHECK(times.observe(service(), {pod("a", start + 9s), pod("b", start + 8s)}) == start + 8s);
  CHECK_FALSE(times.observe(service(), {pod("b", start + 8s)}).has_value());
  // A pod that was away is new.
  CHECK(times.observe(service(), {pod("a", start + 9s), pod("b", start + 8s)}) == start + 9s);
  times.forget("ns/web");
  CHECK(times.observe(service(), {}) == start);
}

TEST_CASE("the annotation comes and goes") {
  api::meta::v1::ObjectMeta meta;
  annotate_trigger_time(meta, start);
  CHECK(meta.annotations.at(trigger_time_annotation) == "2023-11-14T22:13:20Z");
  annotate_trigger_time(meta, std::nullopt);
  CHECK(meta.annotations.empty());
}

}  // namespace controllers::backends
