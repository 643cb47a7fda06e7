#include "apiserver/authentication/user.hpp"
#include <catch2/catch.hpp>

using namespace apiserver::authentication;

TEST_CASE("service account user names") {
  CHECK(parse_service_account("system:serviceaccount:default:web") == ServiceAccountName{"default", "web"});
  for (const auto* wrong :
       {"", "web", "system:serviceaccount:", "system:serviceaccount:a",
        "system:serviceaccount:a:", "system:serviceaccount::b", "system:serviceaccount:a:b:c"}) {
    CHECK_FALSE(parse_service_account(wrong));
  }
  CHECK(service_account_user("a", "b") == "system:serviceaccount:a:b");
  CHECK(service_account_groups("a") ==
        std::vector<std::string>{"system:serviceaccounts", "system:serviceaccounts:a"});
}

TEST_CASE("a node is a user with the name and the group") {
  UserInfo user;
  user.name = "system:node:one";
  CHECK_FALSE(node_of(user));
  user.groups = {"system:nodes"};
  CHECK(node_of(user) == "one");
  user.name = "system:node:";
  CHECK_FALSE(node_of(user));
}

TEST_CASE("a user survives its JSON form") {
  UserInfo user{"jane", "42", {"dev", "ops"}, {{"scopes", {"a", "b"}}}};
  CHECK(UserInfo::from_json(user.to_json()) == user);
  CHECK(UserInfo{}.to_json().empty());
}
