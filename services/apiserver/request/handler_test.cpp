#include "apiserver/request/testing.hpp"

namespace apiserver::request {
namespace {

using api::get_string;
using namespace testing;

TEST_CASE("an object's life through every verb") {
  with_server([](Server& s) -> base::Awaitable<void> {
    const auto created = co_await s.call("POST", maps, map_of("m"));
    CHECK(created.status == 201);
    CHECK(created.headers.get("Content-Type") == "application/json");
    CHECK(created.headers.get("Audit-Id").starts_with("audit-"));
    CHECK(created.headers.get("Cache-Control") == "no-cache, private");
    const auto got = co_await s.call("GET", maps + "/m");
    CHECK(got.status == 200);
    CHECK(got.text == created.text);
    const auto version = std::string(get_string(got.json(), {"metadata", "resourceVersion"}));
    auto stale = map_of("m", "2");
    stale.insert(stale.find("\"name\""), R"("resourceVersion":"1",)");
    const auto refused = co_await s.call("PUT", maps + "/m", stale);
    CHECK(refused.status == 409);
    CHECK(refused.reason() == "Conflict");
    const auto put = co_await s.call("PUT", maps + "/m", map_of("m", "2"));
    CHECK(put.status == 200);
    CHECK(get_string(put.json(), {"metadata", "resourceVersion"}) != version);
    const auto patched = co_await s.call("PATCH", maps + "/m", R"({"data":{"b":"3","a":null}})", merge_patch);
    CHECK(patched.status == 200);
    CHECK(patched.json()["data"] == boost::json::value({{"b", "3"}}));
    const auto listed = co_await s.call("GET", maps);
    CHECK(get_string(listed.json(), {"kind"}) == "ConfigMapList");
    CHECK(listed.json()["items"].as_array().size() == 1);
    const auto deleted = co_await s.call("DELETE", maps + "/m");
    CHECK(deleted.status == 200);
    CHECK(get_string(deleted.json(), {"status"}) == "Success");
    const auto gone = co_await s.call("GET", maps + "/m");
    CHECK(gone.status == 404);
    CHECK(gone.message() == "configmaps \"m\" not found");
  });
}

TEST_CASE("a plain list sends the cache's own bytes") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", maps, map_of("m"));
    const auto listed = co_await s.call("GET", maps);
    REQUIRE(listed.shared.size() == 3);
    const auto entry = s.bench.caches.find("", "configmaps")->find("default/m");
    CHECK(listed.shared[1] == entry->json());
    const auto got = co_await s.call("GET", maps + "/m");
    REQUIRE(got.shared.size() == 1);
    CHECK(got.shared[0] == entry->json());
  });
}

}  // namespace
}  // namespace apiserver::request
