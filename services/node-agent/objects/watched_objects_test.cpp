#include "node-agent/objects/watched_objects.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"
#include "node-agent/objects/references.hpp"

using namespace node_agent::objects;
using namespace std::chrono_literals;
using client::testing::eventually;
namespace core = api::core::v1;

namespace {

core::Pod pod(const std::string& uid, const std::string& spec) {
  return api::parse<core::Pod>(R"({"metadata":{"name":"web","namespace":"ns","uid":")" + uid +
                               R"("},"spec":)" + spec + "}")
      .value();
}
const std::string with_both = R"({"volumes":[{"name":"v","configMap":{"name":"conf"}}],
  "containers":[{"name":"c","envFrom":[{"secretRef":{"name":"key"}}]}]})";

core::ConfigMap config_map(const std::string& value, bool immutable = false) {
  core::ConfigMap m;
  m.metadata.name = "conf";
  m.metadata.namespace_ = "ns";
  m.data["a"] = value;
  if (immutable) m.immutable = true;
  return m;
}

struct Bench {
  explicit Bench(base::Executor ex)
      : api(std::make_shared<client::testing::FakeRestClient>(ex)),
        objects(ex, api, clock, [this](const std::string& uid) { woken.push_back(uid); }) {}
  bool woke(const std::string& uid) { return std::count(woken.begin(), woken.end(), uid) > 0; }

  base::ManualClock clock;
  std::shared_ptr<client::testing::FakeRestClient> api;
  std::vector<std::string> woken;
  WatchedObjects objects;
};

void with(std::function<base::Awaitable<void>(Bench&)> body) {
  client::testing::run([&](base::Executor ex) -> base::Awaitable<void> {
    Bench bench(ex);
    co_await body(bench);
    co_await bench.objects.stop();
    CHECK(bench.api->open_watches() == 0);
  });
}

}  // namespace

TEST_CASE("references of a pod") {
  const auto refs = references_of(pod("u", R"({"volumes":[{"name":"a","secret":{"secretName":"s1"}},
    {"name":"b","projected":{"sources":[{"configMap":{"name":"c1"}},{"secret":{"name":"s2"}}]}}],
    "initContainers":[{"name":"i","env":[{"name":"X","valueFrom":{"configMapKeyRef":{"name":"c2","key":"k"}}},
      {"name":"Y","valueFrom":{"secretKeyRef":{"name":"s3","key":"k"}}}]}],
    "containers":[{"name":"c","envFrom":[{"configMapRef":{"name":"c1"}}]}]})"));
  std::string text;
  for (const auto& r : refs)
    text += r.ns + "/" + r.name + " ";
  CHECK(text == "ns/c1 ns/c2 ns/s1 ns/s2 ns/s3 ");
}

TEST_CASE("an object is watched while a pod refers to it, and its changes wake the pods") {
  with([](Bench& b) -> base::Awaitable<void> {
    b.api->put(config_map("1"));
    auto got = co_await b.objects.config_map("ns", "conf");
    REQUIRE_FALSE(got.has_value());
    CHECK(got.error().message == "object \"ns\"/\"conf\" not registered");

    b.objects.retain(pod("u1", with_both));
    b.objects.retain(pod("u2", with_both));
    CHECK(b.objects.watches() == 0);
    got = co_await b.objects.config_map("ns", "conf");
    REQUIRE(got.has_value());
    CHECK((*got)->data.at("a") == "1");
    auto secret = co_await b.objects.secret("ns", "key");
    REQUIRE_FALSE(secret.has_value());
    CHECK(secret.error().is(base::Errc::not_found));
    CHECK(secret.error().message == "secret \"key\" not found");
    CHECK(b.objects.watches() == 2);
    CHECK(b.woken.empty());

    b.api->put(config_map("2"));
    bool ok = co_await eventually([&] { return b.woke("u1") && b.woke("u2"); });
    CHECK(ok);
    got = co_await b.objects.config_map("ns", "conf");
    CHECK((*got)->data.at("a") == "2");

    b.objects.forget("u1");
    CHECK(b.objects.watches() == 2);
    b.objects.forget("u2");
    CHECK(b.objects.watches() == 0);
    ok = co_await eventually([&] { return b.api->open_watches() == 0; });
    CHECK(ok);
  });
}

TEST_CASE("what comes later wakes the pod that waits for it") {
  with([](Bench& b) -> base::Awaitable<void> {
    b.objects.retain(pod("u1", with_both));
    auto secret = co_await b.objects.secret("ns", "key");
    CHECK_FALSE(secret.has_value());
    core::Secret s;
    s.metadata.name = "key";
    s.metadata.namespace_ = "ns";
    s.data["p"] = "x";
    b.api->put(s);
    const bool ok = co_await eventually([&] { return b.woke("u1"); });
    CHECK(ok);
    secret = co_await b.objects.secret("ns", "key");
    REQUIRE(secret.has_value());
    CHECK((*secret)->data.at("p") == "x");
  });
}

TEST_CASE("immutable and idle objects are not watched") {
  with([](Bench& b) -> base::Awaitable<void> {
    b.api->put(config_map("1", true));
    b.objects.retain(pod("u1", with_both));
    auto got = co_await b.objects.config_map("ns", "conf");
    CHECK(got.has_value());
    CHECK(b.objects.watches() == 0);
    got = co_await b.objects.config_map("ns", "conf");
    REQUIRE(got.has_value());
    CHECK((*got)->data.at("a") == "1");

    auto secret = co_await b.objects.secret("ns", "key");
    CHECK(b.objects.watches() == 1);
    b.clock.advance(4min);
    b.objects.let_go_of_idle();
    CHECK(b.objects.watches() == 1);
    b.clock.advance(2min);
    b.objects.let_go_of_idle();
    CHECK(b.objects.watches() == 0);
    secret = co_await b.objects.secret("ns", "key");
    CHECK(b.objects.watches() == 1);
  });
}

TEST_CASE("an object that cannot be read in time is an error, not a wait") {
  with([](Bench& b) -> base::Awaitable<void> {
    b.api->add_reactor([](const client::testing::Call& c) -> std::optional<base::Result<boost::json::value>> {
      if (c.verb != "list") return std::nullopt;
      return base::Error(base::Errc::permission_denied, "no");
    });
    b.objects.retain(pod("u1", with_both));
    auto got = co_await b.objects.config_map("ns", "conf");
    REQUIRE_FALSE(got.has_value());
    CHECK(got.error().is(base::Errc::unavailable));
    CHECK(got.error().message == "failed to sync configmap cache: timed out waiting for the condition");
  });
}
