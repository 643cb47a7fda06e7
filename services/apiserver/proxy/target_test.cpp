#include "apiserver/proxy/target.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace apiserver::proxy;
namespace json = boost::json;

namespace {

const api::Object one = json::parse(R"({"metadata":{"name":"web-0","namespace":"default"},
  "spec":{"nodeName":"node-1","containers":[{"name":"app"}]}})")
                            .as_object();
const api::Object two = json::parse(R"({"metadata":{"name":"duo","namespace":"default"},
  "spec":{"nodeName":"node-1","containers":[{"name":"a"},{"name":"b"}],"initContainers":[{"name":"setup"}]}})")
                            .as_object();

api::StatusOr<std::string> path(std::string_view subresource, std::string_view query,
                                const api::Object& pod = one) {
  return agent_path(pod, subresource, http::Query::parse(query));
}

}  // namespace

TEST_CASE("logs: options are checked and passed on") {
  CHECK(path("log", "follow=true&tailLines=5&pretty=1").value() ==
        "/containerLogs/default/web-0/app?follow=true&tailLines=5");
  CHECK(path("log", "").value() == "/containerLogs/default/web-0/app");
  CHECK(path("log", "tailLines=-1").error().reason == "Invalid");
  CHECK(path("log", "tailLines=many").error().code == 422);
  CHECK(path("log", "sinceSeconds=0").error().causes.at(0).field == "sinceSeconds");
  CHECK(path("log", "sinceTime=yesterday").error().code == 422);
  CHECK(path("log", "sinceTime=2026-01-01T00:00:00Z&sinceSeconds=3").error().code == 422);
}

TEST_CASE("the container must be clear") {
  CHECK(path("log", "", two).error().message ==
        "a container name must be specified for pod duo, choose one of: [a b] or one of the init containers: "
        "[setup]");
  CHECK(path("log", "container=setup", two).value() == "/containerLogs/default/duo/setup");
  CHECK(path("log", "container=c", two).error().message == "container c is not valid for pod duo");
}

TEST_CASE("exec, attach and port forwarding") {
  CHECK(path("exec", "command=ls&command=-l&stdout=true&stdin=true").value() ==
        "/exec/default/web-0/app?input=1&output=1&command=ls&command=-l");
  CHECK(path("exec", "stdout=true").error().code == 400);
  CHECK(path("exec", "command=ls").error().code == 400);
  CHECK(path("attach", "stdout=1&tty=1").value() == "/attach/default/web-0/app?output=1&tty=1");
  CHECK(path("portforward", "ports=80").value() == "/portForward/default/web-0?port=80");
}

TEST_CASE("a node's agent") {
  const auto node = json::parse(R"({"metadata":{"name":"n"},"status":{
    "addresses":[{"type":"Hostname","address":"n"},{"type":"InternalIP","address":"127.0.0.1"}],
    "daemonEndpoints":{"kubeletEndpoint":{"Port":10250}}}})")
                        .as_object();
  CHECK(node_endpoint(node, {"InternalIP", "Hostname"}).value() == "https://127.0.0.1:10250");
  CHECK(node_endpoint(node, {"Hostname"}).value() == "https://n:10250");
  CHECK(node_endpoint(node, {"ExternalIP"}).error().code == 500);
  auto odd = node;
  odd["status"].as_object()["addresses"] = json::parse(R"([{"type":"InternalIP","address":"x/../y"}])");
  CHECK(node_endpoint(odd, {"InternalIP"}).has_error());
  CHECK(node_endpoint({}, {"InternalIP"}).error().code == 500);
}
