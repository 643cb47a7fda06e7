#include "apiserver/authorization/rbac.hpp"
#include <catch2/catch.hpp>
#include <chrono>
#include "apiserver/authorization/testing.hpp"

using namespace apiserver::authorization;
using testing::allowed;
using testing::ask;
using testing::object;
using testing::user;
using Kind = RbacPolicy::Kind;

namespace {

std::shared_ptr<RbacPolicy> policy() {
  auto p = std::make_shared<RbacPolicy>();
  p->put(Kind::cluster_role, object(R"({"metadata":{"name":"reader"},"rules":[
      {"verbs":["get","list"],"apiGroups":[""],"resources":["pods"]},
      {"verbs":["get"],"nonResourceURLs":["/metrics"]}]})"));
  p->put(Kind::role, object(R"({"metadata":{"name":"editor","namespace":"dev"},"rules":[
      {"verbs":["update"],"apiGroups":[""],"resources":["pods"]}]})"));
  return p;
}

boost::json::object binding(const char* ns, const char* role_kind, const char* role, const char* subject) {
  auto o = object(R"({"metadata":{"name":"b"}})");
  if (*ns) o["metadata"].as_object()["namespace"] = ns;
  o["roleRef"] = {{"kind", role_kind}, {"name", role}};
  o["subjects"] = boost::json::array{object(subject)};
  return o;
}

}  // namespace

TEST_CASE("a cluster binding counts everywhere") {
  auto p = policy();
  p->put(Kind::cluster_role_binding,
         binding("", "ClusterRole", "reader", R"({"kind":"Group","name":"dev"})"));
  const RbacAuthorizer rbac(p);
  const auto jane = user("jane", {"dev"});
  CHECK(rbac.authorize(ask(jane, "get pods", "any")).reason ==
        "RBAC: allowed by ClusterRoleBinding \"b\" of ClusterRole \"reader\" to Group \"dev\"");
  CHECK(allowed(rbac, ask(jane, "list pods")));
  CHECK(allowed(rbac, ask(jane, "get /metrics")));
  CHECK_FALSE(allowed(rbac, ask(jane, "delete pods", "any")));
  CHECK_FALSE(allowed(rbac, ask(user("joe"), "get pods", "any")));
  p->remove(Kind::cluster_role_binding, "", "b");
  CHECK_FALSE(allowed(rbac, ask(jane, "get pods", "any")));
}

TEST_CASE("a namespaced binding counts in its namespace, for resources") {
  auto p = policy();
  p->put(Kind::role_binding, binding("dev", "ClusterRole", "reader", R"({"kind":"User","name":"jane"})"));
  const RbacAuthorizer rbac(p);
  const auto jane = user("jane");
  CHECK(rbac.authorize(ask(jane, "get pods", "dev")).reason ==
        "RBAC: allowed by RoleBinding \"b/dev\" of ClusterRole \"reader\" to User \"jane\"");
  CHECK_FALSE(allowed(rbac, ask(jane, "get pods", "prod")));
  CHECK_FALSE(allowed(rbac, ask(jane, "get pods")));
  CHECK_FALSE(allowed(rbac, ask(jane, "get /metrics")));
}

TEST_CASE("a service account is a subject, of the binding's namespace if it names none") {
  auto p = policy();
  p->put(Kind::role_binding, binding("dev", "Role", "editor", R"({"kind":"ServiceAccount","name":"web"})"));
  const RbacAuthorizer rbac(p);
  CHECK(allowed(rbac, ask(user("system:serviceaccount:dev:web"), "update pods", "dev")));
  CHECK_FALSE(allowed(rbac, ask(user("system:serviceaccount:prod:web"), "update pods", "dev")));
}

TEST_CASE("a binding to a role that comes later works from then on") {
  auto p = std::make_shared<RbacPolicy>();
  p->put(Kind::cluster_role_binding, binding("", "ClusterRole", "late", R"({"kind":"User","name":"jane"})"));
  const RbacAuthorizer rbac(p);
  const auto jane = user("jane");
  CHECK_FALSE(allowed(rbac, ask(jane, "get pods")));
  p->put(Kind::cluster_role, object(R"({"metadata":{"name":"late"},"rules":[
      {"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]})"));
  CHECK(allowed(rbac, ask(jane, "get pods")));
  p->remove(Kind::cluster_role, "", "late");
  CHECK_FALSE(allowed(rbac, ask(jane, "get pods")));
}

TEST_CASE("rules can be listed") {
  auto p = policy();
  p->put(Kind::cluster_role_binding,
         binding("", "ClusterRole", "reader", R"({"kind":"User","name":"jane"})"));
  RuleList rules;
  RbacAuthorizer(p).rules_for(user("jane"), "dev", rules);
  REQUIRE(rules.resource_rules.size() == 1);
  CHECK(rules.resource_rules[0].verbs == std::vector<std::string>{"get", "list"});
  REQUIRE(rules.non_resource_rules.size() == 1);
}

// The budget is 10 microseconds in a release build; the bound here leaves room for an unoptimized one under
// load.
TEST_CASE("a decision among 1000 roles and 5000 bindings is quick") {
  auto p = std::make_shared<RbacPolicy>();
  for (int i = 0; i < 1000; ++i) {
    auto role = object(R"({"metadata":{},"rules":[
        {"verbs":["get","list","watch"],"apiGroups":["apps"],"resources":["deployments"]},
        {"verbs":["create"],"apiGroups":[""],"resources":["configmaps"],"resourceNames":["x"]}]})");
    role["metadata"].as_object()["name"] = "role-" + std::to_string(i);
    p->put(Kind::cluster_role, role);
  }
  for (int i = 0; i < 5000; ++i) {
    const auto role = "role-" + std::to_string(i % 1000);
    auto b = binding("", "ClusterRole", role.c_str(), R"({"kind":"Group","name":"all"})");
    b["metadata"].as_object()["name"] = "b" + std::to_string(i);
    if (i >= 1000) b["subjects"].as_array()[0].as_object()["name"] = "group-" + std::to_string(i);
    p->put(Kind::cluster_role_binding, b);
  }
  const RbacAuthorizer rbac(p);
  const auto jane = user("jane", {"all", "system:authenticated"});
  CHECK_FALSE(allowed(rbac, ask(jane, "get pods", "default")));
  const auto start = std::chrono::steady_clock::now();
  constexpr int rounds = 200;
  for (int i = 0; i < rounds; ++i)
    CHECK_FALSE(allowed(rbac, ask(jane, "get pods", "default")));
  const auto each = (std::chrono::steady_clock::now() - start) / rounds;
  INFO("nanoseconds a decision: " << each.count());
  CHECK(each < std::chrono::microseconds(500));
}
