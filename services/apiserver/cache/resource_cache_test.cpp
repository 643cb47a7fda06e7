#include "apiserver/cache/resource_cache.hpp"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

namespace apiserver::cache {
namespace {

using namespace std::chrono_literals;

std::string node_of(const api::Object& o) {
  return std::string(api::get_string(o, {"spec", "nodeName"}));
}
const kinds::SelectableField fields[] = {{"spec.nodeName", node_of}};

storage::Bytes pod(const std::string& ns, const std::string& name, const std::string& node,
                   const std::string& app) {
  return std::make_shared<const std::string>(R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":")" +
                                             name + R"(","namespace":")" + ns + R"(","uid":"u-)" + name +
                                             R"(","labels":{"app":")" + app + R"("}},"spec":{"nodeName":")" +
                                             node + R"("}})");
}

Selection selection(std::string ns = "", std::string name = "", std::string labels = "",
                    std::string field = "") {
  return Selection::make(std::move(ns), std::move(name), api::LabelSelector::parse(labels).value(),
                         api::FieldSelector::parse(field).value(), fields)
      .value();
}

/// A cache with a watcher's events as short texts: "+a/x" added, "~" modified, "-" deleted, "." initial_end.
struct Bench {
  boost::asio::io_context io;
  ResourceCache cache{"/registry/core/pods/", fields};

  void put(const std::string& ns, const std::string& name, Revision r, const std::string& node = "n1",
           const std::string& app = "web") {
    REQUIRE(cache.apply(ns + "/" + name, pod(ns, name, node, app), r).has_value());
  }
  void remove(const std::string& key, Revision r) { REQUIRE(cache.apply(key, nullptr, r).has_value()); }

  std::shared_ptr<Watcher> watch(Selection s, Revision from, bool initial_end = false) {
    auto w = std::make_shared<Watcher>(io.get_executor(), std::move(s));
    const auto started = cache.watch(w, from, initial_end);
    REQUIRE(started.has_value());
    return w;
  }
  base::Result<std::vector<Event>> take(const std::shared_ptr<Watcher>& w,
                                        std::chrono::milliseconds patience = 0ms) {
    base::Result<std::vector<Event>> out = std::vector<Event>();
    auto body = [&]() -> base::Awaitable<void> { out = co_await w->next(patience); };
    boost::asio::co_spawn(io, body, boost::asio::detached);
    io.restart();
    io.run();
    return out;
  }
  std::string seen(const std::shared_ptr<Watcher>& w) {
    std::string text;
    const auto events = take(w);
    if (!events) return events.error().message;
    for (const auto& e : *events) {
      text += text.empty() ? "" : " ";
      text += e.type == Event::Type::added      ? "+"
              : e.type == Event::Type::modified ? "~"
              : e.type == Event::Type::deleted  ? "-"
                                                : ".";
      if (e.entry) text += std::string(e.entry->key()) + "@" + std::to_string(e.revision);
    }
    return text;
  }
};

TEST_CASE("an entry is sent as stored, with its resourceVersion") {
  const auto e = Entry::make("a/x", *pod("a", "x", "n1", "web"), 7, fields).value();
  CHECK(*e->json() ==
        R"({"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"7","name":"x","namespace":"a",)"
        R"("uid":"u-x","labels":{"app":"web"}},"spec":{"nodeName":"n1"}})");
  CHECK(e->ns() == "a");
  CHECK(e->name() == "x");
  CHECK(e->uid() == "u-x");
  CHECK(e->field(0) == "n1");
  CHECK(e->at(9)->parse().at("metadata").at("resourceVersion").as_string() == "9");
  CHECK_FALSE(Entry::make("a/x", "[]", 7, fields).has_value());
}

TEST_CASE("a snapshot stays as it was while the index goes on") {
  Bench b;
  for (int i = 0; i < 2000; ++i)
    b.put("a", "p" + std::to_string(10000 + i * 7919 % 2000), i + 1);
  const auto before = b.cache.snapshot();
  for (int i = 0; i < 2000; i += 2)
    b.remove("a/p" + std::to_string(10000 + i), 3000 + i);
  CHECK(before.size() == 2000);
  CHECK(b.cache.size() == 1000);
  std::string last;
  std::size_t n = 0;
  b.cache.snapshot().scan("a/p10500", [&](const EntryPtr& e) {
    CHECK(std::string(e->key()) > last);
    last = e->key();
    ++n;
    return true;
  });
  CHECK(n == 750);
  CHECK(before.find("a/p10000") != nullptr);
  CHECK(b.cache.find("a/p10000") == nullptr);
  CHECK(b.cache.find("a/p10001") != nullptr);
}

TEST_CASE("watchers get what their selection makes of a change") {
  Bench b;
  b.put("a", "x", 1);
  auto all = b.watch(selection(), 1), ns = b.watch(selection("b"), 1), one = b.watch(selection("a", "x"), 1);
  auto node = b.watch(selection("", "", "", "spec.nodeName=n2"), 1),
       web = b.watch(selection("", "", "app=web"), 1);
  b.put("b", "y", 2, "n2");
  b.put("a", "x", 3, "n1", "db");
  b.put("a", "x", 4, "n2", "web");
  b.remove("a/x", 5);
  CHECK(b.seen(all) == "+b/y@2 ~a/x@3 ~a/x@4 -a/x@5");
  CHECK(b.seen(ns) == "+b/y@2");
  CHECK(b.seen(one) == "~a/x@3 ~a/x@4 -a/x@5");
  CHECK(b.seen(node) == "+b/y@2 +a/x@4 -a/x@5");
  CHECK(b.seen(web) == "+b/y@2 -a/x@3 +a/x@4 -a/x@5");
}

TEST_CASE("a watch starts from now, from the past, or not at all when the past is gone") {
  Bench b;
  std::vector<EntryPtr> start{Entry::make("a/x", *pod("a", "x", "n1", "web"), 5, fields).value()};
  b.cache.reset(std::move(start), 10);
  b.put("a", "y", 11);
  b.put("a", "y", 12);
  CHECK(b.seen(b.watch(selection(), 0, true)) == "+a/x@5 +a/y@12 .");
  CHECK(b.seen(b.watch(selection(), 10)) == "+a/y@11 ~a/y@12");
  CHECK(b.seen(b.watch(selection(), 11)) == "~a/y@12");
  auto late = std::make_shared<Watcher>(b.io.get_executor(), selection());
  const auto refused = b.cache.watch(late, 9, false);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == base::Errc::expired);
  CHECK(refused.error().message == "too old resource version: 9 (10)");
}

TEST_CASE("the window forgets the oldest changes first") {
  boost::asio::io_context io;
  ResourceCache::Limits limits;
  limits.changes_max = limits.changes_min = 3;
  ResourceCache cache("/registry/core/pods/", fields, limits);
  for (Revision r = 1; r <= 5; ++r)
    REQUIRE(cache.apply("a/x", pod("a", "x", "n", "web"), r).has_value());
  CHECK(cache.window_start() == 2);
}

TEST_CASE("a watcher that falls behind is closed; others go on") {
  Bench b;
  auto slow = b.watch(selection(), 1), other = b.watch(selection("b"), 1);
  for (Revision r = 2; r < 2000; ++r)
    b.put("a", "x", r);
  b.put("b", "y", 3000);
  CHECK(b.take(slow).error().code == base::Errc::unavailable);
  CHECK(b.seen(other) == "+b/y@3000");
  b.cache.unwatch(slow);
  CHECK(b.cache.watchers() == 1);
}

TEST_CASE("a waiting watcher is woken by a change, and by a reset") {
  Bench b;
  auto w = b.watch(selection(), 1);
  std::string got;
  auto body = [&]() -> base::Awaitable<void> {
    auto first = co_await w->next(5s);
    got = first ? std::to_string(first->size()) : first.error().message;
    auto second = co_await w->next(5s);
    got += second ? " more" : " closed";
  };
  boost::asio::co_spawn(b.io, body, boost::asio::detached);
  b.io.poll();
  b.put("a", "x", 2);
  b.io.poll();
  b.cache.reset({}, 3);
  b.io.poll();
  CHECK(got == "1 closed");
  CHECK(b.take(b.watch(selection(), 3), 1ms).value().empty());
}

}  // namespace
}  // namespace apiserver::cache
