#include "apiserver/authorization/bootstrap_policy.hpp"
#include <catch2/catch.hpp>
#include <set>
#include "api/object.hpp"
#include "apiserver/authorization/rbac.hpp"
#include "apiserver/authorization/testing.hpp"

using namespace apiserver::authorization;
using testing::allowed;
using testing::ask;
using testing::user;
using Action = Reconciliation::Action;
namespace json = boost::json;

namespace {

std::shared_ptr<RbacPolicy> default_policy() {
  auto p = std::make_shared<RbacPolicy>();
  const auto roles = bootstrap_cluster_roles();
  for (auto role : roles) {
    if (const auto rules = aggregated_rules(role, roles)) role["rules"] = to_json(*rules);
    p->put(RbacPolicy::Kind::cluster_role, role);
  }
  for (const auto& o : bootstrap_cluster_role_bindings())
    p->put(RbacPolicy::Kind::cluster_role_binding, o);
  for (const auto& o : bootstrap_roles())
    p->put(RbacPolicy::Kind::role, o);
  for (const auto& o : bootstrap_role_bindings())
    p->put(RbacPolicy::Kind::role_binding, o);
  return p;
}

json::object role_named(std::string_view name) {
  for (auto& r : bootstrap_cluster_roles()) {
    if (api::name_of(r) == name) return r;
  }
  FAIL("no role " << name);
  return {};
}

}  // namespace

TEST_CASE("the tables are complete and say each name once") {
  std::set<std::string> names;
  for (const auto& r : bootstrap_cluster_roles()) {
    CHECK(names.insert(std::string(api::name_of(r))).second);
    CHECK(api::get_array(r, {"rules"}) != nullptr);
    if (!api::get_object(r, {"aggregationRule"})) CHECK_FALSE(rules_of(r).empty());
  }
  for (const auto* name :
       {"cluster-admin", "admin", "edit", "view", "system:node", "system:kube-scheduler",
        "system:controller:deployment-controller", "system:public-info-viewer", "system:monitoring"}) {
    CHECK(names.count(name) == 1);
  }
  std::set<std::string> bindings;
  for (const auto& b : bootstrap_cluster_role_bindings()) {
    CHECK(bindings.insert(std::string(api::name_of(b))).second);
    CHECK(names.count(std::string(api::get_string(b, {"roleRef", "name"}))) == 1);
  }
}

TEST_CASE("the default policy lets each component do its work and no more") {
  const RbacAuthorizer rbac(default_policy());
  const auto anonymous = user("system:anonymous", {"system:unauthenticated"});
  CHECK(allowed(rbac, ask(anonymous, "get /healthz")));
  CHECK_FALSE(allowed(rbac, ask(anonymous, "get /api")));
  const auto jane = user("jane", {"system:authenticated"});
  CHECK(allowed(rbac, ask(jane, "get /api/v1")));
  CHECK_FALSE(allowed(rbac, ask(jane, "list pods", "default")));
  CHECK(allowed(rbac, ask(jane, "create selfsubjectaccessreviews", "", "", "authorization.k8s.io")));
  const auto scheduler = user("system:kube-scheduler");
  CHECK(allowed(rbac, ask(scheduler, "create pods/binding", "default", "web")));
  CHECK(
      allowed(rbac, ask(scheduler, "update leases", "kube-system", "kube-scheduler", "coordination.k8s.io")));
  CHECK_FALSE(allowed(rbac, ask(scheduler, "get secrets", "default", "x")));
  const auto controllers = user("system:kube-controller-manager");
  CHECK(allowed(rbac, ask(controllers, "create replicasets", "default", "", "apps")));
  CHECK(allowed(rbac, ask(controllers, "create pods", "default")));
  CHECK(allowed(rbac, ask(controllers, "update deployments/status", "default", "web", "apps")));
  CHECK_FALSE(allowed(rbac, ask(controllers, "create deployments", "default", "", "apps")));
  const auto node = user("system:node:one", {"system:nodes"});
  CHECK(allowed(rbac, ask(node, "watch endpointslices", "", "", "discovery.k8s.io")));
  CHECK_FALSE(allowed(rbac, ask(node, "get secrets", "default", "x")));
}

TEST_CASE("admin collects edit, which collects view") {
  const auto roles = bootstrap_cluster_roles();
  const auto view = aggregated_rules(role_named("view"), roles).value();
  const auto edit = aggregated_rules(role_named("edit"), roles).value();
  CHECK(uncovered_rules(view, rules_of(role_named("system:aggregate-to-view"))).empty());
  CHECK(uncovered_rules(edit, rules_of(role_named("system:aggregate-to-edit"))).empty());
  CHECK_FALSE(uncovered_rules(view, rules_of(role_named("system:aggregate-to-edit"))).empty());
  CHECK_FALSE(aggregated_rules(role_named("cluster-admin"), roles));
}

TEST_CASE("start-up adds what is missing and keeps what was added") {
  const auto expected = role_named("system:kube-dns");
  CHECK(reconcile_role(expected, nullptr).action == Action::create);
  CHECK(reconcile_role(expected, &expected).action == Action::none);
  auto changed = expected;
  changed["rules"] = json::array{{{"verbs", {"get"}}, {"apiGroups", {"apps"}}, {"resources", {"x"}}}};
  api::metadata(changed).erase("labels");
  const auto r = reconcile_role(expected, &changed);
  CHECK(r.action == Action::update);
  CHECK(rules_of(r.object).size() == 2);
  CHECK(reconcile_role(expected, &r.object).action == Action::none);
  api::metadata(changed)["annotations"] = {{"rbac.authorization.kubernetes.io/autoupdate", "false"}};
  CHECK(reconcile_role(expected, &changed).action == Action::none);
}

TEST_CASE("a binding to another role is made anew") {
  const auto expected = bootstrap_cluster_role_bindings().front();
  auto changed = expected;
  changed["subjects"] = json::array{};
  CHECK(reconcile_binding(expected, &changed).action == Action::update);
  changed["roleRef"].as_object()["name"] = "view";
  CHECK(reconcile_binding(expected, &changed).action == Action::recreate);
  CHECK(reconcile_binding(expected, &expected).action == Action::none);
}

TEST_CASE("start-up writes everything once") {
  apiserver::MemoryLookup lookup;
  const auto steps = plan_bootstrap(lookup);
  CHECK(steps.size() == bootstrap_cluster_roles().size() + bootstrap_roles().size() +
                            bootstrap_cluster_role_bindings().size() + bootstrap_role_bindings().size());
  for (const auto& s : steps) {
    CHECK(s.what.action == Action::create);
    if (api::name_of(s.what.object) == "admin") {
      const auto view = rules_of(role_named("system:aggregate-to-view"));
      CHECK(uncovered_rules(rules_of(s.what.object), view).empty());
    }
    lookup.put("rbac.authorization.k8s.io", std::string(s.resource), s.what.object);
  }
  CHECK(plan_bootstrap(lookup).empty());
}

TEST_CASE("aggregated roles follow what they are made of") {
  apiserver::MemoryLookup lookup;
  const auto put = [&](const char* text) {
    lookup.put("rbac.authorization.k8s.io", "clusterroles", boost::json::parse(text).as_object());
  };
  put(R"({"metadata":{"name":"all"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"into":"all"}}]},
          "rules":[]})");
  put(R"({"metadata":{"name":"some","labels":{"into":"all"}},
          "aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"into":"some"}}]}})");
  put(R"({"metadata":{"name":"part","labels":{"into":"some"}},
          "rules":[{"apiGroups":["x.io"],"resources":["things"],"verbs":["get"]}]})");
  const auto changed = plan_aggregation(lookup);
  REQUIRE(changed.size() == 2);
  for (const auto& role : changed) {
    const auto rules = rules_of(role);
    REQUIRE(rules.size() == 1);
    CHECK(rules[0].resources == std::vector<std::string>{"things"});
    lookup.put("rbac.authorization.k8s.io", "clusterroles", role);
  }
  CHECK(plan_aggregation(lookup).empty());
}
