#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <set>
#include "api/object.hpp"
#include "api/openapi_v2.hpp"
#include "api/openapi_v3.hpp"

namespace json = boost::json;

namespace {

std::vector<const api::ResourceInfo*> resources_of(std::string_view group, std::string_view version) {
  std::vector<const api::ResourceInfo*> out;
  for (const auto& r : api::builtin_resources())
    if (r.group == group && (version.empty() || r.version == version)) out.push_back(&r);
  return out;
}

json::object v3(std::string_view group, std::string_view version) {
  return json::parse(api::openapi::v3_document(resources_of(group, version), "v1.35.0")).as_object();
}

void for_each_reference(const json::value& v, const std::function<void(std::string_view)>& f) {
  if (v.is_array())
    for (const auto& e : v.get_array())
      for_each_reference(e, f);
  if (!v.is_object()) return;
  for (const auto& [key, value] : v.get_object())
    if (key == "$ref" && value.is_string())
      f(value.as_string());
    else
      for_each_reference(value, f);
}

bool has_query_parameter(const json::object& operation, std::string_view name) {
  for (const auto& p : operation.at("parameters").as_array())
    if (p.at("name").as_string() == name && p.at("in") == "query") return true;
  return false;
}

}  // namespace

TEST_CASE("version 3: kubectl finds a kind by its path, and its patch rules") {
  const auto document = v3("apps", "v1");
  const auto& item =
      document.at("paths").at("/apis/apps/v1/namespaces/{namespace}/deployments/{name}").as_object();
  const auto& patch = item.at("patch").as_object();
  CHECK(patch.at("x-kubernetes-group-version-kind") ==
        json::parse(R"({"group":"apps","kind":"Deployment","version":"v1"})"));
  CHECK(patch.at("x-kubernetes-action") == "patch");
  CHECK(patch.at("operationId") == "patchAppsV1NamespacedDeployment");
  CHECK(has_query_parameter(patch, "fieldValidation"));
  CHECK(has_query_parameter(patch, "dryRun"));
  CHECK(patch.at("requestBody").at("content").as_object().contains("application/strategic-merge-patch+json"));
  const auto& schemas = document.at("components").at("schemas").as_object();
  const auto& deployment = schemas.at("io.k8s.api.apps.v1.Deployment").as_object();
  CHECK(deployment.at("x-kubernetes-group-version-kind") ==
        json::parse(R"([{"group":"apps","kind":"Deployment","version":"v1"}])"));
  const auto& containers =
      schemas.at("io.k8s.api.core.v1.PodSpec").at("properties").at("containers").as_object();
  CHECK(containers.at("x-kubernetes-patch-merge-key") == "name");
  CHECK(containers.at("x-kubernetes-patch-strategy") == "merge");
  CHECK(containers.at("x-kubernetes-list-map-keys") == json::parse(R"(["name"])"));
}

TEST_CASE("version 3: every reference resolves, in every group version") {
  std::set<api::GroupVersion> seen;
  for (const auto& r : api::builtin_resources()) {
    if (!seen.insert(r.group_version()).second) continue;
    INFO(r.group_version().text());
    const auto document = v3(r.group, r.version);
    const auto& schemas = document.at("components").at("schemas").as_object();
    for_each_reference(document, [&](std::string_view reference) {
      REQUIRE(reference.starts_with("#/components/schemas/"));
      CHECK(schemas.contains(reference.substr(21)));
    });
  }
}

TEST_CASE("subresources, cluster scope and connect") {
  const auto document = v3("", "v1");
  const auto& paths = document.at("paths").as_object();
  CHECK(paths.at("/api/v1/namespaces/{name}").as_object().contains("get"));
  CHECK(paths.at("/api/v1/pods").at("get").at("operationId") == "listCoreV1PodForAllNamespaces");
  const auto& exec = paths.at("/api/v1/namespaces/{namespace}/pods/{name}/exec").at("post").as_object();
  CHECK(exec.at("operationId") == "connectCoreV1PostNamespacedPodExec");
  CHECK(has_query_parameter(exec, "container"));
  const auto& log = paths.at("/api/v1/namespaces/{namespace}/pods/{name}/log").at("get").as_object();
  CHECK(has_query_parameter(log, "tailLines"));
  CHECK(paths.contains("/api/v1/nodes/{name}/proxy/{path}"));
  const json::value scale =
      v3("apps", "v1").at("paths").at("/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale");
  CHECK(scale.at("get").at("x-kubernetes-group-version-kind").at("kind") == "Scale");
}

TEST_CASE("version 2: one document of everything, whose references resolve") {
  std::vector<const api::ResourceInfo*> all;
  for (const auto& r : api::builtin_resources())
    all.push_back(&r);
  const auto text = api::openapi::v2_document(all, "v1.35.0");
  CHECK(text.size() < 8'000'000);
  const auto document = json::parse(text).as_object();
  CHECK(document.at("swagger") == "2.0");
  const auto& definitions = document.at("definitions").as_object();
  for_each_reference(document, [&](std::string_view reference) {
    REQUIRE(reference.starts_with("#/definitions/"));
    CHECK(definitions.contains(reference.substr(14)));
  });
  CHECK(definitions.at("io.k8s.api.core.v1.Pod").at("x-kubernetes-group-version-kind") ==
        json::parse(R"([{"group":"","kind":"Pod","version":"v1"}])"));
  const auto& patch =
      document.at("paths").at("/api/v1/namespaces/{namespace}/pods/{name}").at("patch").as_object();
  CHECK(has_query_parameter(patch, "fieldValidation"));
}
