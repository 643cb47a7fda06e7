#include "apiserver/aggregation/api_service.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace apiserver;
using namespace apiserver::aggregation;

namespace {

Object object(std::string_view text) {
  return boost::json::parse(text).as_object();
}

const Object remote = object(R"({"metadata":{"name":"v1.ext.example.com"},"spec":{"group":"ext.example.com",
    "version":"v1","service":{"namespace":"d","name":"s","port":443}}})");

std::string reason(const MemoryLookup& lookup) {
  const auto verdict = judge(remote, lookup);
  return verdict ? verdict->status + " " + verdict->reason + ": " + verdict->message : std::string();
}

}  // namespace

TEST_CASE("what is made of this server's own group versions") {
  std::vector<SharedObject> present;
  present.push_back(std::make_shared<const Object>(object(R"({"metadata":{"name":"v1.gone.example.com",
      "labels":{"kube-aggregator.kubernetes.io/automanaged":"true"}},"spec":{"group":"gone.example.com","version":"v1"}})")));
  present.push_back(std::make_shared<const Object>(object(R"({"metadata":{"name":"v1.apps"},
      "spec":{"group":"apps","version":"v1"}})")));
  present.push_back(std::make_shared<const Object>(remote));
  const auto plan = plan_local({{"", "v1"}, {"apps", "v1"}}, {{"stable.example.com", "v1"}}, present);
  CHECK(plan.remove == std::vector<std::string>{"v1.gone.example.com"});
  REQUIRE(plan.create.size() == 2);
  CHECK(plan.create[0].at("metadata").at("name") == "v1.");
  CHECK(plan.create[0].at("spec") ==
        object(R"({"version":"v1","groupPriorityMinimum":18000,"versionPriority":1})"));
  CHECK(plan.create[1].at("spec") ==
        object(R"({"version":"v1","groupPriorityMinimum":1000,"versionPriority":100,
      "group":"stable.example.com"})"));
}

TEST_CASE("availability, as far as it can be told without asking") {
  CHECK(judge(object(R"({"spec":{"group":"apps","version":"v1"}})"), MemoryLookup())->reason == "Local");
  MemoryLookup lookup;
  CHECK(reason(lookup) == "False ServiceNotFound: service/s in \"d\" is not present");
  lookup.put("", "services", object(R"({"metadata":{"name":"s","namespace":"d"},"spec":{"type":"ClusterIP",
      "ports":[{"port":80}]}})"));
  CHECK(reason(lookup) == "False ServicePortError: service/s in \"d\" is not listening on port 443");
  lookup.put("", "services", object(R"({"metadata":{"name":"s","namespace":"d"},"spec":{"type":"ClusterIP",
      "ports":[{"port":443,"name":"https"}]}})"));
  CHECK(reason(lookup) == "False EndpointsNotFound: cannot find endpointslices for service/s in \"d\"");
  const auto slice = [](const std::string& ready) {
    return object(R"({"metadata":{"name":"s-1","namespace":"d","labels":{"kubernetes.io/service-name":"s"}},
        "ports":[{"name":"https","port":8443}],"endpoints":[{"addresses":["10.0.0.1"],"conditions":{"ready":)" +
                  ready + "}}]}");
  };
  lookup.put("discovery.k8s.io", "endpointslices", slice("false"));
  CHECK(reason(lookup) ==
        "False MissingEndpoints: endpointslices for service/s in \"d\" have no addresses with port name "
        "\"https\"");
  lookup.put("discovery.k8s.io", "endpointslices", slice("true"));
  CHECK(reason(lookup).empty());
}

TEST_CASE("the condition keeps its time until its status changes") {
  Object o = remote;
  using std::chrono::seconds;
  CHECK(set_available(o, {"True", "Passed", "all checks passed"}, base::SystemTime(seconds(1))));
  CHECK_FALSE(set_available(o, {"True", "Passed", "all checks passed"}, base::SystemTime(seconds(2))));
  CHECK(is_available(o));
  const auto since = [&] {
    return o.at("status").at("conditions").at(0).at("lastTransitionTime").as_string();
  };
  const auto first = since();
  CHECK(set_available(o, {"True", "Other", "m"}, base::SystemTime(seconds(3))));
  CHECK(since() == first);
  CHECK(set_available(o, {"False", "Other", "m"}, base::SystemTime(seconds(4))));
  CHECK(since() != first);
  CHECK_FALSE(is_available(o));
}

TEST_CASE("resources of a remote server") {
  const auto list = resources_of({"ext.example.com", "v1"}, object(R"({"resources":[
      {"name":"flunders","singularName":"flunder","namespaced":true,"kind":"Flunder","verbs":["get","list"],"shortNames":["fl"]},
      {"name":"flunders/status","singularName":"","namespaced":true,"kind":"Flunder","verbs":["get"]}]})"));
  REQUIRE(list.size() == 2);
  CHECK(list[0].kind_group == "ext.example.com");
  CHECK(list[0].short_names == std::vector<std::string>{"fl"});
  CHECK(list[1].subresource == "status");
}
