#include "apiserver/discovery/discovery.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include "api/object.hpp"
#include "api/protobuf.hpp"

using namespace apiserver::discovery;
namespace json = boost::json;

namespace {

const Discovery& discovery() {
  static const Discovery d(RuntimeConfig().builtin(), "127.0.0.1:6443");
  return d;
}

json::object get(std::string_view path, std::string accept = "application/json") {
  http::Headers headers;
  headers.add("Accept", std::move(accept));
  const auto response = discovery().answer(path, headers);
  REQUIRE(response);
  REQUIRE(response->status == 200);
  return json::parse(*response->shared_body.at(0)).as_object();
}

json::object named(const json::array& list, std::string_view member, std::string_view name) {
  for (const auto& v : list)
    if (v.at(member).as_string() == name) return v.as_object();
  FAIL("no " << name);
  return {};
}

constexpr const char* aggregated_v2 =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;q=0.9";

}  // namespace

TEST_CASE("groups and their preferred versions") {
  const auto groups = get("/apis").at("groups").as_array();
  CHECK(groups[0].at("name") == "apiregistration.k8s.io");
  CHECK(groups[1].at("name") == "apps");
  const auto autoscaling = named(groups, "name", "autoscaling");
  CHECK(autoscaling.at("preferredVersion").at("groupVersion") == "autoscaling/v2");
  CHECK(autoscaling.at("versions").as_array().size() == 2);
  CHECK(get("/apis/apps/").at("kind") == "APIGroup");
  CHECK(get("/api").at("versions") == json::parse(R"(["v1"])"));
}

TEST_CASE("resources carry what clients map names with") {
  const auto list = get("/api/v1");
  CHECK(list.at("groupVersion") == "v1");
  const auto resources = list.at("resources").as_array();
  // The hashes are those of a stock cluster.
  CHECK(named(resources, "name", "pods") ==
        json::parse(R"({"name":"pods","singularName":"pod","namespaced":true,
    "kind":"Pod","verbs":["create","delete","deletecollection","get","list","patch","update","watch"],
    "shortNames":["po"],"categories":["all"],"storageVersionHash":"xPOwRZ+Yhw8="})"));
  CHECK(named(get("/apis/apps/v1").at("resources").as_array(), "name", "deployments")
            .at("storageVersionHash") == "8aSe+NMegvE=");
  CHECK(named(resources, "name", "pods/exec").at("verbs") == json::parse(R"(["create","get"])"));
  const auto eviction = named(resources, "name", "pods/eviction");
  CHECK(eviction.at("group") == "policy");
  CHECK(eviction.at("kind") == "Eviction");
  CHECK_FALSE(eviction.contains("storageVersionHash"));
}

TEST_CASE("aggregated discovery nests subresources and has an ETag") {
  const auto apis = get("/apis", aggregated_v2);
  CHECK(apis.at("kind") == "APIGroupDiscoveryList");
  CHECK(apis.at("apiVersion") == "apidiscovery.k8s.io/v2");
  const auto& apps = apis.at("items").as_array()[1];
  CHECK(apps.at("metadata").at("name") == "apps");
  const auto& version = apps.at("versions").as_array()[0];
  const auto deployments = named(version.at("resources").as_array(), "resource", "deployments");
  CHECK(deployments.at("scope") == "Namespaced");
  CHECK(named(deployments.at("subresources").as_array(), "subresource", "scale").at("responseKind") ==
        json::parse(R"({"group":"autoscaling","version":"v1","kind":"Scale"})"));

  http::Headers headers;
  headers.add("Accept", aggregated_v2);
  const auto etag = std::string(discovery().answer("/apis", headers)->headers.get("ETag"));
  headers.add("If-None-Match", etag);
  CHECK(discovery().answer("/apis", headers)->status == 304);
  CHECK(get("/api", aggregated_v2).at("items").as_array().size() == 1);
  CHECK(get("/apis",
            "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json")
            .at("apiVersion") == "apidiscovery.k8s.io/v2beta1");
}

TEST_CASE("what is no discovery document, or not in a form we have") {
  CHECK_FALSE(discovery().answer("/apis/no.such.group", {}));
  CHECK_FALSE(discovery().answer("/api/v1/pods", {}));
  http::Headers headers;
  headers.add("Accept", "application/cbor");
  CHECK(discovery().answer("/api", headers)->status == 406);
  headers.set("Accept", "application/json;as=Table;g=meta.k8s.io;v=v1");
  CHECK(discovery().answer("/apis/apps/v1", headers)->status == 406);
}

TEST_CASE("documents in protobuf and YAML, and those that were seen before") {
  http::Headers headers;
  headers.add("Accept", "application/vnd.kubernetes.protobuf, application/json");
  struct Case {
    const char *path, *type;
  };
  const Case cases[] = {{"/api", "APIVersions"},
                        {"/apis", "APIGroupList"},
                        {"/apis/apps", "APIGroup"},
                        {"/apis/apps/v1", "APIResourceList"}};
  for (const auto& c : cases) {
    const auto response = discovery().answer(c.path, headers);
    CHECK(response->headers.get("Content-Type") == api::protobuf_type);
    const auto* type = api::find_type(std::string("io.k8s.apimachinery.pkg.apis.meta.v1.") + c.type);
    const auto decoded = api::parse_protobuf(*response->shared_body.at(0), *type);
    REQUIRE(decoded.has_value());
    const auto plain = get(c.path);
    CHECK(api::deep_equal(*decoded, plain));
  }
  headers.set("Accept", "application/yaml");
  CHECK(discovery().answer("/api", headers)->shared_body.at(0)->starts_with("kind: APIVersions\n"));
  headers.set("Accept", aggregated_v2);
  const auto first = discovery().answer("/apis", headers);
  CHECK(first->status == 200);
  headers.set("If-None-Match", std::string(first->headers.get("ETag")));
  CHECK(discovery().answer("/apis", headers)->status == 304);
}
