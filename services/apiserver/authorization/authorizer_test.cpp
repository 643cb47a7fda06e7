#include "apiserver/authorization/authorizer.hpp"
#include <catch2/catch.hpp>
#include "apiserver/authorization/testing.hpp"

using namespace apiserver::authorization;
using testing::ask;
using testing::user;

TEST_CASE("the first with an opinion decides, and system:masters may do anything") {
  const auto jane = user("jane");
  const auto master = user("root", {"system:masters"});
  const UnionAuthorizer nothing({});
  CHECK(nothing.authorize(ask(jane, "get pods")).verdict == Verdict::no_opinion);
  CHECK(nothing.authorize(ask(master, "get pods")).verdict == Verdict::allow);
  const UnionAuthorizer both({always_deny(), always_allow()});
  CHECK(both.authorize(ask(jane, "get pods")).verdict == Verdict::allow);
  RuleList rules;
  nothing.rules_for(master, "default", rules);
  CHECK(rules.resource_rules.size() == 1);
}

TEST_CASE("a refusal says what was asked for") {
  const auto jane = user("jane");
  CHECK(forbidden(ask(jane, "list pods", "default"), "").message ==
        "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace "
        "\"default\"");
  CHECK(forbidden(ask(jane, "get deployments/scale", "", "web", "apps"), "why").message ==
        "deployments.apps \"web\" is forbidden: User \"jane\" cannot get resource \"deployments/scale\" in "
        "API group "
        "\"apps\" at the cluster scope: why");
  CHECK(forbidden(ask(jane, "get /metrics"), "").message ==
        "forbidden: User \"jane\" cannot get path \"/metrics\"");
  CHECK(forbidden(ask(jane, "get /metrics"), "").code == 403);
}
