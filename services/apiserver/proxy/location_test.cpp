#include "apiserver/proxy/location.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace apiserver;
using namespace apiserver::proxy;
namespace json = boost::json;

namespace {

api::Object object(const std::string& text) {
  return json::parse(text).as_object();
}

ProxyName name(const std::string& text) {
  return ProxyName::parse("pod", text).value();
}

std::size_t last(std::size_t n) {
  return n - 1;
}

api::Object slice(const std::string& service, const std::string& endpoints) {
  return object(
      R"({"metadata":{"name":"s-1","namespace":"default","labels":{"kubernetes.io/service-name":")" +
      service + R"("}},"ports":[{"name":"http","port":8080},{"name":"tls","port":8443}],"endpoints":)" +
      endpoints + "}");
}

const api::Object service = object(R"({"metadata":{"name":"web","namespace":"default"},
               "spec":{"ports":[{"name":"http","port":80},{"name":"tls","port":443}]}})");

}  // namespace

TEST_CASE("the name in a proxy URL may carry a scheme and a port") {
  CHECK(name("web").name == "web");
  CHECK(name("web:8080").port == "8080");
  const auto all = name("https:web:tls");
  CHECK((all.scheme == "https" && all.name == "web" && all.port == "tls"));
  CHECK(name("https:web:").port.empty());
  CHECK(name("web:").name == "web");
  for (const auto* text : {"", ":80", "ftp:web:80", "a:b:c:d", "https::80"}) {
    const auto bad = ProxyName::parse("service", text);
    REQUIRE(bad.has_error());
    CHECK(bad.error().code == 400);
    CHECK(bad.error().message == "invalid service request \"" + std::string(text) + "\"");
  }
}

TEST_CASE("a pod is reached at its address and the port asked for, or its first") {
  auto pod = object(R"({"spec":{"containers":[{"name":"a"},{"name":"b","ports":[{"containerPort":9000}]}]},
                        "status":{"podIP":"10.1.2.3"}})");
  CHECK(pod_location(pod, name("web"))->endpoint == "http://10.1.2.3:9000");
  CHECK(pod_location(pod, name("https:web:8443"))->endpoint == "https://10.1.2.3:8443");
  CHECK(pod_location(pod, name("web:0")).error().code == 400);
  CHECK(pod_location(pod, name("web:http")).error().code == 400);
  CHECK(pod_location(pod, name("web:80@evil")).error().code == 400);
  pod["status"].as_object()["podIP"] = "fd00::7";
  CHECK(pod_location(pod, name("web"))->endpoint == "http://[fd00::7]:9000");
  pod["status"].as_object()["podIP"] = "127.0.0.1";
  CHECK(pod_location(pod, name("web")).error().message == "address not allowed");
  pod.erase("status");
  CHECK(pod_location(pod, name("web")).error().code == 400);
}

TEST_CASE("a service is reached at one of its ready endpoints, by the port's number or name") {
  MemoryLookup objects;
  objects.put("discovery.k8s.io", "endpointslices",
              slice("web", R"([{"addresses":["10.0.0.1"],"conditions":{"ready":true}},
                               {"addresses":["10.0.0.2"],"conditions":{"ready":false}},
                               {"addresses":["10.0.0.3"]}])"));
  const auto at = [&](const char* text) { return service_location(service, name(text), objects, &last); };
  CHECK(at("web:http")->endpoint == "http://10.0.0.3:8080");
  CHECK(at("web:80")->endpoint == "http://10.0.0.3:8080");
  CHECK(at("https:web:443")->endpoint == "https://10.0.0.3:8443");
  CHECK(service_location(service, name("web:80"), objects, [](std::size_t) { return 0; })->endpoint ==
        "http://10.0.0.1:8080");
  CHECK(at("web:81").error().message == "no service port 81 found for service \"web\"");
  CHECK(at("web:81").error().code == 503);
  CHECK(at("web:other").error().message == "no endpoints available for service \"web\"");
  objects.put("discovery.k8s.io", "endpointslices", slice("web", R"([{"addresses":["169.254.169.254"]}])"));
  CHECK(at("web:80").error().message == "address not allowed");
}

TEST_CASE("endpoints written by hand serve a service without slices") {
  MemoryLookup objects;
  objects.put("", "endpoints", object(R"({"metadata":{"name":"web","namespace":"default"},"subsets":[
      {"addresses":[{"ip":"10.0.0.9"}],"ports":[{"name":"http","port":81}]}]})"));
  CHECK(service_location(service, name("web:http"), objects, &last)->endpoint == "http://10.0.0.9:81");
}

TEST_CASE("a node's agent is meant unless another port is named") {
  const auto node =
      object(R"({"metadata":{"name":"n"},"status":{"addresses":[{"type":"InternalIP","address":"10.9.0.1"}],
      "daemonEndpoints":{"kubeletEndpoint":{"Port":10250}}}})");
  const std::vector<std::string> types{"InternalIP"};
  const auto agent = node_location(node, name("n"), types);
  CHECK((agent->endpoint == "https://10.9.0.1:10250" && agent->agent));
  CHECK(node_location(node, name("n:10250"), types)->agent);
  const auto other = node_location(node, name("n:9100"), types);
  CHECK((other->endpoint == "http://10.9.0.1:9100" && !other->agent));
  CHECK(node_location(node, name("n:99999"), types).error().code == 400);
}

TEST_CASE("addresses that no client may send this server to") {
  for (const auto* text :
       {"127.0.0.1", "127.63.0.1", "169.254.169.254", "0.0.0.0", "::", "::1", "fe80::1", "224.0.0.1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "255.255.255.255", "", "web", "10.1"})
    CHECK_FALSE(may_proxy_to(text));
  for (const auto* text : {"10.1.2.3", "127.64.0.7", "192.168.1.1", "fd00::1", "::ffff:10.0.0.1"})
    CHECK(may_proxy_to(text));
}

TEST_CASE("the path behind the proxy is passed on as it was written") {
  CHECK(proxied_path("/api/v1/namespaces/d/pods/web/proxy", true) == "");
  CHECK(proxied_path("/api/v1/namespaces/d/pods/web/proxy/", true) == "/");
  CHECK(proxied_path("/api/v1/namespaces/d/services/https:web:443/proxy/a%2Fb//c/", true) == "/a%2Fb//c/");
  CHECK(proxied_path("/api//v1/nodes/n/proxy/metrics", false) == "/metrics");
}
