#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>
#include "api/resource.hpp"
#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/groups.hpp"
#include "apiserver/kinds/pod_spec.hpp"

namespace apiserver::kinds {
namespace {

Object parse(const char* text) {
  return json::parse(text).as_object();
}

std::string errors_of(const KindRecord& kind, Object object) {
  if (kind.defaults) kind.defaults(object);
  Errors errors;
  kind.validate(object, errors);
  std::string out;
  for (const auto& e : errors)
    out += e.text() + "\n";
  return out;
}

constexpr auto good_deployment =
    R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"default"},
  "spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
  "spec":{"containers":[{"name":"c","image":"nginx","ports":[{"containerPort":80}]}]}}}})";

TEST_CASE("every record names a resource that exists") {
  for (const auto& r : api::builtin_resources()) {
    if (!r.subresource.empty()) continue;
    const auto& record = find(r.group, r.resource);
    if (record.resource.empty()) continue;
    CHECK(record.group == r.group);
    CHECK(record.resource == r.resource);
    CHECK((record.table.cells == nullptr) == record.table.columns.empty());
    if (record.table.cells)
      CHECK(record.table.cells(Object(), base::SystemTime{}).size() == record.table.columns.size());
  }
}

TEST_CASE("defaults are upstream's and idempotent") {
  auto o = parse(good_deployment);
  const auto& kind = find("apps", "deployments");
  kind.defaults(o);
  CHECK(api::get_int(o, {"spec", "replicas"}) == 1);
  CHECK(api::get_string(o, {"spec", "strategy", "rollingUpdate", "maxSurge"}) == "25%");
  const auto& c = o["spec"].at("template").at("spec").at("containers").at(0).as_object();
  CHECK(api::get_string(c, {"imagePullPolicy"}) == "Always");
  CHECK(c.at("ports").at(0).at("protocol") == "TCP");
  const Object once = o;
  kind.defaults(o);
  CHECK(o == once);
}

TEST_CASE("a good deployment is valid; a bad one names its fields") {
  const auto& kind = find("apps", "deployments");
  CHECK(errors_of(kind, parse(good_deployment)) == "");
  auto bad = parse(good_deployment);
  auto& spec = bad["spec"].as_object();
  spec["replicas"] = -1;
  auto& container = spec["template"].at("spec").at("containers").at(0).as_object();
  container.erase("image");
  container["name"] = "Bad_Name";
  spec["selector"].at("matchLabels").as_object()["app"] = "other";
  const auto text = errors_of(kind, bad);
  for (auto part : {"spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                    "spec.template.spec.containers[0].image: Required value",
                    "spec.template.spec.containers[0].name: Invalid value: \"Bad_Name\"",
                    "`selector` does not match template `labels`"})
    CHECK(text.find(part) != std::string::npos);
}

TEST_CASE("pods: bad parts are found") {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"containers":[]})", "spec.containers: Required value"},
      {R"({"containers":[{"name":"a","image":"i"},{"name":"a","image":"i"}]})",
       "spec.containers[1].name: Duplicate value: \"a\""},
      {R"({"containers":[{"name":"a","image":"i","ports":[{"containerPort":70000}]}]})",
       "must be between 1 and 65535, inclusive"},
      {R"({"containers":[{"name":"a","image":"i","volumeMounts":[{"name":"v","mountPath":"/x"}]}]})",
       "volumeMounts[0].name: Not found: \"v\""},
      {R"({"containers":[{"name":"a","image":"i","resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}}]})",
       "must be less than or equal to cpu limit of 1"},
      {R"({"containers":[{"name":"a","image":"i","livenessProbe":{}}]})", "must specify a handler type"},
      {R"({"restartPolicy":"Sometimes","containers":[{"name":"a","image":"i"}]})",
       "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", "
       "\"Never\""},
      {R"({"containers":[{"name":"a","image":"i"}],"tolerations":[{"operator":"Equal"}]})",
       "operator must be Exists when `key` is empty"},
  };
  for (const auto& [spec, wanted] : cases) {
    Object pod;
    pod["spec"] = json::parse(spec);
    const auto text = errors_of(find("", "pods"), pod);
    INFO(text);
    CHECK(text.find(wanted) != std::string::npos);
  }
}

TEST_CASE("QoS classes") {
  CHECK(qos_class(parse(R"({"containers":[{}]})")) == "BestEffort");
  CHECK(qos_class(parse(R"({"containers":[{"resources":{"requests":{"cpu":"1"}}}]})")) == "Burstable");
  CHECK(qos_class(parse(R"({"containers":[{"resources":{"limits":{"cpu":"1","memory":"1Gi"}}}]})")) ==
        "Guaranteed");
}

TEST_CASE("a pod's status cell says what a person wants to know") {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"status":{"phase":"Pending"}})", "Pending"},
      {R"({"status":{"phase":"Running","containerStatuses":[{"ready":true,"state":{"running":{}}}]}})",
       "Running"},
      {R"({"status":{"phase":"Running","containerStatuses":[{"ready":false,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}})",
       "CrashLoopBackOff"},
      {R"({"status":{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"exitCode":3}}}]}})",
       "ExitCode:3"},
      {R"({"spec":{"initContainers":[{"name":"a"},{"name":"b"}]},"status":{"phase":"Pending","initContainerStatuses":[
         {"name":"a","state":{"terminated":{"exitCode":0}}},{"name":"b","state":{"running":{}}}]}})",
       "Init:1/2"},
      {R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Running"}})",
       "Terminating"},
  };
  for (const auto& [pod, status] : cases)
    CHECK(find("", "pods").table.cells(parse(pod), base::SystemTime{})[2] == json::value(status));
}

TEST_CASE("durations as people read them") {
  using std::chrono::seconds;
  const std::pair<int, const char*> cases[] = {
      {5, "5s"},       {119, "119s"},   {120, "2m"},      {125, "2m5s"},    {700, "11m"},
      {11000, "3h3m"}, {100000, "27h"}, {200000, "2d7h"}, {1000000, "11d"}, {70000000, "2y80d"}};
  for (const auto& [s, text] : cases)
    CHECK(human_duration(seconds(s)) == text);
}

TEST_CASE("a running pod's spec is mostly fixed") {
  const auto& kind = find("", "pods");
  const auto old = parse(R"({"spec":{"containers":[{"name":"a","image":"1"}],"nodeName":"n"}})");
  auto image = old, node = old;
  image["spec"].at("containers").at(0).as_object()["image"] = "2";
  node["spec"].as_object()["nodeName"] = "m";
  Errors fine, wrong;
  kind.validate_update(image, old, fine);
  kind.validate_update(node, old, wrong);
  CHECK(fine.empty());
  CHECK(wrong.size() == 1);
}

TEST_CASE("secrets fold stringData; immutable data stays") {
  auto o = parse(R"({"stringData":{"k":"v"}})");
  find("", "secrets").defaults(o);
  CHECK(o == parse(R"({"data":{"k":"dg=="},"type":"Opaque"})"));
  Errors errors;
  find("", "configmaps")
      .validate_update(parse(R"({"immutable":true,"data":{"a":"2"}})"),
                       parse(R"({"immutable":true,"data":{"a":"1"}})"), errors);
  CHECK(errors.size() == 1);
}

}  // namespace

TEST_CASE("a Service's type can be changed by itself") {
  const auto& kind = find("", "services");
  const auto updated = [&](const char* spec) {
    const auto old = parse(R"({"spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],
        "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","allocateLoadBalancerNodePorts":true,
        "externalTrafficPolicy":"Cluster","ports":[{"port":80,"protocol":"TCP","nodePort":30001}]},
        "status":{"loadBalancer":{"ingress":[{"ip":"1.1.1.1"}]}}})");
    auto o = old;
    for (auto& [member, value] : parse(spec))
      o["spec"].as_object()[member] = value;
    kind.prepare_update(o, old);
    return o;
  };
  const auto inside = updated(R"({"type":"ClusterIP"})");
  CHECK(inside.at("spec") == parse(R"({"type":"ClusterIP","clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],
      "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","ports":[{"port":80,"protocol":"TCP"}]})"));
  CHECK(inside.at("status").as_object().empty());
  const auto elsewhere = updated(R"({"type":"ExternalName","externalName":"a.b"})");
  CHECK(elsewhere.at("spec") == parse(R"({"type":"ExternalName","externalName":"a.b",
      "ports":[{"port":80,"protocol":"TCP"}]})"));
  const auto wrong =
      updated(R"({"type":"ClusterIP","ports":[{"port":80,"protocol":"TCP","nodePort":30002}]})");
  CHECK(wrong.at("spec").at("ports").as_array()[0].as_object().contains("nodePort"));
  const auto replaced = updated(R"({"type":"NodePort","ports":[{"port":80,"protocol":"TCP"}]})");
  CHECK(replaced.at("spec").at("ports").as_array()[0].at("nodePort") == 30001);
}

}  // namespace apiserver::kinds
