#include <catch2/catch.hpp>
#include "apiserver/admission/node_restriction_labels.hpp"
#include "apiserver/admission/testing.hpp"

using namespace apiserver::admission;
using testing::object;
using testing::Write;

namespace {
const auto plugin = node_restriction({});
bool passes(Write& w) {
  return w.run(*plugin).empty();
}
constexpr auto my_pod = R"({"metadata":{"name":"p","namespace":"n","uid":"u"},"spec":{"nodeName":"one"}})";
constexpr auto other_pod = R"({"metadata":{"name":"p","namespace":"n","uid":"u"},"spec":{"nodeName":"two"}})";
}  // namespace

TEST_CASE("only nodes are restricted") {
  Write w(Operation::create, "", "pods", other_pod);
  CHECK(passes(w));
}

TEST_CASE("a node updates the status of its pods, and deletes them") {
  for (const bool mine : {true, false}) {
    Write status(Operation::update, "", "pods", mine ? my_pod : other_pod);
    status.as_node("one");
    status.a.subresource = "status";
    status.old(mine ? my_pod : other_pod);
    CHECK(passes(status) == mine);
    Write gone(Operation::remove, "", "pods", my_pod);
    gone.as_node("one");
    gone.old(mine ? my_pod : other_pod);
    CHECK(passes(gone) == mine);
  }
  Write labels(Operation::update, "", "pods",
               R"({"metadata":{"labels":{"a":"b"}},"spec":{"nodeName":"one"}})");
  labels.as_node("one");
  labels.a.subresource = "status";
  labels.old(my_pod);
  CHECK(labels.run(*plugin).find("cannot update labels through pod status") != std::string::npos);
}

TEST_CASE("a node creates mirror pods that open nothing") {
  const auto create = [](const std::string& spec,
                         const char* annotations = R"({"kubernetes.io/config.mirror":"x"})") {
    Write w(
        Operation::create, "", "pods",
        std::string(R"({"metadata":{"name":"p","annotations":)") + annotations + "},\"spec\":" + spec + "}");
    w.as_node("one");
    return passes(w);
  };
  CHECK(create(R"({"nodeName":"one"})"));
  CHECK_FALSE(create(R"({"nodeName":"one"})", "{}"));
  CHECK_FALSE(create(R"({"nodeName":"two"})"));
  CHECK_FALSE(create(R"({"nodeName":"one","serviceAccountName":"x"})"));
  CHECK_FALSE(create(R"({"nodeName":"one","volumes":[{"secret":{"secretName":"s"}}]})"));
  CHECK_FALSE(create(R"({"nodeName":"one","containers":[{"envFrom":[{"configMapRef":{"name":"c"}}]}]})"));
}

TEST_CASE("a node writes itself, but not its taints or others' labels") {
  const auto update = [](const char* text, const char* before) {
    Write w(Operation::update, "", "nodes", text);
    w.as_node("one");
    w.old(before);
    return passes(w);
  };
  CHECK(update(R"({"metadata":{"name":"one","labels":{"a":"b"}}})", R"({"metadata":{"name":"one"}})"));
  CHECK_FALSE(update(R"({"metadata":{"name":"two"}})", R"({"metadata":{"name":"two"}})"));
  CHECK_FALSE(update(R"({"metadata":{"name":"one"}})",
                     R"({"metadata":{"name":"one"},"spec":{"taints":[{"key":"a"}]}})"));
  CHECK(update(R"({"metadata":{"name":"one"},"spec":{"taints":[]}})", R"({"metadata":{"name":"one"}})"));
  CHECK_FALSE(update(R"({"metadata":{"name":"one","labels":{"node-role.kubernetes.io/x":""}}})",
                     R"({"metadata":{"name":"one"}})"));
  Write fresh(Operation::create, "", "nodes",
              R"({"metadata":{"name":"one","labels":{"kubernetes.io/hostname":"one"}}})");
  fresh.as_node("one");
  CHECK(passes(fresh));
}

TEST_CASE("labels a node may not set") {
  const auto after =
      object(R"({"kubernetes.io/os":"linux","node.kubernetes.io/x":"","mine":"","a.kubernetes.io/b":"",
      "x.node-restriction.kubernetes.io/y":"","k8s.io/z":"","notkubernetes.io/q":""})");
  CHECK(forbidden_node_labels(nullptr, &after) ==
        std::vector<std::string>{"a.kubernetes.io/b", "k8s.io/z", "x.node-restriction.kubernetes.io/y"});
  CHECK(forbidden_node_labels(&after, &after).empty());
}

TEST_CASE("tokens are for the node's pods") {
  const auto request = [](const char* spec, const char* pod) {
    Write w(Operation::create, "", "serviceaccounts",
            std::string(R"({"metadata":{"name":"sa","namespace":"n"},"spec":)") + spec + "}");
    w.as_node("one");
    w.a.subresource = "token";
    w.lookup.put("", "pods", object(pod));
    return passes(w);
  };
  constexpr auto bound = R"({"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u"}})";
  CHECK(request(bound, my_pod));
  CHECK_FALSE(request(bound, other_pod));
  CHECK_FALSE(request("{}", my_pod));
  CHECK_FALSE(request(R"({"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"p"}})", my_pod));
  CHECK_FALSE(request(R"({"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"p","uid":"v"}})", my_pod));
}

TEST_CASE("a lease is the node's own") {
  const auto lease = [](const char* ns, const char* name) {
    Write w(Operation::create, "coordination.k8s.io", "leases",
            std::string(R"({"metadata":{"name":")") + name + R"(","namespace":")" + ns + "\"}}");
    w.as_node("one");
    return passes(w);
  };
  CHECK(lease("kube-node-lease", "one"));
  CHECK_FALSE(lease("kube-node-lease", "two"));
  CHECK_FALSE(lease("default", "one"));
}
