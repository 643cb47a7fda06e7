#include "apiserver/request/testing.hpp"

namespace apiserver::request {
namespace {

using namespace testing;
using api::get_string;

/// "ADDED m@7": a frame in short.
std::string brief(const std::string& line) {
  if (line.empty()) return "end";
  const auto frame = cache::parse_object(line);
  const auto& object = frame.at("object").as_object();
  std::string text(get_string(frame, {"type"}));
  if (text == "ERROR") return text + " " + std::to_string(api::get_int(object, {"code"}).value_or(0));
  if (const auto name = api::name_of(object); !name.empty()) text += " " + std::string(name);
  if (api::get(object, "metadata", "annotations", "k8s.io/initial-events-end")) text += " initial-end";
  return text;
}
std::string version_of(const Got& got) {
  return std::string(get_string(got.json(), {"metadata", "resourceVersion"}));
}

TEST_CASE("a watch tells what happens, from the state or a revision on") {
  with_server([](Server& s) -> base::Awaitable<void> {
    const auto made = co_await s.call("POST", maps, map_of("a"));
    auto all = s.watch(maps + "?watch=1");
    const auto a = co_await all->line();
    CHECK(brief(a) == "ADDED a");
    CHECK(all->headers.get("Content-Type") == "application/json");
    auto later = s.watch(maps + "?watch=true&resourceVersion=" + version_of(made));
    co_await s.call("POST", maps, map_of("b"));
    co_await s.call("PUT", maps + "/a", map_of("a", "2"));
    const auto deleted = co_await s.call("DELETE", maps + "/b");
    for (auto& w : {all, later}) {
      const auto added = co_await w->line(), modified = co_await w->line(), gone = co_await w->line();
      CHECK(brief(added) == "ADDED b");
      CHECK(brief(modified) == "MODIFIED a");
      CHECK(brief(gone) == "DELETED b");
      const auto last = cache::parse_object(gone).at("object").as_object();
      CHECK(get_string(last, {"metadata", "resourceVersion"}) == std::to_string(s.bench.store->revision()));
    }
    const auto entry = s.bench.caches.find("", "configmaps")->find("default/a");
    CHECK(s.bench.caches.find("", "configmaps")->watchers() == 2);
  });
}

TEST_CASE("all watchers send the same bytes, and what is ready together goes out together") {
  with_server([](Server& s) -> base::Awaitable<void> {
    for (const std::string name : {"a", "b", "c"})
      co_await s.call("POST", maps, map_of(name));
    co_await s.call("GET", maps);
    auto first = s.watch(maps + "?watch=1"), second = s.watch(maps + "?watch=1");
    for (int i = 0; i < 3; ++i) {
      co_await first->line();
      co_await second->line();
    }
    CHECK(first->writes == 1);
    REQUIRE(first->shared.size() == 9);
    CHECK(first->shared == second->shared);
    const auto entry = s.bench.caches.find("", "configmaps")->find("default/a");
    CHECK(first->shared[1] == entry->json());
  });
}

TEST_CASE("selections, names and namespaces of watches") {
  with_server([](Server& s) -> base::Awaitable<void> {
    auto labelled = s.watch(pods + "?watch=1&labelSelector=app%3Ddb");
    auto named = s.watch(pods + "?watch=1&fieldSelector=metadata.name%3Dq");
    auto path = s.watch("/api/v1/watch/namespaces/default/pods");
    auto everywhere = s.watch("/api/v1/pods?watch=1");
    auto other = s.watch("/api/v1/namespaces/other/pods?watch=1&timeoutSeconds=1");
    co_await s.call("POST", pods, pod("p"));
    co_await s.call("PATCH", pods + "/p", R"({"metadata":{"labels":{"app":"db"}}})", merge_patch);
    co_await s.call("PATCH", pods + "/p", R"({"metadata":{"labels":{"app":"web"}}})", merge_patch);
    co_await s.call("POST", pods, pod("q"));
    const auto in = co_await labelled->line(), out = co_await labelled->line();
    CHECK(brief(in) == "ADDED p");
    CHECK(brief(out) == "DELETED p");
    const auto q = co_await named->line();
    CHECK(brief(q) == "ADDED q");
    const auto p = co_await path->line(), again = co_await everywhere->line();
    CHECK(brief(p) == "ADDED p");
    CHECK(brief(again) == "ADDED p");
    const auto nothing = co_await other->line();
    CHECK(brief(nothing) == "end");
  });
}

TEST_CASE("an old revision ends the watch with an ERROR of 410") {
  with_server([](Server& s) -> base::Awaitable<void> {
    auto watch = s.watch(maps + "?watch=1&resourceVersion=1");
    // The window of a fresh cache starts where the list was made; move it on.
    auto* cache = s.bench.caches.find("", "configmaps");
    cache->reset({}, s.bench.store->revision());
    auto late = s.watch(maps + "?watch=1&resourceVersion=1");
    const auto error = co_await late->line(), end = co_await late->line();
    CHECK(late->status == 200);
    CHECK(brief(error) == "ERROR 410");
    CHECK(brief(end) == "end");
    // The reset ends those that were under way: they resume, or learn that they cannot.
    const auto closed = co_await watch->line();
    CHECK_FALSE(closed.starts_with("{\"type\":\"ADDED"));
    CHECK(cache->watchers() == 0);
  });
}

TEST_CASE("a streaming list ends with a bookmark that says so") {
  with_server([](Server& s) -> base::Awaitable<void> {
    const auto made = co_await s.call("POST", maps, map_of("a"));
    const std::string initial = "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
    auto watch = s.watch(maps + "?watch=1&allowWatchBookmarks=true" + initial);
    const auto a = co_await watch->line(), end = co_await watch->line();
    CHECK(brief(a) == "ADDED a");
    CHECK(brief(end) == "BOOKMARK initial-end");
    const auto bookmark = cache::parse_object(end).at("object").as_object();
    CHECK(get_string(bookmark, {"kind"}) == "ConfigMap");
    CHECK(get_string(bookmark, {"metadata", "resourceVersion"}) == version_of(made));
    auto empty = s.watch("/api/v1/secrets?watch=1&allowWatchBookmarks=true" + initial);
    const auto none = co_await empty->line();
    CHECK(brief(none) == "BOOKMARK initial-end");
    CHECK(get_string(cache::parse_object(none), {"object", "metadata", "resourceVersion"}) ==
          version_of(made));
    auto changes = s.watch(maps + "?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan");
    co_await s.call("POST", maps, map_of("b"));
    const auto b = co_await changes->line();
    CHECK(brief(b) == "ADDED b");
  });
}

TEST_CASE("bookmarks move a quiet watch on; its time ends it with one more") {
  with_server([](Server& s) -> base::Awaitable<void> {
    auto parts = s.parts();
    parts.bookmark_every = std::chrono::milliseconds(1);
    s.use(std::move(parts));
    auto watch = s.watch(maps + "?watch=1&allowWatchBookmarks=true");
    const auto made = co_await s.call("POST", pods, pod("p"));
    co_await s.call("GET", pods);
    std::string seen;
    while (seen != version_of(made)) {
      const auto line = co_await watch->line();
      REQUIRE(brief(line) == "BOOKMARK");
      seen = get_string(cache::parse_object(line), {"object", "metadata", "resourceVersion"});
    }
    s.handler->stop_watches();
    co_await s.tasks.join();
    CHECK(watch->finished);
  });
  with_server([](Server& s) -> base::Awaitable<void> {
    auto watch = s.watch(maps + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=1");
    const auto bookmark = co_await watch->line(), end = co_await watch->line();
    CHECK(brief(bookmark) == "BOOKMARK");
    CHECK(brief(end) == "end");
  });
}

TEST_CASE("watches in the forms of kubectl get and of metadata informers") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", maps, map_of("a"));
    co_await s.call("POST", maps, map_of("b"));
    const HeaderMap table{{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}};
    auto rows = s.watch(maps + "?watch=1", table);
    const auto first = co_await rows->line(), second = co_await rows->line();
    const auto a = cache::parse_object(first), b = cache::parse_object(second);
    CHECK(get_string(a, {"object", "kind"}) == "Table");
    CHECK(a.at("object").at("rows").at(0).at("cells").at(0) == "a");
    CHECK_FALSE(a.at("object").at("columnDefinitions").as_array().empty());
    CHECK(b.at("object").at("columnDefinitions").as_array().empty());
    const HeaderMap metadata{{"Accept", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"}};
    auto metas = s.watch(maps + "?watch=1", metadata);
    const auto meta = co_await metas->line();
    CHECK(get_string(cache::parse_object(meta), {"object", "kind"}) == "PartialObjectMetadata");
  });
}

TEST_CASE("a watch whose client left, or of a server that stops, leaves nothing behind") {
  with_server([](Server& s) -> base::Awaitable<void> {
    auto* cache = s.bench.caches.find("", "configmaps");
    auto left = s.watch(maps + "?watch=1"), stays = s.watch(maps + "?watch=1");
    co_await s.call("POST", maps, map_of("a"));
    const auto a = co_await left->line(), same = co_await stays->line();
    CHECK(a == same);
    CHECK(cache->watchers() == 2);
    left->gone = true;
    co_await s.call("POST", maps, map_of("b"));
    const auto b = co_await stays->line();
    CHECK(brief(b) == "ADDED b");
    CHECK(cache->watchers() == 1);
    s.handler->stop_watches();
    const auto end = co_await stays->line();
    CHECK(end.empty());
    co_await s.tasks.join();
    CHECK(cache->watchers() == 0);
    FakeExchange late(s.strand, "GET", maps + "?watch=1", "", {});
    co_await s.handler->serve(late);
    CHECK(late.finished);
  });
}

TEST_CASE("a cancelled watch is unregistered") {
  with_server([](Server& s) -> base::Awaitable<void> {
    auto* cache = s.bench.caches.find("", "configmaps");
    base::TaskGroup clients(s.strand, "clients");
    auto exchange = std::make_shared<FakeExchange>(s.strand, "GET", maps + "?watch=1", "", HeaderMap());
    clients.spawn("client", [&s, exchange] { return s.handler->serve(*exchange); });
    co_await s.call("POST", maps, map_of("a"));
    co_await exchange->line();
    CHECK(cache->watchers() == 1);
    clients.cancel();
    co_await clients.join();
    CHECK(cache->watchers() == 0);
  });
}

}  // namespace
}  // namespace apiserver::request
