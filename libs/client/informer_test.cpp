#include "client/informer.hpp"
#include <catch2/catch.hpp>
#include "api/types/core_v1.hpp"
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"

namespace client {
namespace {

using api::core::v1::Pod;
using testing::FakeRestClient;

Pod pod(const std::string& name, const std::string& node = "") {
  Pod p;
  p.metadata.namespace_ = "default";
  p.metadata.name = name;
  p.spec.node_name = node;
  return p;
}

/// A factory with a pod informer whose events are written down: "+a", "~a", "-a".
struct Watched {
  explicit Watched(base::Executor ex, InformerOptions o = {})
      : api(std::make_shared<FakeRestClient>(ex)), factory(ex, api), pods(factory.informer<Pod>(o)) {
    Handler<Pod> h;
    h.on_add = [this](const auto& p) { log += "+" + p->metadata.name; };
    h.on_update = [this](const auto&, const auto& p) { log += "~" + p->metadata.name; };
    h.on_delete = [this](const auto& p) { log += "-" + p->metadata.name; };
    pods.add_handler(std::move(h));
  }
  base::Awaitable<void> start() {
    factory.start();
    auto synced = co_await factory.wait_synced();
    CHECK(synced);
    auto watching = [this] { return api->open_watches() == 1; };
    auto open = co_await testing::eventually(watching);
    CHECK(open);
  }
  base::Awaitable<void> expect(std::string wanted) {
    auto same = [this, &wanted] { return log == wanted; };
    const bool ok = co_await testing::eventually(same);
    if (!ok) CHECK(log == wanted);
    CHECK(ok);
    log.clear();
  }

  std::shared_ptr<FakeRestClient> api;
  InformerFactory factory;
  Informer<Pod>& pods;
  std::string log;
};

TEST_CASE("an informer delivers the list, then changes, and indexes them") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Watched w(ex);
    w.pods.store().add_index("node", [](const Pod& p) { return std::vector<std::string>{p.spec.node_name}; });
    w.api->put(pod("a", "n1"));
    CHECK_FALSE(w.pods.synced());
    co_await w.start();
    co_await w.expect("+a");
    w.api->put(pod("b", "n1"));
    w.api->put(pod("a", "n2"));
    co_await w.expect("+b~a");
    CHECK(w.pods.store().by_index("node", "n1").size() == 1);
    CHECK(w.pods.store().by_index("node", "n2").front()->metadata.name == "a");
    DeleteOptions now;
    now.grace_period_seconds = 0;
    auto deleted = co_await w.api->remove<Pod>("default", "a", now);
    CHECK(deleted.has_value());
    co_await w.expect("-a");
    CHECK(w.pods.store().get("default/a") == nullptr);
    co_await w.factory.stop();
  });
}

TEST_CASE("a broken watch resumes where it was and misses nothing") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Watched w(ex);
    w.api->record_reads = true;
    co_await w.start();
    w.api->break_watches();
    w.api->put(pod("a"));
    co_await w.expect("+a");
    int lists = 0;
    for (const auto& c : w.api->calls())
      lists += c.verb == "list";
    CHECK(lists == 1);
    co_await w.factory.stop();
  });
}

TEST_CASE("after 410 the state is listed again and told as differences") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Watched w(ex);
    w.api->put(pod("a"));
    w.api->put(pod("b"));
    co_await w.start();
    co_await w.expect("+a+b");
    w.api->break_watches();
    DeleteOptions now;
    now.grace_period_seconds = 0;
    auto deleted = co_await w.api->remove<Pod>("default", "a", now);
    CHECK(deleted.has_value());
    w.api->put(pod("b", "n1"));
    w.api->put(pod("c"));
    w.api->expire_watches();
    co_await w.expect("-a~b+c");
    co_await w.factory.stop();
  });
}

TEST_CASE("a server that fails at first is asked again") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Watched w(ex);
    w.api->fail_next("list", "pods", base::Error(base::Errc::unavailable, "not yet"));
    w.api->put(pod("a"));
    co_await w.start();
    co_await w.expect("+a");
    co_await w.factory.stop();
  });
}

TEST_CASE("a metadata informer knows objects of any resource") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    auto api = std::make_shared<FakeRestClient>(ex);
    auto owned = pod("a");
    owned.metadata.owner_references.emplace_back().uid = "u1";
    api->put(owned);
    InformerFactory factory(ex, api);
    auto& pods = factory.metadata_informer(*api::find_resource("", "v1", "pods"));
    CHECK(&factory.metadata_informer(*api::find_resource("", "v1", "pods")) == &pods);
    factory.start();
    const bool synced = co_await factory.wait_synced();
    CHECK(synced);
    auto a = pods.store().get("default/a");
    REQUIRE(a);
    CHECK(a->kind == "Pod");
    CHECK(a->metadata.owner_references.front().uid == "u1");
    co_await factory.stop();
  });
}

TEST_CASE("a field selector's informer sees objects come and go as they match") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    InformerOptions o;
    o.field_selector = "spec.nodeName=n1";
    Watched w(ex, o);
    w.api->put(pod("a"));
    co_await w.start();
    w.api->put(pod("a", "n1"));
    co_await w.expect("+a");
    w.api->put(pod("a", "n2"));
    co_await w.expect("-a");
    co_await w.factory.stop();
  });
}

}  // namespace
}  // namespace client
