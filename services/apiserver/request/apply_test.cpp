#include "api/decode.hpp"
#include "apiserver/request/options.hpp"
#include "apiserver/request/testing.hpp"

namespace apiserver::request {
namespace {

using namespace testing;
using api::get_int;
using api::get_string;

const HeaderMap apply_patch{{"Content-Type", "application/apply-patch+yaml"},
                            {"User-Agent", "kubectl/v1.35.0 (linux)"}};

std::string config(const std::string& name, const std::string& data) {
  return "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: " + name + "\ndata: " + data + "\n";
}

/// "web:Update:status:v1": all entries, in order.
std::string entries(const Got& got) {
  std::string out;
  const auto object = got.json();
  if (const auto* list = api::get_array(object, {"metadata", "managedFields"}))
    for (const auto& entry : *list) {
      const auto& e = entry.as_object();
      out += (out.empty() ? "" : " ") + std::string(get_string(e, {"manager"})) + ":" +
             std::string(get_string(e, {"operation"}));
      if (const auto sub = get_string(e, {"subresource"}); !sub.empty()) out += ":" + std::string(sub);
    }
  return out;
}

TEST_CASE("apply creates, changes and leaves alone") {
  with_server([](Server& s) -> base::Awaitable<void> {
    const std::string one = maps + "/m";
    const auto made =
        co_await s.call("PATCH", one + "?fieldManager=a", config("m", "{x: '1', y: '2'}"), apply_patch);
    CHECK(made.status == 201);
    CHECK(entries(made) == "a:Apply");
    const auto again =
        co_await s.call("PATCH", one + "?fieldManager=a", config("m", "{x: '1', y: '2'}"), apply_patch);
    CHECK(again.status == 200);
    CHECK(again.text == made.text);
    const auto json = co_await s.call("PATCH", one + "?fieldManager=a", map_of("m"), apply_patch);
    CHECK(json.status == 200);
    CHECK(api::encode(json.json()["data"]) == R"({"a":"1"})");
    const auto conflict = co_await s.call("PATCH", one + "?fieldManager=b", map_of("m", "2"), apply_patch);
    CHECK(conflict.status == 409);
    CHECK(conflict.reason() == "Conflict");
    CHECK(conflict.message() == "Apply failed with 1 conflict: conflict with \"a\": .data.a");
    const auto causes = conflict.json().at("details").as_object().at("causes").as_array();
    CHECK(api::encode(causes) ==
          R"([{"reason":"FieldManagerConflict","message":"conflict with \"a\"","field":".data.a"}])");
    const auto dry = co_await s.call("PATCH", one + "?fieldManager=b&force=true&dryRun=All", map_of("m", "2"),
                                     apply_patch);
    CHECK(dry.status == 200);
    CHECK(entries(dry) == "b:Apply");
    const auto forced =
        co_await s.call("PATCH", one + "?fieldManager=b&force=true", map_of("m", "2"), apply_patch);
    CHECK(forced.status == 200);
    CHECK(entries(forced) == "b:Apply");
    const auto unseen =
        co_await s.call("PATCH", maps + "/n?fieldManager=b&dryRun=All", map_of("n"), apply_patch);
    CHECK(unseen.status == 201);
    const auto none = co_await s.call("GET", maps + "/n");
    CHECK(none.status == 404);
  });
}

TEST_CASE("who writes is named by fieldManager, or by the program") {
  with_server([](Server& s) -> base::Awaitable<void> {
    const HeaderMap curl{{"User-Agent", "curl/8.1"}};
    const auto made = co_await s.call("POST", maps, map_of("m"), curl);
    CHECK(entries(made) == "curl:Update");
    const auto put = co_await s.call("PUT", maps + "/m?fieldManager=me", map_of("m", "2"));
    CHECK(entries(put) == "curl:Update me:Update");  // The map itself is still curl's.
    const auto patched = co_await s.call("PATCH", maps + "/m", R"({"data":{"b":"1"}})", merge_patch);
    CHECK(entries(patched) == "curl:Update me:Update unknown:Update");
    const auto same =
        co_await s.call("PATCH", maps + "/m?fieldManager=other", R"({"data":{"b":"1"}})", merge_patch);
    CHECK(same.text == patched.text);
    // Partial metadata has them too.
    const HeaderMap metadata_only{{"Accept", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"}};
    const auto partial = co_await s.call("GET", maps + "/m", "", metadata_only);
    CHECK(entries(partial) == entries(patched));
    const auto reset =
        co_await s.call("PATCH", maps + "/m", R"({"metadata":{"managedFields":[]}})", merge_patch);
    CHECK(entries(reset).empty());
    const auto untracked = co_await s.call("PUT", maps + "/m", map_of("m", "3"));
    CHECK(entries(untracked).empty());
    const auto applied = co_await s.call("PATCH", maps + "/m?fieldManager=a", map_of("m", "3"), apply_patch);
    CHECK(entries(applied) == "a:Apply before-first-apply:Update");
  });
}

TEST_CASE("subresources are managed apart") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", deployments + "?fieldManager=maker", deployment("web"));
    const auto status = co_await s.call("PATCH", deployments + "/web/status?fieldManager=ctl",
                                        R"({"status":{"replicas":2}})", merge_patch);
    CHECK(entries(status) == "ctl:Update:status maker:Update");
    const auto scaled = co_await s.call("PATCH", deployments + "/web/scale?fieldManager=hpa",
                                        R"({"spec":{"replicas":5}})", merge_patch);
    CHECK(scaled.status == 200);
    CHECK(entries(scaled).empty());
    const auto whole = co_await s.call("GET", deployments + "/web");
    CHECK(entries(whole) == "ctl:Update:status hpa:Update:scale maker:Update");
    const std::string scale =
        "{kind: Scale, apiVersion: autoscaling/v1, metadata: {name: web}, spec: {replicas: 7}}";
    const auto refused =
        co_await s.call("PATCH", deployments + "/web/scale?fieldManager=b", scale, apply_patch);
    CHECK(refused.status == 409);
    CHECK(refused.message() ==
          "Apply failed with 1 conflict: conflict with \"hpa\" with subresource \"scale\" using "
          "autoscaling/v1: .spec.replicas");
    const auto forced =
        co_await s.call("PATCH", deployments + "/web/scale?fieldManager=b&force=true", scale, apply_patch);
    CHECK(forced.status == 200);
    CHECK(get_int(forced.json(), {"spec", "replicas"}) == 7);
    const auto after = co_await s.call("GET", deployments + "/web");
    CHECK(entries(after) == "b:Apply:scale ctl:Update:status maker:Update");
    // A status through apply: what is not the status is not managed by it.
    const auto applied = co_await s.call("PATCH", deployments + "/web/status?fieldManager=c&force=true",
                                         "{kind: Deployment, apiVersion: apps/v1, metadata: {name: web}, "
                                         "spec: {paused: true}, status: {replicas: 3}}",
                                         apply_patch);
    CHECK(applied.status == 200);
    CHECK(get_int(applied.json(), {"status", "replicas"}) == 3);
    CHECK(api::get(applied.json(), "spec", "paused") == nullptr);
    CHECK(entries(applied) == "b:Apply:scale c:Apply:status maker:Update");
    const auto absent =
        co_await s.call("PATCH", deployments + "/none/status?fieldManager=c",
                        "{kind: Deployment, apiVersion: apps/v1, metadata: {name: none}}", apply_patch);
    CHECK(absent.status == 404);
    // A binding records nobody.
    co_await s.call("POST", pods + "?fieldManager=maker", pod("p"));
    const auto bound = co_await s.call(
        "POST", pods + "/p/binding?fieldManager=sched",
        R"({"kind":"Binding","apiVersion":"v1","metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}})");
    CHECK(bound.status == 201);
    const auto got = co_await s.call("GET", pods + "/p");
    CHECK(entries(got) == "maker:Update");
  });
}

struct Row {
  std::string query, body;
  HeaderMap headers;
  int status;
  std::string reason, message;
};

std::vector<Row> refusals() {
  const std::string a = "?fieldManager=a";
  return {
      {"", config("m", "{}"), apply_patch, 422, "Invalid",
       "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply "
       "patch"},
      {"?fieldManager=" + std::string(129, 'x'), config("m", "{}"), apply_patch, 422, "Invalid",
       "fieldManager: Too long"},
      {"?fieldManager=a%09b", config("m", "{}"), apply_patch, 422, "Invalid",
       "invalid character U+0009 (at position 1)"},
      {a + "&force=yes&dryRun=x", config("m", "{}"), apply_patch, 422, "Invalid",
       "dryRun: Unsupported value: \"x\""},
      {a, "kind: [", apply_patch, 400, "BadRequest", "error decoding patch: error converting YAML to JSON"},
      {a, "[]", apply_patch, 400, "BadRequest", "cannot unmarshal array"},
      {a, "", apply_patch, 400, "BadRequest", "invalid object type: /, Kind="},
      {a, "{kind: Secret, apiVersion: v1}", apply_patch, 400, "BadRequest",
       "invalid object type: /v1, Kind=Secret"},
      {a, "{kind: ConfigMap, apiVersion: v2}", apply_patch, 400, "BadRequest",
       "invalid object type: /v2, Kind=ConfigMap"},
      {a, "{kind: ConfigMap, apiVersion: v1, metadata: {name: other}}", apply_patch, 400, "BadRequest",
       "the name of the object (other) does not match the name on the URL (m)"},
      {a, "{kind: ConfigMap, apiVersion: v1, metadata: {namespace: other}}", apply_patch, 400, "BadRequest",
       "the namespace of the provided object does not match the namespace sent on the request"},
      {a, "{kind: ConfigMap, apiVersion: v1, metadata: {managedFields: []}}", apply_patch, 400, "BadRequest",
       "metadata.managedFields must be nil"},
      {a, "{kind: ConfigMap, apiVersion: v1, spec: 1}", apply_patch, 500, "",
       "failed to create typed patch object (/; /v1, Kind=ConfigMap): .spec: field not declared in schema"},
      {a, "{kind: ConfigMap, apiVersion: v1, metadata: {name: m, namespace: default}, data: [1]}",
       apply_patch, 500, "",
       "failed to create typed patch object (default/m; /v1, Kind=ConfigMap): .data: expected map"},
      {a, "{kind: ConfigMap, apiVersion: v1, metadata: {name: m, uid: u}}", apply_patch, 409, "Conflict",
       "uid mismatch"},
      {a + "&fieldValidation=Strict", R"({"kind":"ConfigMap","apiVersion":"v1","kind":"ConfigMap"})",
       apply_patch, 400, "BadRequest", "error strict decoding patch: duplicate field \"kind\""},
      {a,
       "x",
       {{"Content-Type", "application/apply-patch+cbor"}},
       415,
       "UnsupportedMediaType",
       "the body of the request was in an unknown format - accepted media types include: "
       "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, "
       "application/apply-patch+yaml"},
      {a + "&force=true", "{}", merge_patch, 422, "Invalid",
       "force: Forbidden: may not be specified for non-apply patch"},
  };
}

TEST_CASE("applies that are refused") {
  with_server([](Server& s) -> base::Awaitable<void> {
    for (const auto& row : refusals()) {
      INFO(row.query << " " << row.body);
      const auto got = co_await s.call("PATCH", maps + "/m" + row.query, row.body, row.headers);
      CHECK(got.status == row.status);
      CHECK(got.reason() == row.reason);
      CHECK_THAT(got.message(), Catch::Contains(row.message));
    }
  });
}

/// Lets everybody patch and nobody create.
class PatchOnly final : public authorization::Authorizer {
 public:
  authorization::Decision authorize(const authorization::Attributes& a) const override {
    authorization::Decision d;
    d.verdict = a.verb == "create" ? authorization::Verdict::deny : authorization::Verdict::allow;
    return d;
  }
  void rules_for(const authentication::UserInfo&, std::string_view, authorization::RuleList&) const override {
  }
};

TEST_CASE("applying what is not there needs the right to create it") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", maps, map_of("m"));
    s.authorizer = std::make_shared<PatchOnly>();
    s.use(s.parts());
    const auto there = co_await s.call("PATCH", maps + "/m?fieldManager=a", map_of("m"), apply_patch);
    CHECK(there.status == 200);
    const auto absent = co_await s.call("PATCH", maps + "/n?fieldManager=a", map_of("n"), apply_patch);
    CHECK(absent.status == 403);
    CHECK_THAT(absent.message(), Catch::Contains("cannot create resource \"configmaps\""));
  });
}

TEST_CASE("a program's name") {
  CHECK(manager_of_user_agent("kubectl/v1.35.0 (linux/amd64) kubernetes/abc") == "kubectl");
  CHECK(manager_of_user_agent("") == "");
  CHECK(manager_of_user_agent("/x") == "");
  CHECK(manager_of_user_agent("a\tb\x7f/1") == "ab");
  CHECK(manager_of_user_agent("h\xc3\xa9llo w") == "h\xc3\xa9llo w");
  CHECK(manager_of_user_agent(std::string(200, 'x')).size() == 128);
  CHECK(manager_of_user_agent(std::string(127, 'x') + "\xc3\xa9").size() == 127);
}

}  // namespace
}  // namespace apiserver::request
