#include "apiserver/request/testing.hpp"

namespace apiserver::request {
namespace {

using namespace testing;

/// What is asked, and what is said to it.
struct Case {
  std::string method, target, body;
  HeaderMap headers;
  int status;
  std::string reason, message;  ///< The message's part.
};

base::Awaitable<void> check(Server& s, const Case& c) {
  const auto got = co_await s.call(c.method, c.target, c.body, c.headers);
  INFO(c.method << " " << c.target << " " << c.body.substr(0, 200) << "\n" << got.text.substr(0, 2000));
  CHECK(got.status == c.status);
  CHECK(got.reason() == c.reason);
  CHECK_THAT(got.message(), Catch::Contains(c.message));
  CHECK(api::get_int(got.json(), {"code"}) == c.status);
}

void check_all(std::vector<Case> cases, std::vector<Case> before = {}) {
  with_server([&](Server& s) -> base::Awaitable<void> {
    for (const auto& c : before) {
      const auto got = co_await s.call(c.method, c.target, c.body, c.headers);
      INFO(got.text);
      REQUIRE(got.status == c.status);
    }
    for (const auto& c : cases)
      co_await check(s, c);
    const auto still = co_await s.call("GET", maps);
    CHECK(still.status == 200);
  });
}

const std::string no_such = "the server could not find the requested resource";
const std::string not_this_way = "the server does not allow this method on the requested resource";
const std::string one = maps + "/m";

TEST_CASE("paths and methods that are not served") {
  check_all({
      {"GET", "/api/v1/nonsense", "", {}, 404, "NotFound", no_such},
      {"GET", "/api/v2/pods", "", {}, 404, "NotFound", no_such},
      {"GET", "/apis/nobody.example.com/v1/things", "", {}, 404, "NotFound", no_such},
      {"GET", "/apis/storage.k8s.io/v1beta1/volumeattributesclasses", "", {}, 404, "NotFound", no_such},
      {"GET", one + "/status", "", {}, 404, "NotFound", no_such},
      {"GET", pods + "/p/proxy", "", {}, 404, "NotFound", no_such},
      {"GET", "/api/v1/namespaces/default/nodes", "", {}, 404, "NotFound", no_such},
      {"GET", "/api/v1/configmaps/m", "", {}, 404, "NotFound", no_such},
      {"GET", "/nothing/here", "", {}, 404, "NotFound", no_such},
      {"GET", "/", "", {}, 404, "NotFound", no_such},
      {"POST", "/api/v1/configmaps", map_of("m"), {}, 405, "MethodNotAllowed", not_this_way},
      {"POST", one, map_of("m"), {}, 405, "MethodNotAllowed", not_this_way},
      {"PUT", maps, map_of("m"), {}, 405, "MethodNotAllowed", not_this_way},
      {"PATCH", maps, "{}", merge_patch, 405, "MethodNotAllowed", not_this_way},
      {"OPTIONS", maps, "", {}, 405, "MethodNotAllowed", not_this_way},
      {"DELETE", "/api/v1/namespaces", "", {}, 405, "MethodNotAllowed", not_this_way},
      {"DELETE", "/api/v1/configmaps", "", {}, 405, "MethodNotAllowed", not_this_way},
      {"GET",
       "/apis/authorization.k8s.io/v1/subjectaccessreviews",
       "",
       {},
       405,
       "MethodNotAllowed",
       not_this_way},
      {"DELETE", deployments + "/w/status", "", {}, 405, "MethodNotAllowed", not_this_way},
      {"PATCH", "/api/v1/namespaces/default/finalize", "{}", merge_patch, 405, "MethodNotAllowed",
       not_this_way},
      {"GET", one, "", {}, 404, "NotFound", "configmaps \"m\" not found"},
      {"GET",
       "/apis/apps/v1/namespaces/default/deployments/w",
       "",
       {},
       404,
       "NotFound",
       "deployments.apps \"w\" not found"},
  });
}

TEST_CASE("bodies that are no objects") {
  const HeaderMap yaml{{"Content-Type", "application/yaml"}};
  check_all(
      {
          {"POST", maps, "", {}, 400, "BadRequest", ""},
          {"POST", maps, "{", {}, 400, "BadRequest", ""},
          {"POST", maps, "[]", {}, 400, "BadRequest", "cannot be handled as a ConfigMap"},
          {"POST", maps, "null", {}, 400, "BadRequest", ""},
          {"POST", maps, "\"x\"", {}, 400, "BadRequest", ""},
          {"POST", maps, "{\"metadata\":{\"name\":\"\xff\"}}", {}, 400, "BadRequest", ""},
          {"POST", maps, std::string(300, '[') + std::string(300, ']'), {}, 400, "BadRequest", ""},
          {"POST", maps, "a: [", yaml, 400, "BadRequest", "error converting YAML to JSON"},
          {"POST",
           maps,
           std::string(3 * 1024 * 1024 + 1, ' '),
           {},
           413,
           "RequestEntityTooLarge",
           "Request entity too large: limit is 3145728"},
          {"POST",
           maps,
           R"({"kind":"Secret","apiVersion":"v1","metadata":{"name":"m"}})",
           {},
           400,
           "BadRequest",
           "Secret in version \"v1\" cannot be handled as a ConfigMap"},
          {"POST",
           maps,
           R"({"apiVersion":"v2","metadata":{"name":"m"}})",
           {},
           400,
           "BadRequest",
           "the API version in the data (v2) does not match the expected API version (v1)"},
          {"POST",
           maps,
           R"({"metadata":{"name":7}})",
           {},
           400,
           "BadRequest",
           "json: cannot unmarshal number into"},
          {"POST",
           maps,
           R"({"metadata":{"name":"m"},"data":{"a":1}})",
           {},
           400,
           "BadRequest",
           "of type string"},
          {"POST",
           deployments,
           R"({"metadata":{"name":"m"},"spec":{"replicas":"two"}})",
           {},
           400,
           "BadRequest",
           "Go struct field DeploymentSpec.spec.replicas of type int32"},
          {"POST",
           pods,
           R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i",
        "resources":{"requests":{"cpu":"lots"}}}]}})",
           {},
           400,
           "BadRequest",
           "quantities must match"},
          {"POST",
           maps,
           R"({"metadata":{"name":"m"},"binaryData":{"a":"***"}})",
           {},
           400,
           "BadRequest",
           "base64"},
          {"POST",
           pods,
           R"({"metadata":{"name":"p"}})",
           {},
           422,
           "Invalid",
           "spec.containers: Required value"},
          {"POST",
           maps,
           map_of("Not_A_Name"),
           {},
           422,
           "Invalid",
           "metadata.name: Invalid value: \"Not_A_Name\""},
          {"PUT",
           one,
           map_of("n"),
           {},
           400,
           "BadRequest",
           "the name of the object (n) does not match the name on the URL (m)"},
          {"DELETE", one, R"({"kind":"Pod"})", {}, 400, "BadRequest", "cannot be converted to DeleteOptions"},
          {"DELETE",
           one,
           R"({"gracePeriodSeconds":"soon"})",
           {},
           400,
           "BadRequest",
           "cannot unmarshal string"},
          {"DELETE",
           one,
           R"({"propagationPolicy":"Sideways"})",
           {},
           422,
           "Invalid",
           "propagationPolicy: Unsupported"},
          {"DELETE",
           one,
           R"({"dryRun":["Some"]})",
           {},
           422,
           "Invalid",
           "dryRun: Unsupported value: \"Some\""},
      },
      {{"POST", maps, map_of("m"), {}, 201, "", ""}});
}

TEST_CASE("forms that are not spoken") {
  const auto type = [](const char* t) { return HeaderMap{{"Content-Type", t}}; };
  const auto accept = [](const char* t) { return HeaderMap{{"Accept", t}}; };
  const std::string unknown =
      "the body of the request was in an unknown format - accepted media types include: ";
  check_all(
      {
          {"POST", maps, map_of("n"), type("text/plain"), 415, "UnsupportedMediaType",
           unknown + "application/json"},
          {"POST", maps, map_of("n"), type("application/cbor"), 415, "UnsupportedMediaType", unknown},
          {"PATCH", one, "{}", type("application/json"), 415, "UnsupportedMediaType",
           unknown + "application/json-patch+json, application/merge-patch+json"},
          {"PATCH", one, "a: b", type("application/apply-patch+cbor"), 415, "UnsupportedMediaType", unknown},
          {"GET", one, "", accept("text/html"), 406, "NotAcceptable",
           "only the following media types are accepted"},
          {"GET", maps, "", accept("application/cbor"), 406, "NotAcceptable", "application/json"},
          {"GET", maps, "", accept("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"), 406,
           "NotAcceptable", "you requested PartialObjectMetadata, but the requested object is a list"},
          {"GET", one, "", accept("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"), 406,
           "NotAcceptable", "but the requested object is not a list"},
          {"GET", maps + "?watch=1", "", accept("application/yaml"), 406, "NotAcceptable", "stream=watch"},
      },
      {{"POST", maps, map_of("m"), {}, 201, "", ""}});
}

TEST_CASE("parameters that make no sense") {
  check_all(
      {
          {"GET", maps + "?labelSelector=a,,", "", {}, 400, "BadRequest", "unable to parse requirement"},
          {"GET", maps + "?labelSelector=-x%3Dy", "", {}, 400, "BadRequest", "unable to parse requirement"},
          {"GET",
           maps + "?fieldSelector=spec.color%3Dred",
           "",
           {},
           400,
           "BadRequest",
           "field label not supported: spec.color"},
          {"GET", maps + "?fieldSelector=nonsense", "", {}, 400, "BadRequest", "invalid selector"},
          {"GET", maps + "?limit=few", "", {}, 400, "BadRequest", "invalid syntax"},
          {"GET", maps + "?continue=xyz", "", {}, 400, "BadRequest", "continue key is not valid"},
          {"GET", maps + "?resourceVersion=abc", "", {}, 400, "BadRequest", "Invalid value: \"abc\""},
          {"GET", one + "?resourceVersion=abc", "", {}, 400, "BadRequest", "Invalid value: \"abc\""},
          {"GET",
           maps + "?resourceVersion=999999",
           "",
           {},
           504,
           "Timeout",
           "Too large resource version: 999999"},
          {"GET", maps + "?resourceVersionMatch=Exact", "", {}, 422, "Invalid", "resourceVersionMatch"},
          {"GET",
           maps + "?resourceVersion=1&resourceVersionMatch=Some",
           "",
           {},
           422,
           "Invalid",
           "resourceVersionMatch"},
          {"GET",
           maps + "?watch=1&sendInitialEvents=true",
           "",
           {},
           422,
           "Invalid",
           "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"},
          {"GET",
           maps + "?watch=1&resourceVersionMatch=NotOlderThan",
           "",
           {},
           422,
           "Invalid",
           "resourceVersionMatch"},
          {"GET", maps + "?watch=1&timeoutSeconds=long", "", {}, 400, "BadRequest", "invalid syntax"},
          {"POST",
           maps + "?dryRun=Some",
           map_of("n"),
           {},
           422,
           "Invalid",
           "dryRun: Unsupported value: \"Some\""},
          {"POST",
           maps + "?fieldValidation=Loose",
           map_of("n"),
           {},
           422,
           "Invalid",
           "fieldValidation: Unsupported"},
          {"PATCH", one + "?force=true", "{}", merge_patch, 422, "Invalid", "force: Forbidden"},
      },
      {{"POST", maps, map_of("m"), {}, 201, "", ""}});
}

TEST_CASE("patches that do not apply") {
  check_all(
      {
          {"PATCH", one, "{", merge_patch, 400, "BadRequest", ""},
          {"PATCH", one, "[]", merge_patch, 400, "BadRequest", "cannot unmarshal array into Go value"},
          {"PATCH", one, "{}", json_patch, 400, "BadRequest", "error decoding patch"},
          {"PATCH", one, R"([{"op":"test","path":"/data/a","value":"2"}])", json_patch, 422, "Invalid",
           "the server rejected our request due to an error in our request"},
          {"PATCH", one, R"([{"op":"remove","path":"/data/zzz"}])", json_patch, 422, "Invalid",
           "rejected our request"},
          {"PATCH", one, R"([{"op":"replace","path":"","value":[]}])", json_patch, 422, "Invalid",
           "patch: Invalid value"},
          {"PATCH", one, R"({"data":{"a":1}})", merge_patch, 422, "Invalid",
           "json: cannot unmarshal number into Go struct field ConfigMap.data"},
          {"PATCH", one, R"({"kind":"Secret"})", merge_patch, 400, "BadRequest",
           "cannot be handled as a ConfigMap"},
          {"PATCH", one, R"({"metadata":{"name":"n"}})", merge_patch, 400, "BadRequest",
           "does not match the name"},
          {"PATCH", one, R"({"metadata":{"resourceVersion":"1"}})", merge_patch, 409, "Conflict",
           "the object has been modified"},
          {"PATCH", one + "?fieldValidation=Strict", R"({"datum":{}})", strategic_patch, 422, "Invalid",
           "strict decoding error: unknown field \"datum\""},
          {"PATCH", maps + "/none", "{}", merge_patch, 404, "NotFound", "configmaps \"none\" not found"},
          {"PATCH", "/apis/coordination.k8s.io/v1/namespaces/default/leases/l", "{}", merge_patch, 404,
           "NotFound", "leases.coordination.k8s.io \"l\" not found"},
      },
      {{"POST", maps, map_of("m"), {}, 201, "", ""}});
}

TEST_CASE("unknown and duplicate fields, as fieldValidation asks") {
  with_server([](Server& s) -> base::Awaitable<void> {
    const std::string body = R"({"metadata":{"name":"m"},"datum":{},"data":{"a":"1","a":"2"}})";
    const auto strict = co_await s.call("POST", maps + "?fieldValidation=Strict", body);
    CHECK(strict.status == 400);
    CHECK(
        strict.message() ==
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field "
        "\"datum\", duplicate field \"data.a\"");
    const auto ignore = co_await s.call("POST", maps + "?fieldValidation=Ignore&dryRun=All", body);
    CHECK(ignore.status == 201);
    CHECK_FALSE(ignore.headers.has("Warning"));
    const auto warn = co_await s.call("POST", maps, body);
    CHECK(warn.status == 201);
    const auto warnings = warn.headers.all("Warning");
    REQUIRE(warnings.size() == 2);
    CHECK(warnings[0] == R"(299 - "unknown field \"datum\"")");
    CHECK(warnings[1] == R"(299 - "duplicate field \"data.a\"")");
    CHECK_FALSE(warn.json().contains("datum"));
    const auto patch = co_await s.call("PATCH", maps + "/m", R"({"datum":1})", merge_patch);
    CHECK(patch.status == 200);
    CHECK(patch.headers.get("Warning") == R"(299 - "unknown field \"datum\"")");
  });
}

}  // namespace
}  // namespace apiserver::request
