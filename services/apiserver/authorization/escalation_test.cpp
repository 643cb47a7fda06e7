#include "apiserver/authorization/escalation.hpp"
#include <catch2/catch.hpp>
#include "apiserver/authorization/testing.hpp"

using namespace apiserver::authorization;
using testing::object;
using testing::user;
using Kind = RbacPolicy::Kind;

namespace {

struct World {
  std::shared_ptr<RbacPolicy> policy = std::make_shared<RbacPolicy>();
  RbacAuthorizer rbac{policy};
  apiserver::MemoryLookup lookup;
  UserInfo jane = user("jane", {"dev"});

  World() {
    policy->put(Kind::cluster_role, object(R"({"metadata":{"name":"pods"},"rules":[
        {"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]})"));
    policy->put(Kind::cluster_role_binding, object(R"({"metadata":{"name":"b"},
        "roleRef":{"kind":"ClusterRole","name":"pods"},"subjects":[{"kind":"User","name":"jane"}]})"));
    lookup.put("rbac.authorization.k8s.io", "clusterroles", object(R"({"metadata":{"name":"secrets"},"rules":[
        {"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]})"));
    lookup.put("rbac.authorization.k8s.io", "clusterroles", object(R"({"metadata":{"name":"pods"},"rules":[
        {"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]})"));
  }
  api::StatusOr<void> check(std::string_view resource, const char* text,
                            const boost::json::object* old = nullptr) {
    return check_escalation(resource, object(text), old, {&jane, &rbac, &rbac, &lookup});
  }
};

constexpr auto pod_role = R"({"metadata":{"name":"r","namespace":"x"},"rules":[
    {"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]})";
constexpr auto secret_role = R"({"metadata":{"name":"r","namespace":"x"},"rules":[
    {"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]})";

}  // namespace

TEST_CASE("one may grant what one holds") {
  World w;
  CHECK(w.check("roles", pod_role).has_value());
  const auto refused = w.check("roles", secret_role);
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == 403);
  CHECK(refused.error().message.find(
            "user \"jane\" (groups=[\"dev\"]) is attempting to grant RBAC permissions not "
            "currently held:\n{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\"]}") !=
        std::string::npos);
}

TEST_CASE("an update that grants nothing new is fine") {
  World w;
  const auto old = object(secret_role);
  CHECK(w.check("roles", secret_role, &old).has_value());
  const auto other = object(pod_role);
  CHECK(w.check("roles", secret_role, &other).has_error());
}

TEST_CASE("a binding counts as its role") {
  World w;
  const auto binding = [](const char* role) {
    return std::string(R"({"metadata":{"name":"b","namespace":"x"},"subjects":[{"kind":"User","name":"joe"}],
        "roleRef":{"kind":"ClusterRole","name":")") +
           role + "\"}}";
  };
  CHECK(w.check("rolebindings", binding("pods").c_str()).has_value());
  CHECK(w.check("rolebindings", binding("secrets").c_str()).error().code == 403);
  CHECK(w.check("rolebindings", binding("absent").c_str()).error().code == 404);
}

TEST_CASE("an aggregation may collect anything, so it takes everything") {
  World w;
  const auto text = R"({"metadata":{"name":"a"},"aggregationRule":{"clusterRoleSelectors":[{}]},"rules":[]})";
  CHECK(w.check("clusterroles", text).error().code == 403);
  w.jane.groups = {"system:masters"};
  CHECK(w.check("clusterroles", text).has_value());
}
