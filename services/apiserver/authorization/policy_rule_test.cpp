#include "apiserver/authorization/policy_rule.hpp"
#include <catch2/catch.hpp>
#include <random>
#include "apiserver/authorization/testing.hpp"

using namespace apiserver::authorization;
using testing::ask;
using testing::user;

namespace {

const UserInfo jane = user("jane");

PolicyRule on(std::vector<std::string> verbs, std::vector<std::string> resources,
              std::vector<std::string> names = {}, std::vector<std::string> groups = {""}) {
  return {std::move(verbs), std::move(groups), std::move(resources), std::move(names), {}};
}

std::string uncovered(const std::vector<PolicyRule>& held, const std::vector<PolicyRule>& wanted) {
  std::string out;
  for (const auto& r : uncovered_rules(held, wanted))
    out += r.text();
  return out;
}

}  // namespace

TEST_CASE("what a rule allows") {
  const auto check = [](const PolicyRule& r, const Attributes& a) {
    const bool plain = rule_allows(r, a);
    CHECK(CompiledRule(r).allows(CompiledRule::Probe(a)) == plain);
    return plain;
  };
  CHECK(check(on({"get"}, {"pods"}), ask(jane, "get pods")));
  CHECK_FALSE(check(on({"get"}, {"pods"}), ask(jane, "list pods")));
  CHECK_FALSE(check(on({"get"}, {"pods"}), ask(jane, "get pods/log")));
  CHECK(check(on({"get"}, {"pods/log"}), ask(jane, "get pods/log")));
  CHECK(check(on({"get"}, {"*/scale"}, {}, {"*"}), ask(jane, "get deployments/scale", "", "", "apps")));
  CHECK_FALSE(check(on({"get"}, {"*/scale"}, {}, {"*"}), ask(jane, "get deployments", "", "", "apps")));
  CHECK_FALSE(check(on({"get"}, {"pods"}), ask(jane, "get pods", "", "", "apps")));
  CHECK(check(on({"*"}, {"*"}, {}, {"*"}), ask(jane, "approve x/y", "", "", "z")));
  CHECK(check(on({"get"}, {"pods"}, {"a"}), ask(jane, "get pods", "ns", "a")));
  CHECK_FALSE(check(on({"get"}, {"pods"}, {"a"}), ask(jane, "get pods", "ns", "b")));
  CHECK_FALSE(check(on({"list"}, {"pods"}, {"a"}), ask(jane, "list pods", "ns")));
  const PolicyRule urls{{"get"}, {}, {}, {}, {"/healthz", "/api/*"}};
  CHECK(check(urls, ask(jane, "get /healthz")));
  CHECK(check(urls, ask(jane, "get /api/v1")));
  CHECK_FALSE(check(urls, ask(jane, "get /api")));
  CHECK_FALSE(check(urls, ask(jane, "get pods")));
}

TEST_CASE("the compiled rule agrees with the plain one") {
  std::mt19937 random(7);
  const std::vector<std::string> verbs{"get", "list", "watch", "*", "create"},
      groups{"", "apps", "batch", "*"}, resources{"pods", "pods/log", "*", "*/scale", "nodes", "nodes/scale"},
      names{"a", "b", ""}, asked_verbs{"get", "list", "create"},
      asked_resources{"pods", "pods/log", "nodes/scale", "jobs"}, asked_groups{"", "apps", "batch"};
  const auto some = [&](const std::vector<std::string>& from) {
    std::vector<std::string> out;
    for (const auto& s : from) {
      if (random() % 3 == 0) out.push_back(s);
    }
    return out;
  };
  const auto one = [&](const std::vector<std::string>& from) -> const std::string& {
    return from[random() % from.size()];
  };
  int yes = 0;
  for (int i = 0; i < 20'000; ++i) {
    const PolicyRule rule{some(verbs), some(groups), some(resources), some({"a", "b"}), {}};
    const std::string what =
        one({"get", "list", "create"}) + " " + one({"pods", "pods/log", "nodes/scale", "jobs"});
    const auto a = ask(jane, what, "", one(names), one(asked_groups));
    const bool plain = rule_allows(rule, a);
    yes += plain;
    REQUIRE(CompiledRule(rule).allows(CompiledRule::Probe(a)) == plain);
  }
  CHECK(yes > 500);
}

TEST_CASE("what is not covered is named") {
  CHECK(uncovered({on({"*"}, {"*"}, {}, {"*"})}, {on({"get", "list"}, {"pods"}, {}, {"", "apps"})}).empty());
  CHECK(uncovered({on({"get"}, {"pods"})}, {on({"get", "list", "watch"}, {"pods"})}) ==
        "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"list\" \"watch\"]}");
  CHECK(uncovered({on({"get"}, {"pods"}), on({"list"}, {"pods"})}, {on({"get", "list"}, {"pods"})}).empty());
  CHECK(uncovered({on({"get"}, {"pods"}, {"a"})}, {on({"get"}, {"pods"}, {"a"})}).empty());
  CHECK_FALSE(uncovered({on({"get"}, {"pods"}, {"a"})}, {on({"get"}, {"pods"})}).empty());
  CHECK(uncovered({on({"get"}, {"pods"})}, {on({"get"}, {"pods"}, {"a"})}).empty());
  CHECK(uncovered({on({"get"}, {"*/scale"})}, {on({"get"}, {"x/scale"})}).empty());
  CHECK_FALSE(uncovered({on({"get"}, {"pods"})}, {on({"*"}, {"pods"})}).empty());
  const PolicyRule api{{"get"}, {}, {}, {}, {"/api/*"}}, all{{"get"}, {}, {}, {}, {"*"}},
      v1{{"get"}, {}, {}, {}, {"/api/v1"}};
  CHECK(uncovered({api}, {v1}).empty());
  CHECK_FALSE(uncovered({api}, {all}).empty());
}
