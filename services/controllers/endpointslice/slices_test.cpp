#include "controllers/endpointslice/slices.hpp"
#include <catch2/catch.hpp>
#include "controllers/endpointslice/testing.hpp"

namespace controllers::endpointslice {

using testing::after;
using testing::pod_ptr;
using testing::pods;
using testing::service;
using testing::zone_a;

namespace {

Plan planned(const Service& s, const std::vector<PodPtr>& p, const std::vector<SlicePtr>& existing = {}) {
  return plan(s, p, zone_a, existing, std::nullopt, 100);
}

}  // namespace

TEST_CASE("a slice is the Service's") {
  auto s = service();
  const auto made =
      plan(s, pods(1, 2), zone_a, {}, base::SystemTime{std::chrono::seconds(1'700'000'000)}, 100);
  REQUIRE(made.create.size() == 1);
  const auto& slice = made.create[0];
  CHECK(slice.address_type == "IPv4");
  CHECK(slice.ports.at(0).name == "http");
  CHECK(slice.ports.at(0).port == 8080);
  CHECK(slice.endpoints.size() == 2);
  CHECK(slice.metadata.generate_name == "web-");
  CHECK(slice.metadata.labels ==
        std::map<std::string, std::string>{{"team", "a"}, {service_label, "web"}, {manager_label, manager}});
  CHECK(slice.metadata.owner_references.at(0).uid == s.metadata.uid);
  CHECK(slice.metadata.owner_references.at(0).controller == true);
  CHECK(slice.metadata.annotations.at("endpoints.kubernetes.io/last-change-trigger-time") ==
        "2023-11-14T22:13:20Z");
  const auto slices = after(made, {});
  CHECK(planned(s, pods(1, 2), slices).update.empty());
  s.metadata.labels["team"] = "b";
  CHECK(planned(s, pods(1, 2), slices).update.size() == 1);
}

TEST_CASE("a headless Service") {
  auto s = service();
  s.spec.cluster_ip = "None";
  s.spec.ip_families = {"IPv4", "IPv6"};
  const auto made = planned(s, pods(1, 1));
  REQUIRE(made.create.size() == 2);
  CHECK(made.create[0].metadata.labels.contains(headless_label));
  CHECK(made.create[1].endpoints.at(0).addresses.at(0) == "fd00::1");
  s.spec.ports.clear();
  const auto portless = planned(s, pods(1, 2));
  CHECK(portless.create.at(0).endpoints.size() == 2);
  CHECK(portless.create.at(0).ports.empty());
}

TEST_CASE("address types") {
  auto s = service();
  s.spec.ip_families.clear();
  CHECK(address_types(s) == std::vector<std::string>{"IPv4"});
  s.spec.cluster_ip = "fd00::1";
  CHECK(address_types(s) == std::vector<std::string>{"IPv6"});
  s.spec.cluster_ip = "None";
  CHECK(address_types(s) == std::vector<std::string>{"IPv4", "IPv6"});
}

TEST_CASE("without endpoints one empty slice stays, and is used again") {
  const auto s = service();
  auto slices = after(planned(s, {}), {});
  REQUIRE(slices.size() == 1);
  CHECK(slices[0]->endpoints.empty());
  const auto again = planned(s, {}, slices);
  CHECK((again.create.empty() && again.update.empty() && again.remove.empty()));

  const auto filled = planned(s, pods(1, 1), slices);
  CHECK((filled.create.empty() && filled.remove.empty()));
  REQUIRE(filled.update.size() == 1);
  CHECK(filled.update[0].metadata.name == slices[0]->metadata.name);
  slices = after(filled, slices);

  const auto emptied = planned(s, {}, slices);
  REQUIRE(emptied.update.size() == 1);
  CHECK(emptied.update[0].endpoints.empty());
  CHECK(emptied.update[0].ports.empty());
}

TEST_CASE("other ports take over the slices of the old ones") {
  const auto s = service();
  const auto slices = after(planned(s, pods(1, 1)), {});
  const auto moved = planned(s, {pod_ptr(1, true, 9090)}, slices);
  CHECK((moved.create.empty() && moved.remove.empty()));
  REQUIRE(moved.update.size() == 1);
  CHECK(moved.update[0].ports.at(0).port == 9090);
}

TEST_CASE("a Service made again under its name takes over the slices") {
  auto s = service();
  const auto slices = after(planned(s, pods(1, 1)), {});
  s.metadata.uid = "another";
  const auto taken = planned(s, pods(1, 1), slices);
  REQUIRE(taken.update.size() == 1);
  CHECK(taken.update[0].metadata.owner_references.at(0).uid == "another");
  CHECK((taken.create.empty() && taken.remove.empty()));
}

TEST_CASE("slices of a family that the Service lost go") {
  auto s = service();
  s.spec.ip_families = {"IPv4", "IPv6"};
  const auto slices = after(planned(s, pods(1, 1)), {});
  REQUIRE(slices.size() == 2);
  s.spec.ip_families = {"IPv4"};
  const auto less = planned(s, pods(1, 1), slices);
  REQUIRE(less.remove.size() == 1);
  CHECK(less.remove[0]->address_type == "IPv6");
  CHECK((less.create.empty() && less.update.empty()));
}

TEST_CASE("a Service that is being deleted gets no new slices") {
  auto s = service();
  s.metadata.deletion_timestamp = api::Time{};
  CHECK(planned(s, pods(1, 1)).create.empty());
}

}  // namespace controllers::endpointslice
