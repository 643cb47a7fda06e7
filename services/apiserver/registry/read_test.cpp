#include "apiserver/registry/continue_token.hpp"
#include "apiserver/registry/testing.hpp"

namespace apiserver::registry {
namespace {

using testing::Bench;
using testing::with_bench;

ListRequest request(std::int64_t limit = 0, std::string continue_token = "", std::string ns = "default",
                    std::string labels = "") {
  ListRequest r;
  r.selective = !labels.empty();
  r.selection = cache::Selection::make(std::move(ns), "", api::LabelSelector::parse(labels).value(),
                                       api::FieldSelector(), {})
                    .value();
  r.limit = limit;
  r.continue_token = std::move(continue_token);
  return r;
}
std::string names(const ListAnswer& answer) {
  std::string out;
  for (const auto& entry : answer.entries)
    out += (out.empty() ? "" : " ") + std::string(entry->key());
  return out;
}
Call maps(std::string name = "") {
  return Bench::call("v1", "configmaps", "default", std::move(name));
}
base::Awaitable<void> fill(Bench& b, std::string ns, std::string all) {
  for (const char name : all) {
    const auto made = co_await b.create("v1", "configmaps", ns,
                                        R"({"metadata":{"name":")" + std::string(1, name) +
                                            R"(","labels":{"odd":")" + (name % 2 ? "y" : "n") + R"("}}})");
    REQUIRE(made.has_value());
  }
}

TEST_CASE("pages are of one moment, whatever happens between them") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    co_await fill(b, "default", "abcde");
    co_await fill(b, "other", "xy");
    auto first = co_await b.registry.list(maps(), request(2));
    REQUIRE(first.has_value());
    CHECK(names(*first) == "default/a default/b");
    CHECK(first->remaining == 3);
    CHECK_FALSE(first->continue_token.empty());
    co_await b.remove(maps("d"));
    co_await fill(b, "default", "z");
    auto second = co_await b.registry.list(maps(), request(2, first->continue_token));
    REQUIRE(second.has_value());
    CHECK(names(*second) == "default/c default/d");
    CHECK(second->revision == first->revision);
    auto third = co_await b.registry.list(maps(), request(2, second->continue_token));
    REQUIRE(third.has_value());
    CHECK(names(*third) == "default/e");
    CHECK(third->continue_token.empty());
    auto now = co_await b.registry.list(maps(), request());
    REQUIRE(now.has_value());
    CHECK(names(*now) == "default/a default/b default/c default/e default/z");
    auto everywhere = co_await b.registry.list(maps(), request(0, "", ""));
    REQUIRE(everywhere.has_value());
    CHECK(everywhere->entries.size() == 7);
  });
}

TEST_CASE("a page whose moment was compacted away is expired") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    co_await fill(b, "default", "abc");
    auto first = co_await b.registry.list(maps(), request(2));
    REQUIRE(first.has_value());
    co_await fill(b, "default", "d");
    const auto seen = co_await b.get(maps("d"));  // From here on the cache is past that moment.
    REQUIRE(seen.has_value());
    const auto compacted = co_await b.store->compact(b.store->revision());
    REQUIRE(compacted.has_value());
    auto second = co_await b.registry.list(maps(), request(2, first->continue_token));
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == 410);
    CHECK(second.error().reason == "Expired");
    for (const std::string token : {"x", "bm90IGpzb24", "e30"}) {
      auto wrong = co_await b.registry.list(maps(), request(2, token));
      CHECK(wrong.error().code == 400);
    }
  });
}

TEST_CASE("pages of a selection count nothing they do not show") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    co_await fill(b, "default", "abcdefg");
    auto first = co_await b.registry.list(maps(), request(3, "", "default", "odd=y"));
    REQUIRE(first.has_value());
    CHECK(names(*first) == "default/a default/c default/e");
    CHECK(first->remaining == 0);
    auto second = co_await b.registry.list(maps(), request(3, first->continue_token, "default", "odd=y"));
    REQUIRE(second.has_value());
    CHECK(names(*second) == "default/g");
    CHECK(second->continue_token.empty());
  });
}

TEST_CASE("resourceVersion of a list") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    co_await fill(b, "default", "ab");
    const auto then = b.store->revision();
    co_await fill(b, "default", "c");
    struct Case {
      std::string version, match;
      int code;  ///< 0: fine.
      std::string names;
    };
    const std::string all = "default/a default/b default/c", past = std::to_string(then);
    const Case cases[] = {{"", "", 0, all},
                          {past, "", 0, all},
                          {past, "NotOlderThan", 0, all},
                          {past, "Exact", 0, "default/a default/b"},
                          {"999999", "NotOlderThan", 504, ""},
                          {"999999", "Exact", 504, ""},
                          {"x", "", 400, ""},
                          {"-1", "", 400, ""}};
    for (const auto& c : cases) {
      auto r = request();
      r.resource_version = c.version;
      r.resource_version_match = c.match;
      auto listed = co_await b.registry.list(maps(), r);
      INFO(c.version << " " << c.match);
      CHECK((listed ? 0 : listed.error().code) == c.code);
      if (listed.has_value()) CHECK(names(*listed) == c.names);
    }
    auto any = request();
    any.resource_version = "0";
    const auto ok1 = co_await b.registry.list(maps(), any);
    CHECK(ok1.has_value());
  });
}

TEST_CASE("a read sees every write that was acknowledged before it") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    for (int i = 0; i < 50; ++i) {
      const std::string name = "m" + std::to_string(i);
      const auto made =
          co_await b.create("v1", "configmaps", "default", R"({"metadata":{"name":")" + name + R"("}})");
      REQUIRE(made.has_value());
      const auto read = co_await b.get(maps(name));
      REQUIRE(read.has_value());
      CHECK(*read == *made);
    }
    // Writes that are not the registry's move the store on: a mark of progress is asked for.
    storage::TxnRequest txn;
    storage::Operation operation;
    operation.put.key = "/elsewhere";
    operation.put.value = "x";
    txn.success.push_back(operation);
    const auto ok2 = co_await b.store->txn(txn);
    REQUIRE(ok2.has_value());
    const auto ok3 = co_await b.get(maps("m1"));
    CHECK(ok3.has_value());
  });
}

TEST_CASE("a continue token survives its journey") {
  const auto token = ContinueToken::parse(ContinueToken{7, "default/a"}.encode());
  REQUIRE(token.has_value());
  CHECK(token->revision == 7);
  CHECK(token->from == "default/a");
}

}  // namespace
}  // namespace apiserver::registry
