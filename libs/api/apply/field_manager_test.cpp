#include "api/apply/testing.hpp"

using namespace api::apply;
using namespace api::apply::testing;
using api::Object;

namespace {

constexpr std::string_view annotation = "kubectl.kubernetes.io/last-applied-configuration";

State deployment() {
  return State({"apps", "v1", "Deployment"}, api::find_type("io.k8s.api.apps.v1.Deployment"));
}

}  // namespace

TEST_CASE("what says which object it is, nobody manages", "[apply]") {
  State state;
  CHECK(state.apply("a", "{metadata: {name: x, namespace: n, labels: {a: b}}, spec: {number: 1}}").empty());
  CHECK(state.fields("a", "Apply") == ".metadata.labels.a .spec.number");
  state.update(
      "u", "{metadata: {name: x, generation: 3, labels: {a: c}, annotations: {k: v}}, spec: {number: 1}}");
  CHECK(state.fields("u", "Update") == ".metadata.annotations .metadata.annotations.k .metadata.labels.a");
}

TEST_CASE("an entry's time changes only with what it manages", "[apply]") {
  State state;
  CHECK(state.apply("a", "spec: {number: 1}").empty());
  CHECK(state.time("a") == "2026-01-01T00:00:01Z");
  CHECK(state.apply("a", "spec: {number: 1}").empty());
  CHECK(state.time("a") == "2026-01-01T00:00:01Z");
  state.update("u", "spec: {number: 1}");
  CHECK(state.time("u") == "-");
  state.update("u", "spec: {number: 2}");
  CHECK(state.time("u") == "2026-01-01T00:00:04Z");
  state.update("v", "spec: {number: 2, text: x}");
  CHECK(state.time("u") == "2026-01-01T00:00:04Z");
  CHECK(state.time("v") == "2026-01-01T00:00:05Z");
}

TEST_CASE("an object without managers", "[apply]") {
  State state;
  state.live =
      object("{kind: Thing, apiVersion: test/v1, metadata: {uid: u, name: x}, spec: {number: 1, text: x}}");
  state.update("u", "spec: {number: 2, text: x}");
  CHECK(state.managers().empty());
  CHECK(state.apply("a", "spec: {number: 2}").empty());
  CHECK(state.fields("before-first-apply", "Update") == ".spec .spec.number .spec.text");
  CHECK(state.fields("a", "Apply") == ".spec.number");
  CHECK(state.apply("b", "spec: {text: y}") ==
        "Apply failed with 1 conflict: conflict with \"before-first-apply\" using test/v1: .spec.text");
}

TEST_CASE("managedFields that a client gives", "[apply]") {
  const std::string_view reset[] = {"[]", "[{}]"};
  for (const auto how : reset) {
    INFO(how);
    State state;
    CHECK(state.apply("a", "spec: {number: 1}").empty());
    state.update("u", "{metadata: {managedFields: " + std::string(how) + "}, spec: {number: 1}}");
    CHECK(state.managers().empty());
    // And it stays without, until somebody applies.
    state.update("u", "spec: {number: 2}");
    CHECK(state.managers().empty());
  }
  const std::string_view kept[] = {
      "null",
      "[{manager: z, operation: Other, apiVersion: test/v1, fieldsType: FieldsV1}]",
      "[{manager: z, operation: Apply, apiVersion: '', fieldsType: FieldsV1}]",
      "[{manager: z, operation: Apply, apiVersion: test/v1, fieldsType: FieldsV2}]",
      "[{manager: z, operation: Apply, apiVersion: test/v1}]",
      "[{manager: z, operation: Apply, apiVersion: test/v1, fieldsType: FieldsV1, fieldsV1: {x: {}}}]"};
  for (const auto how : kept) {
    INFO(how);
    State state;
    CHECK(state.apply("a", "spec: {number: 1}").empty());
    state.update("u", "{metadata: {managedFields: " + std::string(how) + "}, spec: {number: 1}}");
    CHECK(state.managers() == "a:Apply");
  }
  State state;
  CHECK(state.apply("a", "spec: {number: 1, text: x}").empty());
  state.update(
      "u",
      "{metadata: {managedFields: [{manager: z, operation: Apply, apiVersion: test/v1, fieldsType: FieldsV1, "
      "fieldsV1: {'f:spec': {'f:text': {}}}}]}, spec: {number: 2, text: x}}");
  CHECK(state.fields("z", "Apply") == ".spec.text");
  CHECK(state.fields("u", "Update") == ".spec.number");
  CHECK(state.fields("a", "Apply") == "-");
  const auto refused = state.try_apply("a", "{metadata: {managedFields: []}, spec: {number: 1}}");
  REQUIRE(!refused.has_value());
  CHECK(refused.error().code == 400);
  CHECK(refused.error().message == "metadata.managedFields must be nil");
  // Through a subresource they cannot be given.
  state.options.subresource = "status";
  state.update("s", "{metadata: {managedFields: []}, spec: {number: 2, text: x}, status: {count: 1}}");
  CHECK(state.managers() == "z:Apply u:Update s:Update");
}

TEST_CASE("the eleventh updater makes the oldest ancient", "[apply]") {
  State state;
  for (int i = 0; i < 10; ++i)
    state.update("u" + std::to_string(i),
                 "spec: {number: " + std::to_string(i) + ", set: [s" + std::to_string(i) + "]}");
  // Each took the number from the one before; its own item of the set went with the next.
  CHECK(state.managers() == "u0:Update u9:Update");
  State maps;
  std::string text = "spec: {map: {";
  for (int i = 0; i < 13; ++i) {
    text += "k" + std::to_string(i) + ": v, ";
    maps.update("u" + std::to_string(i), text + "}}");
    if (i < 10) CHECK(maps.fields("ancient-changes", "Update") == "-");
  }
  CHECK(maps.fields("ancient-changes", "Update") ==
        ".spec .spec.map .spec.map.k0 .spec.map.k1 .spec.map.k2 .spec.map.k3");
  CHECK(maps.time("ancient-changes") == "2026-01-01T00:00:04Z");
  const auto managers = maps.managers();
  CHECK(std::count(managers.begin(), managers.end(), ':') == 10);
  CHECK(maps.fields("u0", "Update") == "-");
  CHECK(maps.fields("u12", "Update") == ".spec.map.k12");
}

TEST_CASE("subresources have managers of their own", "[apply]") {
  State state;
  CHECK(state.apply("a", "spec: {number: 1}").empty());
  state.options.subresource = "status";
  state.update("a", "{spec: {number: 1}, status: {phase: x}}");
  CHECK(state.managers() == "a:Apply a:Update");
  CHECK(state.fields("a", "Update") == ".status .status.phase");
  CHECK(state.apply("b", "status: {phase: y}") ==
        "Apply failed with 1 conflict: conflict with \"a\" with subresource \"status\" using test/v1: "
        ".status.phase");
}

TEST_CASE("what cannot be managed on this way is left out", "[apply]") {
  State state;
  state.options.filter = [](const FieldSet& set) {
    return subtract_with_children(set, FieldSet{path({"f:status"})});
  };
  CHECK(state.apply("a", "{spec: {number: 1}, status: {phase: x}}").empty());
  CHECK(state.fields("a", "Apply") == ".spec.number");
  state.update("u", "{spec: {number: 2}, status: {phase: y}}");
  CHECK(state.fields("u", "Update") == ".spec.number");
}

TEST_CASE("refusals are upstream's", "[apply]") {
  State state;
  CHECK(state.apply("a", "{metadata: {name: x, namespace: n}, spec: {foo: 1}}") ==
        "failed to create typed patch object (n/x; test/v1, Kind=Thing): .spec.foo: field not declared in "
        "schema");
  const auto odd = state.try_apply("a", "{kind: Other, spec: {number: 1}}");
  REQUIRE(!odd.has_value());
  CHECK(odd.error().code == 400);
  CHECK(odd.error().message == "invalid object type: test/v1, Kind=Other");
  CHECK(state.apply("a", "apiVersion: v9") == "invalid object type: /v9, Kind=Thing");
  CHECK(state.apply("a", "spec: {number: 1}").empty());
  const auto conflict = state.try_apply("b", "spec: {number: 2}");
  REQUIRE(!conflict.has_value());
  CHECK(conflict.error().code == 409);
  CHECK(conflict.error().reason == "Conflict");
  REQUIRE(conflict.error().causes.size() == 1);
  CHECK(conflict.error().causes[0].reason == "FieldManagerConflict");
  CHECK(conflict.error().causes[0].message == "conflict with \"a\"");
  CHECK(conflict.error().causes[0].field == ".spec.number");
}

TEST_CASE("kubectl takes over from its client-side apply", "[apply]") {
  auto state = deployment();
  const std::string applied =
      R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"},"spec":{"replicas":3}})";
  state.update("kubectl-client-side-apply", "{metadata: {name: x, annotations: {" + std::string(annotation) +
                                                ": '" + applied + "'}}, spec: {replicas: 3}}");
  // Another manager is in conflict, kubectl's server-side apply is not.
  CHECK(state.apply("other", "spec: {replicas: 2}") ==
        "Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using apps/v1: "
        ".spec.replicas");
  CHECK(state.apply("kubectl", "spec: {replicas: 2}").empty());
  CHECK(state.fields("kubectl", "Apply") == ".spec.replicas");
  CHECK(api::get_int(state.live, {"spec", "replicas"}) == 2);
  // The annotation says what was applied now.
  CHECK(api::get_string(state.live, {"metadata", "annotations", annotation}) ==
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"spec\":{\"replicas\":2}}\n");
  // But not over what somebody else has changed since.
  state.update("hpa", "{metadata: {name: x, annotations: {" + std::string(annotation) + ": '" + applied +
                          "'}}, spec: {replicas: 9}}");
  CHECK(state.apply("kubectl", "spec: {replicas: 2}") ==
        "Apply failed with 1 conflict: conflict with \"hpa\" using apps/v1: .spec.replicas");
}

TEST_CASE("a deployment's create has the managers that upstream writes", "[apply]") {
  auto state = deployment();
  state.update(
      "kubectl-create",
      "{metadata: {name: x, labels: {app: web}}, spec: {replicas: 1, selector: {matchLabels: {app: web}}, "
      "strategy: "
      "{type: RollingUpdate, rollingUpdate: {maxSurge: 25%}}, template: {metadata: {labels: {app: web}}, "
      "spec: "
      "{containers: [{name: c, image: i, ports: [{containerPort: 80, protocol: TCP}], resources: {}}]}}}}");
  const auto& entry = api::get_array(state.live, {"metadata", "managedFields"})->at(0).as_object();
  CHECK(
      api::encode(entry) ==
      R"({"manager":"kubectl-create","operation":"Update","apiVersion":"apps/v1","time":"2026-01-01T00:00:01Z",)"
      R"("fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:replicas":{},)"
      R"("f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{}},"f:type":{}},"f:template":{)"
      R"("f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},)"
      R"("f:image":{},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},)"
      R"("f:containerPort":{},"f:protocol":{}}},"f:resources":{}}}}}}}})");
}
