#pragma once
#include <boost/asio/this_coro.hpp>
#include <catch2/catch.hpp>
#include <exception>
#include <functional>
#include <string>
#include "apiserver/registry/registry.hpp"
#include "base/clock.hpp"
#include "http/testing.hpp"
#include "storage/memory_store.hpp"

/// A registry over a store in memory, with its caches and feed, for the tests of this folder and of request/.
namespace apiserver::registry::testing {

inline Object object(std::string_view text) {
  return cache::parse_object(text);
}

struct Bench {
  std::shared_ptr<storage::MemoryStore> store = std::make_shared<storage::MemoryStore>();
  cache::Caches caches;
  cache::Feed feed;
  admission::Chain chain;
  base::ManualClock clock;
  int uids = 0, suffixes = 0;
  Registry registry;

  explicit Bench(base::Executor strand)
      : feed(store, caches, strand), chain(make_chain()), registry(parts()) {}

  /// Until the caches are there, with the namespaces "default" and "other".
  base::Awaitable<void> start() {
    feed.start();
    for (int i = 0; i < 1000 && !caches.ready(); ++i)
      co_await base::sleep_for(std::chrono::milliseconds(1));
    REQUIRE(caches.ready());
    for (const std::string name : {"default", "other"}) {
      auto made = co_await create("v1", "namespaces", "", R"({"metadata":{"name":")" + name + R"("}})");
      REQUIRE(made.has_value());
    }
  }
  base::Awaitable<void> stop() { co_await feed.stop(); }

  static Call call(const std::string& group_version, const std::string& resource, std::string ns = "",
                   std::string name = "") {
    const auto slash = group_version.find('/');
    const auto group = slash == std::string::npos ? std::string() : group_version.substr(0, slash);
    const auto version = slash == std::string::npos ? group_version : group_version.substr(slash + 1);
    const auto sub = resource.find('/');
    Call c;
    c.resource = api::find_resource(group, version, resource.substr(0, sub));
    c.body = api::find_resource(group, version, resource);
    REQUIRE(c.resource != nullptr);
    REQUIRE(c.body != nullptr);
    if (sub != std::string::npos) c.subresource = resource.substr(sub + 1);
    c.ns = std::move(ns);
    c.name = std::move(name);
    c.user.name = "tester";
    return c;
  }
  static Object parse(const Answer& answer) { return cache::parse_object(*answer.json); }

  base::Awaitable<api::StatusOr<Object>> create(std::string group_version, std::string resource,
                                                std::string ns, std::string text) {
    Call c = call(group_version, resource, std::move(ns));
    co_return co_await create(std::move(c), std::move(text));
  }
  base::Awaitable<api::StatusOr<Object>> create(Call c, std::string text) {
    Object o = object(text);
    o["kind"] = c.body->kind;
    o["apiVersion"] = api::GroupVersionKind{c.body->kind_group, c.body->kind_version, ""}.api_version();
    auto answer = co_await registry.create(std::move(c), std::move(o));
    if (!answer) co_return answer.error();
    co_return parse(*answer);
  }
  base::Awaitable<api::StatusOr<Object>> update(Call c, Change change) {
    auto answer = co_await registry.update(std::move(c), std::move(change));
    if (!answer) co_return answer.error();
    co_return parse(*answer);
  }
  base::Awaitable<api::StatusOr<Object>> remove(Call c, std::string options = "{}") {
    auto parsed = DeleteOptions::from_json(object(options));
    REQUIRE(parsed.has_value());
    auto answer = co_await registry.remove(std::move(c), std::move(*parsed));
    if (!answer) co_return answer.error();
    co_return parse(*answer);
  }
  base::Awaitable<api::StatusOr<Object>> get(Call c) {
    auto answer = co_await registry.get(std::move(c), std::string());
    if (!answer) co_return answer.error();
    co_return parse(*answer);
  }

 private:
  static admission::Chain make_chain() {
    admission::PluginOptions options;
    options.disable = {"ServiceAccount"};
    return admission::Chain::make(options).value();
  }
  Registry::Parts parts() {
    Registry::Parts p;
    p.store = store;
    p.caches = &caches;
    p.feed = &feed;
    p.admission = &chain;
    p.now = [this] { return clock.now(); };
    p.uid = [this] { return "uid-" + std::to_string(++uids); };
    p.name_suffix = [this](std::size_t n) {
      auto digits = std::to_string(++suffixes);
      return std::string(n - digits.size(), 'x') + digits;
    };
    return p;
  }
};

/// Runs `body` with a started bench; what it throws is thrown after the bench was stopped.
inline void with_bench(std::function<base::Awaitable<void>(Bench&)> body) {
  http::testing::run([&](base::Executor) -> base::Awaitable<void> {
    Bench bench(co_await boost::asio::this_coro::executor);
    std::exception_ptr failure;
    try {
      co_await bench.start();
      co_await body(bench);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await bench.stop();
    if (failure) std::rethrow_exception(failure);
  });
}

}  // namespace apiserver::registry::testing
