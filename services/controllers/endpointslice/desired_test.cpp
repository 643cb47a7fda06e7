#include "controllers/endpointslice/desired.hpp"
#include <catch2/catch.hpp>
#include "controllers/endpointslice/testing.hpp"

namespace controllers::endpointslice {

using testing::pod;
using testing::pod_ptr;
using testing::service;
using testing::zone_a;

namespace {

Endpoint only(const Desired& d) {
  REQUIRE(d.groups.size() == 1);
  REQUIRE(d.groups.begin()->second.endpoints.size() == 1);
  return d.groups.begin()->second.endpoints.begin()->second;
}

Endpoint endpoint(const Service& s, backends::Pod p) {
  return only(desired_endpoints(s, {std::make_shared<const backends::Pod>(std::move(p))}, zone_a, false));
}

}  // namespace

TEST_CASE("what an endpoint says of its pod") {
  const auto e = endpoint(service(), pod(1));
  CHECK(e.addresses == std::vector<std::string>{"10.0.0.1"});
  CHECK(e.node_name == "node");
  CHECK(e.zone == "zone-a");
  CHECK(e.target_ref->name == "web-1");
  CHECK_FALSE(e.hints.has_value());
  const auto six = desired_endpoints(service(), {pod_ptr(1)}, zone_a, true);
  CHECK(only(six).addresses == std::vector<std::string>{"fd00::1"});
}

TEST_CASE("conditions") {
  struct Row {
    bool pod_ready, deleting, publish;
    bool ready, serving, terminating;
  };
  for (const Row& row :
       {Row{true, false, false, true, true, false}, Row{false, false, false, false, false, false},
        Row{true, true, false, false, true, true}, Row{false, true, false, false, false, true},
        Row{false, false, true, true, false, false}, Row{true, true, true, true, true, true}}) {
    auto s = service();
    s.spec.publish_not_ready_addresses = row.publish;
    auto p = pod(1, row.pod_ready);
    if (row.deleting) p.metadata.deletion_timestamp = api::Time{};
    const auto e = endpoint(s, p);
    CHECK(e.conditions->ready == row.ready);
    CHECK(e.conditions->serving == row.serving);
    CHECK(e.conditions->terminating == row.terminating);
  }
}

TEST_CASE("hints by trafficDistribution, of ready endpoints only") {
  auto s = service();
  s.spec.traffic_distribution = "PreferClose";
  CHECK(endpoint(s, pod(1)).hints->for_zones.at(0).name == "zone-a");
  CHECK_FALSE(endpoint(s, pod(1, false)).hints.has_value());
  s.spec.traffic_distribution = "PreferSameNode";
  CHECK(endpoint(s, pod(1)).hints->for_nodes.at(0).name == "node");
}

TEST_CASE("pods of other port numbers are groups of their own") {
  const auto d =
      desired_endpoints(service(), {pod_ptr(1), pod_ptr(2), pod_ptr(3, true, 9090)}, zone_a, false);
  CHECK(d.groups.size() == 2);
  CHECK(d.groups.at("http/TCP/8080/\n").endpoints.size() == 2);
  CHECK(d.groups.at("http/TCP/9090/\n").ports.at(0).port == 9090);
}

TEST_CASE("a pod on a node that is not known is left out") {
  const ZoneOf nowhere = [](const std::string&) { return std::nullopt; };
  auto s = service();
  const auto d = desired_endpoints(s, {pod_ptr(1)}, nowhere, false);
  CHECK(d.groups.empty());
  CHECK(d.missing_nodes);
  s.spec.publish_not_ready_addresses = true;
  CHECK(only(desired_endpoints(s, {pod_ptr(1)}, nowhere, false)).zone.empty());
}

TEST_CASE("finished pods and pods without an address make no endpoints") {
  auto done = pod(1), fresh = pod(2);
  done.status.phase = "Succeeded";
  fresh.status.pod_ip.clear();
  fresh.status.pod_ips.clear();
  const auto d = desired_endpoints(
      service(), {std::make_shared<const backends::Pod>(done), std::make_shared<const backends::Pod>(fresh)},
      zone_a, false);
  CHECK(d.groups.empty());
}

}  // namespace controllers::endpointslice
