#include "apiserver/aggregation/remote.hpp"
#include <catch2/catch.hpp>

using apiserver::aggregation::forwarded_headers;

TEST_CASE("an extension server is told who asks, by this server alone") {
  http::Headers given;
  given.add("Accept", "application/json");
  given.add("Authorization", "Bearer secret");
  given.add("X-Remote-User", "system:admin");
  given.add("x-remote-group", "system:masters");
  given.add("Impersonate-User", "root");
  given.add("Connection", "close");
  apiserver::authentication::UserInfo user;
  user.name = "jane";
  user.uid = "u-1";
  user.groups = {"a", "b"};
  user.extra["example.com/scope"] = {"x"};
  const auto sent = forwarded_headers(given, user, "10.1.2.3:4711");
  CHECK(sent.get("Accept") == "application/json");
  CHECK_FALSE(sent.has("Authorization"));
  CHECK_FALSE(sent.has("Impersonate-User"));
  CHECK_FALSE(sent.has("Connection"));
  CHECK(sent.all("X-Remote-User") == std::vector<std::string_view>{"jane"});
  CHECK(sent.all("X-Remote-Group") == std::vector<std::string_view>{"a", "b"});
  CHECK(sent.get("X-Remote-Uid") == "u-1");
  CHECK(sent.get("X-Remote-Extra-example.com%2Fscope") == "x");
  CHECK(sent.get("X-Forwarded-For") == "10.1.2.3");
}
