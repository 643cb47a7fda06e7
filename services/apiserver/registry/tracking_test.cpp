#include "apiserver/registry/tracking.hpp"
#include "apiserver/registry/testing.hpp"

using namespace apiserver::registry;
using namespace apiserver::registry::testing;
using api::StatusOr;

namespace {

constexpr const char* web =
    R"({"metadata":{"name":"web"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},
  "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})";

Call as(Call call, std::string manager, bool applied = false) {
  call.manager = std::move(manager);
  call.applied = applied;
  return call;
}

/// "web:Update:status": all entries, in order.
std::string entries(const Object& object) {
  std::string out;
  if (const auto* list = api::get_array(object, {"metadata", "managedFields"}))
    for (const auto& entry : *list) {
      const auto& e = entry.as_object();
      out += (out.empty() ? "" : " ") + std::string(api::get_string(e, {"manager"})) + ":" +
             std::string(api::get_string(e, {"operation"}));
      if (const auto sub = api::get_string(e, {"subresource"}); !sub.empty()) out += ":" + std::string(sub);
    }
  return out;
}

Change applying(Call call, std::string config, bool force = false) {
  return [=](const Object& present) {
    return apply_configuration(call, present, object(config), force, base::SystemTime());
  };
}

std::string deployment(const std::string& rest) {
  return R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web"},)" + rest + "}";
}

}  // namespace

TEST_CASE("creates and updates record who made them", "[registry]") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    const auto call = Bench::call("apps/v1", "deployments", "default");
    auto made = co_await b.create(as(call, "maker"), web);
    REQUIRE(made.has_value());
    CHECK(entries(*made) == "maker:Update");
    const auto one = Bench::call("apps/v1", "deployments", "default", "web");
    auto scaled = co_await b.update(as(one, "scaler"), [](const Object& present) -> StatusOr<Object> {
      Object o = present;
      api::ensure_object(o, {"spec"})["replicas"] = 3;
      return o;
    });
    REQUIRE(scaled.has_value());
    CHECK(entries(*scaled) == "maker:Update scaler:Update");
    // Nothing changed: neither managers nor the revision.
    auto same = co_await b.update(as(one, "other"),
                                  [](const Object& present) -> StatusOr<Object> { return present; });
    REQUIRE(same.has_value());
    CHECK(*same == *scaled);
    const auto status = Bench::call("apps/v1", "deployments/status", "default", "web");
    auto reported = co_await b.update(as(status, "scaler"), [](const Object& present) -> StatusOr<Object> {
      Object o = present;
      o["status"] = {{"replicas", 3}};
      api::ensure_object(o, {"spec"})["replicas"] = 9;
      return o;
    });
    REQUIRE(reported.has_value());
    CHECK(entries(*reported) == "maker:Update scaler:Update scaler:Update:status");
    // Whoever is not recorded leaves them as they are, also where it leaves them out.
    auto silent = co_await b.update(one, [](const Object& present) -> StatusOr<Object> {
      Object o = present;
      api::remove(o, {"metadata", "managedFields"});
      api::ensure_object(o, {"spec"})["replicas"] = 4;
      return o;
    });
    REQUIRE(silent.has_value());
    CHECK(entries(*silent) == entries(*reported));
  });
}

TEST_CASE("applying creates, merges, prunes and is refused", "[registry]") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    const auto call = as(Bench::call("apps/v1", "deployments", "default", "web"), "a", true);
    const std::string full = deployment(
        R"("spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
           "spec":{"containers":[{"name":"c","image":"i","env":[]},{"name":"d","image":"j"}]}}})");
    auto made = co_await b.update(call, applying(call, full));
    REQUIRE(made.has_value());
    CHECK(entries(*made) == "a:Apply");
    CHECK(!api::uid_of(*made).empty());
    CHECK(api::get_string(*made, {"spec", "strategy", "type"}) == "RollingUpdate");
    auto same = co_await b.update(call, applying(call, full));
    REQUIRE(same.has_value());
    CHECK(*same == *made);
    const auto other = as(call, "b", true);
    auto refused = co_await b.update(other, applying(other, deployment(R"("spec":{"replicas":5})")));
    REQUIRE(!refused.has_value());
    CHECK(refused.error().message == "Apply failed with 1 conflict: conflict with \"a\": .spec.replicas");
    auto forced = co_await b.update(other, applying(other, deployment(R"("spec":{"replicas":5})"), true));
    REQUIRE(forced.has_value());
    CHECK(api::get_int(*forced, {"spec", "replicas"}) == 5);
    CHECK(api::get_int(*forced, {"metadata", "generation"}) == 2);
    const std::string less = deployment(
        R"("spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
           "spec":{"containers":[{"name":"c","image":"i"}]}}})");
    auto pruned = co_await b.update(call, applying(call, less));
    REQUIRE(pruned.has_value());
    CHECK(api::get_array(*pruned, {"spec", "template", "spec", "containers"})->size() == 1);
    CHECK(api::get_int(*pruned, {"spec", "replicas"}) == 5);
    auto stale = co_await b.update(
        call,
        applying(
            call,
            R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web","resourceVersion":"1"}})"));
    REQUIRE(!stale.has_value());
    CHECK(stale.error().code == 409);
    CHECK(stale.error().message.find("the object has been modified") != std::string::npos);
  });
}

TEST_CASE("applying what is not there, under a uid", "[registry]") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    const auto call = as(Bench::call("v1", "configmaps", "default", "m"), "a", true);
    auto refused = co_await b.update(
        call, applying(call, R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m","uid":"u"}})"));
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == 409);
    CHECK(refused.error().message.find(
              "uid mismatch: the provided object specified uid u, and no existing object was found") !=
          std::string::npos);
  });
}

TEST_CASE("managers of another version of the kind", "[registry]") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    const auto v1 = as(Bench::call("autoscaling/v1", "horizontalpodautoscalers", "default", "h"), "a", true);
    auto made =
        co_await b.update(v1, applying(v1, R"({"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v1",
      "metadata":{"name":"h"},"spec":{"maxReplicas":5,"scaleTargetRef":{"kind":"Deployment","name":"web"}}})"));
    REQUIRE(made.has_value());
    const auto v2 = as(Bench::call("autoscaling/v2", "horizontalpodautoscalers", "default", "h"), "b", true);
    const std::string other =
        R"({"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v2","metadata":{"name":"h"},
      "spec":{"maxReplicas":6}})";
    auto refused = co_await b.update(v2, applying(v2, other));
    REQUIRE(!refused.has_value());
    CHECK(refused.error().message == "Apply failed with 1 conflict: conflict with \"a\": .spec.maxReplicas");
    auto forced = co_await b.update(v2, applying(v2, other, true));
    REQUIRE(forced.has_value());
    CHECK(api::get_int(*forced, {"spec", "maxReplicas"}) == 6);
    CHECK(entries(*forced) == "a:Apply b:Apply");
  });
}

TEST_CASE("a scale's managers are those of one field", "[registry]") {
  const auto call = as(Bench::call("apps/v1", "deployments/scale", "default", "web"), "s", true);
  const auto parent =
      object(R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web","managedFields":[
    {"manager":"a","operation":"Apply","apiVersion":"apps/v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:replicas":{},"f:paused":{}}}},
    {"manager":"u","operation":"Update","apiVersion":"apps/v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:replicas":{}}}},
    {"manager":"n","operation":"Update","apiVersion":"apps/v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:paused":{}}}},
    {"manager":"old","operation":"Update","apiVersion":"apps/v0","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:replicas":{}}}}]},
    "spec":{"replicas":1,"paused":true}})");
  Object scale = object(
      R"({"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"web","uid":"u"},"spec":{"replicas":1}})");
  managers_to_scale(parent, scale, call);
  CHECK(entries(scale) == "a:Apply u:Update");
  const auto config = object(
      R"({"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"web"},"spec":{"replicas":4}})");
  const auto refused = apply_configuration(call, scale, config, false, base::SystemTime());
  REQUIRE(!refused.has_value());
  CHECK(refused.error().message ==
        "Apply failed with 2 conflicts: conflicts with \"a\":\n- .spec.replicas\nconflicts with \"u\" using "
        "autoscaling/v1:\n- .spec.replicas");
  const auto forced = apply_configuration(call, scale, config, true, base::SystemTime());
  REQUIRE(forced.has_value());
  CHECK(entries(*forced) == "s:Apply:scale");
  Object after = parent;
  managers_from_scale(*forced, after, call);
  CHECK(entries(after) == "s:Apply:scale a:Apply n:Update");
}

TEST_CASE("times alone are no change", "[registry]") {
  const auto with_time = [](const std::string& time, const std::string& data) {
    return object(R"({"metadata":{"managedFields":[{"manager":"a","time":")" + time +
                  R"("}]},"data":{"k":")" + data + "\"}}");
  };
  Object same = with_time("2", "v"), changed = with_time("2", "w");
  keep_times(with_time("1", "v"), same);
  CHECK(same == with_time("1", "v"));
  keep_times(with_time("1", "v"), changed);
  CHECK(changed == with_time("2", "w"));
}
