#include "apiserver/authorization/node_authorizer.hpp"
#include <catch2/catch.hpp>
#include "apiserver/authorization/testing.hpp"

using namespace apiserver::authorization;
using testing::allowed;
using testing::ask;
using testing::object;
using testing::user;

namespace {

const UserInfo one = user("system:node:one", {"system:nodes"});
const UserInfo two = user("system:node:two", {"system:nodes"});

std::shared_ptr<NodeGraph> graph() {
  auto g = std::make_shared<NodeGraph>();
  g->put_pod(
      object(R"({"metadata":{"name":"p","namespace":"ns"},"spec":{"nodeName":"one","serviceAccountName":"sa",
    "containers":[{"env":[{"valueFrom":{"secretKeyRef":{"name":"env-secret"}}}],"envFrom":[{"configMapRef":{"name":"cm"}}]}],
    "imagePullSecrets":[{"name":"pull"}],
    "volumes":[{"name":"a","projected":{"sources":[{"configMap":{"name":"root-ca"}}]}},
               {"name":"b","secret":{"secretName":"vol-secret"}},
               {"name":"c","persistentVolumeClaim":{"claimName":"pvc"}}]}})"));
  g->put_volume(object(R"({"metadata":{"name":"pv"},"spec":{"claimRef":{"namespace":"ns","name":"pvc"},
    "csi":{"nodeStageSecretRef":{"namespace":"storage","name":"stage"}}}})"));
  return g;
}

Attributes selecting(Attributes a, const api::FieldSelector& s) {
  a.field_selector = &s;
  return a;
}

}  // namespace

TEST_CASE("a node reads what its pods refer to") {
  const NodeAuthorizer node(graph());
  for (const auto* name : {"env-secret", "pull", "vol-secret"}) {
    CHECK(allowed(node, ask(one, "get secrets", "ns", name)));
    CHECK(allowed(node, ask(one, "watch secrets", "ns", name)));
    CHECK_FALSE(allowed(node, ask(two, "get secrets", "ns", name)));
    CHECK_FALSE(allowed(node, ask(one, "get secrets", "other", name)));
    CHECK_FALSE(allowed(node, ask(one, "update secrets", "ns", name)));
  }
  CHECK(allowed(node, ask(one, "get configmaps", "ns", "cm")));
  CHECK(allowed(node, ask(one, "get configmaps", "ns", "root-ca")));
  CHECK_FALSE(allowed(node, ask(one, "list secrets", "ns")));
  CHECK(allowed(node, ask(one, "get persistentvolumeclaims", "ns", "pvc")));
  CHECK(allowed(node, ask(one, "get persistentvolumes", "", "pv")));
  CHECK(allowed(node, ask(one, "get secrets", "storage", "stage")));
  CHECK_FALSE(allowed(node, ask(two, "get persistentvolumes", "", "pv")));
  CHECK(allowed(node, ask(one, "create serviceaccounts/token", "ns", "sa")));
  CHECK_FALSE(allowed(node, ask(two, "create serviceaccounts/token", "ns", "sa")));
}

TEST_CASE("what a pod referred to closes when it goes or moves") {
  auto g = graph();
  const NodeAuthorizer node(g);
  g->put_pod(object(R"({"metadata":{"name":"p","namespace":"ns"},"spec":{"nodeName":"two",
    "volumes":[{"secret":{"secretName":"vol-secret"}}]}})"));
  CHECK_FALSE(allowed(node, ask(one, "get secrets", "ns", "vol-secret")));
  CHECK(allowed(node, ask(two, "get secrets", "ns", "vol-secret")));
  CHECK_FALSE(allowed(node, ask(two, "get configmaps", "ns", "cm")));
  g->remove_pod("ns", "p");
  CHECK_FALSE(allowed(node, ask(two, "get secrets", "ns", "vol-secret")));
}

TEST_CASE("a mirror pod opens nothing") {
  auto g = std::make_shared<NodeGraph>();
  g->put_pod(
      object(R"({"metadata":{"name":"m","namespace":"ns","annotations":{"kubernetes.io/config.mirror":"x"}},
    "spec":{"nodeName":"one","volumes":[{"secret":{"secretName":"s"}}]}})"));
  const NodeAuthorizer node(g);
  CHECK_FALSE(allowed(node, ask(one, "get secrets", "ns", "s")));
  CHECK(allowed(node, ask(one, "get pods", "ns", "m")));
}

TEST_CASE("pods and nodes are read by the node they belong to") {
  const NodeAuthorizer node(graph());
  const auto mine = api::FieldSelector::parse("spec.nodeName=one").value();
  const auto theirs = api::FieldSelector::parse("spec.nodeName=two").value();
  CHECK(allowed(node, selecting(ask(one, "list pods"), mine)));
  CHECK(allowed(node, selecting(ask(one, "watch pods"), mine)));
  CHECK_FALSE(allowed(node, selecting(ask(one, "list pods"), theirs)));
  CHECK_FALSE(allowed(node, ask(one, "list pods")));
  CHECK(allowed(node, ask(one, "get pods", "ns", "p")));
  CHECK_FALSE(allowed(node, ask(two, "get pods", "ns", "p")));
  CHECK(allowed(node, ask(one, "update pods/status", "ns", "p")));
  CHECK(allowed(node, ask(one, "get nodes", "", "one")));
  CHECK_FALSE(allowed(node, ask(one, "get nodes", "", "two")));
  CHECK(allowed(node, ask(one, "create nodes")));
  CHECK(allowed(node, ask(one, "patch nodes/status", "", "one")));
  CHECK_FALSE(allowed(node, ask(one, "patch nodes/status", "", "two")));
}

TEST_CASE("leases are a node's own, and the rest is by rule") {
  const NodeAuthorizer node(graph());
  const auto lease = [&](std::string_view what, std::string_view ns, std::string_view name) {
    return allowed(node, ask(one, what, ns, name, "coordination.k8s.io"));
  };
  CHECK(lease("update leases", "kube-node-lease", "one"));
  CHECK(lease("create leases", "kube-node-lease", ""));
  CHECK_FALSE(lease("update leases", "kube-node-lease", "two"));
  CHECK_FALSE(lease("update leases", "kube-system", "one"));
  CHECK_FALSE(lease("list leases", "kube-node-lease", ""));
  CHECK(allowed(node, ask(one, "list services")));
  CHECK(allowed(node, ask(one, "create events", "ns")));
  CHECK_FALSE(allowed(node, ask(one, "delete services", "ns", "x")));
  CHECK(node.authorize(ask(user("jane", {"system:nodes"}), "list services")).verdict == Verdict::no_opinion);
}
