#include <catch2/catch.hpp>
#include "api/object.hpp"
#include "apiserver/service/testing.hpp"

/// Who may do what, end to end: roles, reviews, escalation, tokens.
namespace apiserver {
namespace {

using base::Awaitable;
using testing::Answer;
using testing::Cluster;
using testing::with_cluster;

constexpr const char* rbac = "/apis/rbac.authorization.k8s.io/v1";
constexpr const char* reviews = "/apis/authorization.k8s.io/v1";

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string binding(const char* name, const char* role, const char* subject) {
  return std::string(R"({"metadata":{"name":")") + name +
         R"("},"roleRef":{"apiGroup":"rbac.authorization.k8s.io",
      "kind":"ClusterRole","name":")" +
         role + R"("},"subjects":[)" + subject + "]}";
}
constexpr const char* jane = R"({"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"jane"})";

TEST_CASE("a right is denied, given, used and taken away") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    auto user = cluster.as("jane", {"devs"});
    const std::string pods = "/api/v1/namespaces/default/pods";
    const auto denied = co_await user.get(pods);
    CHECK(denied.status == 403);
    CHECK(denied.message() ==
          "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the "
          "namespace \"default\"");
    const std::string bindings = std::string(rbac) + "/namespaces/default/rolebindings";
    const auto bound = co_await admin.post(bindings, binding("viewers", "view", jane));
    CHECK(bound.status == 201);
    const auto allowed = co_await user.get_until(pods, [](const Answer& a) { return a.status == 200; });
    CHECK(allowed.status == 200);
    const auto elsewhere = co_await user.get("/api/v1/namespaces/kube-system/pods");
    CHECK(elsewhere.status == 403);
    const auto taken = co_await admin.send("DELETE", bindings + "/viewers", "");
    CHECK(taken.status == 200);
    const auto again = co_await user.get_until(pods, [](const Answer& a) { return a.status == 403; });
    CHECK(again.status == 403);
  });
}

TEST_CASE("reviews say what would be allowed") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    auto user = cluster.as("jane");
    const auto review = co_await admin.post(
        std::string(reviews) + "/subjectaccessreviews",
        R"({"spec":{"user":"kate","groups":["system:masters"],"resourceAttributes":{"verb":"get","resource":"pods"}}})");
    CHECK(review.status == 201);
    CHECK(review.at("kind") == "SubjectAccessReview");
    CHECK(review.at("status", "allowed") == "true");
    const auto self = co_await user.post(
        std::string(reviews) + "/selfsubjectaccessreviews",
        R"({"spec":{"resourceAttributes":{"verb":"get","resource":"pods","namespace":"default"}}})");
    CHECK(self.status == 201);
    CHECK(self.at("status", "allowed") == "false");
    const auto rules = co_await user.post(std::string(reviews) + "/selfsubjectrulesreviews",
                                          R"({"spec":{"namespace":"default"}})");
    CHECK(rules.status == 201);
    CHECK(contains(rules.body, "selfsubjectaccessreviews"));
    const auto local = co_await admin.post(
        std::string(reviews) + "/namespaces/default/localsubjectaccessreviews",
        R"({"spec":{"user":"kate","resourceAttributes":{"verb":"get","resource":"pods","namespace":"default"}}})");
    CHECK(local.status == 201);
    CHECK(local.at("status", "allowed") == "false");
    const auto who = co_await user.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
    CHECK(who.at("status", "userInfo", "username") == "jane");
    const auto empty = co_await admin.post(std::string(reviews) + "/subjectaccessreviews", R"({"spec":{}})");
    CHECK(empty.status == 422);
  });
}

TEST_CASE("nobody gives what they do not have") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    auto user = cluster.as("jane");
    const std::string roles = std::string(rbac) + "/clusterroles";
    const std::string cluster_bindings = std::string(rbac) + "/clusterrolebindings";
    const auto role = co_await admin.post(roles, R"({"metadata":{"name":"role-makers"},"rules":[
        {"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles","clusterrolebindings"],
         "verbs":["create","update","patch","get"]},
        {"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]})");
    CHECK(role.status == 201);
    const auto bound = co_await admin.post(cluster_bindings, binding("role-makers", "role-makers", jane));
    CHECK(bound.status == 201);
    co_await user.get_until(roles + "/view", [](const Answer& a) { return a.status == 200; });
    const auto held = co_await user.post(roles, R"({"metadata":{"name":"a"},"rules":[
        {"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]})");
    CHECK(held.status == 201);
    const auto more = co_await user.post(roles, R"({"metadata":{"name":"b"},"rules":[
        {"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}]})");
    CHECK(more.status == 403);
    CHECK(contains(more.message(),
                   "user \"jane\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC "
                   "permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"secrets\"], "
                   "Verbs:[\"get\"]}"));
    const auto patched = co_await user.send("PATCH", roles + "/a", R"({"rules":[
        {"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]})");
    CHECK(patched.status == 403);
    const auto top = co_await user.post(cluster_bindings, binding("mine", "cluster-admin", jane));
    CHECK(top.status == 403);
    const auto nothing = co_await user.post(cluster_bindings, binding("none", "no-such-role", jane));
    CHECK(nothing.status == 404);
  });
}

TEST_CASE("aggregated roles take in what is added") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    const std::string roles = std::string(rbac) + "/clusterroles";
    const auto created = co_await admin.post(roles, R"({"metadata":{"name":"things-viewer",
        "labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}},
        "rules":[{"apiGroups":["x.io"],"resources":["things"],"verbs":["get"]}]})");
    CHECK(created.status == 201);
    const auto has = [](const Answer& a) { return contains(a.body, "x.io"); };
    for (const auto* name : {"/view", "/edit", "/admin"}) {
      const auto role = co_await admin.get_until(roles + name, has);
      CHECK(has(role));
    }
    co_await admin.send("DELETE", roles + "/things-viewer", "");
    const auto without = co_await admin.get_until(roles + "/admin", [&](const Answer& a) { return !has(a); });
    CHECK_FALSE(has(without));
  });
}

TEST_CASE("a token for a service account is issued, used, reviewed, and void with its account") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    const std::string accounts = "/api/v1/namespaces/default/serviceaccounts";
    const auto account = co_await admin.post(accounts, R"({"metadata":{"name":"robot"}})");
    CHECK(account.status == 201);
    const auto issued =
        co_await admin.post(accounts + "/robot/token", R"({"spec":{"expirationSeconds":600}})");
    REQUIRE(issued.status == 201);
    CHECK(issued.at("kind") == "TokenRequest");
    const auto token = issued.at("status", "token");
    auto robot = cluster.with_token(token);
    const auto who = co_await robot.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
    CHECK(who.at("status", "userInfo", "username") == "system:serviceaccount:default:robot");
    const auto denied = co_await robot.get("/api/v1/namespaces/default/pods");
    CHECK(denied.status == 403);
    const auto review = co_await admin.post("/apis/authentication.k8s.io/v1/tokenreviews",
                                            R"({"spec":{"token":")" + token + "\"}}");
    CHECK(review.at("status", "authenticated") == "true");
    auto forger = cluster.with_token(token.substr(0, token.size() - 8) + "AAAAAAAA");
    const auto forged = co_await forger.get("/api/v1/namespaces/default/pods");
    CHECK(forged.status == 401);
    const auto short_lived =
        co_await admin.post(accounts + "/robot/token", R"({"spec":{"expirationSeconds":5}})");
    CHECK(short_lived.status == 422);
    const auto missing = co_await admin.post(accounts + "/nobody/token", R"({"spec":{}})");
    CHECK(missing.status == 404);
    const auto elsewhere =
        co_await admin.post(accounts + "/robot/token", R"({"metadata":{"name":"other"},"spec":{}})");
    CHECK(elsewhere.status == 400);
    co_await admin.send("DELETE", accounts + "/robot", "");
    const auto void_now = co_await robot.get_until("/apis", [](const Answer& a) { return a.status == 401; });
    CHECK(void_now.status == 401);
  });
}

TEST_CASE("a node reads what its pods refer to, and nothing else") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    auto node = cluster.as("system:node:n1", {"system:nodes"});
    const std::string secrets = "/api/v1/namespaces/default/secrets";
    for (const auto* name : {"mine", "other"}) {
      const auto created =
          co_await admin.post(secrets, R"({"metadata":{"name":")" + std::string(name) + "\"}}");
      CHECK(created.status == 201);
    }
    const auto account = co_await admin.post("/api/v1/namespaces/default/serviceaccounts",
                                             R"({"metadata":{"name":"default"}})");
    CHECK(account.status == 201);
    const auto early = co_await node.get(secrets + "/mine");
    CHECK(early.status == 403);
    const auto pod =
        co_await admin.post("/api/v1/namespaces/default/pods", R"({"metadata":{"name":"p"},"spec":{
        "nodeName":"n1","automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}],
        "volumes":[{"name":"v","secret":{"secretName":"mine"}}]}})");
    REQUIRE(pod.status == 201);
    const auto mine =
        co_await node.get_until(secrets + "/mine", [](const Answer& a) { return a.status == 200; });
    CHECK(mine.status == 200);
    const auto other = co_await node.get(secrets + "/other");
    CHECK(other.status == 403);
    // A token only for the account of a pod of its own.
    const std::string token = "/api/v1/namespaces/default/serviceaccounts/default/token";
    const auto unbound = co_await node.post(token, R"({"spec":{}})");
    CHECK(unbound.status == 403);
    const auto bound = co_await node.post(
        token, R"({"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":")" +
                   pod.at("metadata", "uid") + "\"}}}");
    CHECK(bound.status == 201);
  });
}

}  // namespace
}  // namespace apiserver
