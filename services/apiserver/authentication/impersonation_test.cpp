#include "apiserver/authentication/impersonation.hpp"
#include <catch2/catch.hpp>

using namespace apiserver::authentication;

namespace {
http::Headers headers(std::initializer_list<std::pair<const char*, const char*>> list) {
  http::Headers h;
  for (const auto& [name, value] : list)
    h.add(name, value);
  return h;
}
}  // namespace

TEST_CASE("no headers, no impersonation") {
  CHECK_FALSE(requested_impersonation(headers({{"Accept", "*/*"}})).value());
  CHECK(requested_impersonation(headers({{"Impersonate-Group", "dev"}})).error().code == 400);
}

TEST_CASE("each thing asked for is a right to hold") {
  const auto i = requested_impersonation(headers({{"Impersonate-User", "jane"},
                                                  {"Impersonate-Group", "dev"},
                                                  {"Impersonate-Uid", "7"},
                                                  {"Impersonate-Extra-Acme.com%2Fscope", "view"}}))
                     .value();
  REQUIRE(i);
  CHECK(i->user.groups == std::vector<std::string>{"dev", "system:authenticated"});
  CHECK(i->user.extra.at("acme.com/scope") == std::vector<std::string>{"view"});
  REQUIRE(i->checks.size() == 4);
  CHECK(i->checks[0].resource == "users");
  CHECK(i->checks[2].subresource == "acme.com/scope");
  CHECK(i->checks[3].resource == "uids");
}

TEST_CASE("a service account brings its groups") {
  const auto i =
      requested_impersonation(headers({{"Impersonate-User", "system:serviceaccount:a:b"}})).value();
  REQUIRE(i);
  CHECK(i->checks[0].resource == "serviceaccounts");
  CHECK(i->checks[0].namespace_ == "a");
  CHECK(i->user.groups == std::vector<std::string>{"system:serviceaccounts", "system:serviceaccounts:a",
                                                   "system:authenticated"});
}

TEST_CASE("the anonymous user stays unauthenticated") {
  const auto i = requested_impersonation(headers({{"Impersonate-User", "system:anonymous"}})).value();
  CHECK(i->user.groups == std::vector<std::string>{"system:unauthenticated"});
}

TEST_CASE("the headers can be taken off") {
  auto h = headers({{"Impersonate-User", "a"}, {"Accept", "x"}, {"impersonate-extra-b", "c"}});
  remove_impersonation_headers(h);
  CHECK(h.size() == 1);
}
