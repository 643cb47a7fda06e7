#include "node-agent/environment/field_ref.hpp"
#include <catch2/catch.hpp>
#include "node-agent/environment/expansion.hpp"
#include "node-agent/environment/service_variables.hpp"

using namespace node_agent::environment;
namespace core = api::core::v1;

namespace {

core::Pod pod() {
  return api::parse<core::Pod>(R"({"metadata":{"name":"web-1","namespace":"ns","uid":"u1",
    "labels":{"app":"web","tier":"front"},"annotations":{"a/b":"say \"hi\"\n\\o/","c":"ä\u0001"}},
    "spec":{"nodeName":"node-1","serviceAccountName":"robot","initContainers":[{"name":"init"}],
    "containers":[{"name":"c","resources":{"limits":{"cpu":"1500m","memory":"100Mi","hugepages-2Mi":"4Mi"},
      "requests":{"cpu":"250m","memory":"64Mi"}}},{"name":"bare"}]}})")
      .value();
}

PodFacts facts() {
  PodFacts f;
  f.pod_ips = {"10.0.0.1", "fd00::1"};
  f.host_ips = {"192.168.1.1"};
  f.node_allocatable["cpu"] = api::Quantity::parse("4").value();
  f.node_allocatable["memory"] = api::Quantity::parse("1Gi").value();
  return f;
}

}  // namespace

TEST_CASE("fields of the downward API") {
  struct Case {
    const char *path, *value;
  };
  const Case cases[] = {
      {"metadata.name", "web-1"},
      {"metadata.namespace", "ns"},
      {"metadata.uid", "u1"},
      {"metadata.labels", "app=\"web\"\ntier=\"front\""},
      {"metadata.annotations", "a/b=\"say \\\"hi\\\"\\n\\\\o/\"\nc=\"ä\\x01\""},
      {"metadata.labels['app']", "web"},
      {"metadata.labels['none']", ""},
      {"metadata.annotations['a/b']", "say \"hi\"\n\\o/"},
      {"spec.nodeName", "node-1"},
      {"spec.serviceAccountName", "robot"},
      {"status.podIP", "10.0.0.1"},
      {"status.podIPs", "10.0.0.1,fd00::1"},
      {"status.hostIP", "192.168.1.1"},
      {"status.hostIPs", "192.168.1.1"},
  };
  for (const auto& c : cases) {
    INFO(c.path);
    const auto got = field_value(pod(), c.path, facts());
    REQUIRE(got.has_value());
    CHECK(*got == c.value);
  }
  CHECK(field_value(pod(), "spec.nothing", facts()).error().message == "unsupported fieldPath: spec.nothing");
  CHECK(field_value(pod(), "metadata.name['x']", facts()).error().message ==
        "fieldPath \"metadata.name['x']\" does not support subscript");
}

TEST_CASE("resources of the downward API") {
  struct Case {
    const char *container, *resource, *divisor, *value;
  };
  const Case cases[] = {
      {"", "limits.cpu", "", "2"},
      {"", "limits.cpu", "1m", "1500"},
      {"", "requests.cpu", "1m", "250"},
      {"", "requests.cpu", "", "1"},
      {"", "limits.memory", "1Mi", "100"},
      {"", "limits.memory", "", "104857600"},
      {"", "requests.memory", "1M", "68"},
      {"", "limits.hugepages-2Mi", "1Mi", "4"},
      {"bare", "limits.cpu", "", "4"},
      {"bare", "limits.memory", "1Gi", "1"},
      {"bare", "requests.memory", "", "0"},
      {"init", "limits.cpu", "0", "4"},
      {"bare", "limits.hugepages-2Mi", "", "0"},
      {"bare", "requests.ephemeral-storage", "", "0"},
  };
  for (const auto& c : cases) {
    INFO(c.container << " " << c.resource << " / " << c.divisor);
    core::ResourceFieldSelector ref;
    ref.container_name = c.container;
    ref.resource = c.resource;
    if (*c.divisor) ref.divisor = api::Quantity::parse(c.divisor).value();
    const auto got = resource_value(pod(), "c", ref, facts());
    REQUIRE(got.has_value());
    CHECK(*got == c.value);
  }
  core::ResourceFieldSelector ref;
  ref.resource = "limits.bogus";
  CHECK(resource_value(pod(), "c", ref, facts()).error().message ==
        "Unsupported container resource : limits.bogus");
  ref.container_name = "gone";
  CHECK(resource_value(pod(), "c", ref, facts()).error().message == "container gone not found");
}

TEST_CASE("expansion of $(NAME)") {
  const auto lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "A") return "1";
    if (name == "EMPTY") return "";
    if (name == "REF") return "$(A)";
    return std::nullopt;
  };
  struct Case {
    const char *text, *expanded;
  };
  const Case cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"$(A)", "1"},
      {"x$(A)y$(A)", "x1y1"},
      {"$$(A)", "$(A)"},
      {"$$$(A)", "$1"},
      {"$$$$(A)", "$$(A)"},
      {"$(EMPTY)", ""},
      {"$(NONE)", "$(NONE)"},
      {"$(REF)", "$(A)"},
      {"$A ${A}", "$A ${A}"},
      {"$(A", "$(A"},
      {"$(", "$("},
      {"$", "$"},
      {"a$", "a$"},
      {"$$", "$"},
      {"$()", "$()"},
      {"$($(A))", "$($(A))"},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(expand(c.text, lookup) == c.expanded);
  }
}

TEST_CASE("variables of services") {
  using Service = core::Service;
  const auto service = [](const std::string& json) {
    return std::make_shared<const Service>(api::parse<Service>(json).value());
  };
  const std::vector<std::shared_ptr<const Service>> masters = {
      service(R"({"metadata":{"name":"kubernetes","namespace":"default"},
                  "spec":{"clusterIP":"10.96.0.1","ports":[{"name":"https","port":443}]}})"),
      service(R"({"metadata":{"name":"other","namespace":"default"},
                  "spec":{"clusterIP":"10.96.0.2","ports":[{"port":1}]}})")};
  const std::vector<std::shared_ptr<const Service>> own = {
      service(R"({"metadata":{"name":"my-db"},"spec":{"clusterIP":"fd00::5",
                  "ports":[{"name":"sql-main","port":5432,"protocol":"TCP"},{"name":"q","port":53,"protocol":"UDP"}]}})"),
      service(R"({"metadata":{"name":"headless"},"spec":{"clusterIP":"None","ports":[{"port":80}]}})")};

  const auto all = service_variables(own, masters, true);
  CHECK(all.at("KUBERNETES_SERVICE_HOST") == "10.96.0.1");
  CHECK(all.at("KUBERNETES_SERVICE_PORT") == "443");
  CHECK(all.at("KUBERNETES_SERVICE_PORT_HTTPS") == "443");
  CHECK(all.at("KUBERNETES_PORT") == "tcp://10.96.0.1:443");
  CHECK(all.at("KUBERNETES_PORT_443_TCP") == "tcp://10.96.0.1:443");
  CHECK(all.at("KUBERNETES_PORT_443_TCP_PROTO") == "tcp");
  CHECK(all.at("KUBERNETES_PORT_443_TCP_PORT") == "443");
  CHECK(all.at("KUBERNETES_PORT_443_TCP_ADDR") == "10.96.0.1");
  CHECK(all.at("MY_DB_SERVICE_HOST") == "fd00::5");
  CHECK(all.at("MY_DB_SERVICE_PORT") == "5432");
  CHECK(all.at("MY_DB_SERVICE_PORT_SQL_MAIN") == "5432");
  CHECK(all.at("MY_DB_PORT_53_UDP") == "udp://[fd00::5]:53");
  CHECK_FALSE(all.contains("HEADLESS_SERVICE_HOST"));
  CHECK_FALSE(all.contains("OTHER_SERVICE_HOST"));
  CHECK(service_variables(own, masters, false).size() == 8);
}
