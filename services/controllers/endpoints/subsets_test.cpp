#include "controllers/endpoints/subsets.hpp"
#include <catch2/catch.hpp>
#include "controllers/endpoints/testing.hpp"

namespace controllers::endpoints {

using testing::pod;
using testing::service;

namespace {

PodPtr shared(backends::Pod p) {
  return std::make_shared<const backends::Pod>(std::move(p));
}

/// "http=80,https=443: 10.0.0.1 10.0.0.2 !10.0.0.3", a subset a line; "!" is not ready.
std::string text(const std::vector<EndpointSubset>& subsets) {
  std::string out;
  for (const auto& s : subsets) {
    for (const auto& p : s.ports)
      out += (&p == &s.ports.front() ? "" : ",") + p.name + "=" + std::to_string(p.port);
    out += ":";
    for (const auto& a : s.addresses)
      out += " " + a.ip;
    for (const auto& a : s.not_ready_addresses)
      out += " !" + a.ip;
    out += "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("ports with the same addresses share a subset") {
  auto s = service();
  auto& admin = s.spec.ports.emplace_back();
  admin.name = "admin";
  admin.protocol = "TCP";
  admin.port = 81;
  CHECK(text(subsets_of(s, {shared(pod(2)), shared(pod(1)), shared(pod(3, false))})) ==
        "admin=81,http=8080: 10.0.0.1 10.0.0.2 !10.0.0.3\n");
  CHECK(text(subsets_of(s, {shared(pod(1)), shared(pod(2, true, 9090))})) ==
        "admin=81: 10.0.0.1 10.0.0.2\nhttp=8080: 10.0.0.1\nhttp=9090: 10.0.0.2\n");
  CHECK(subsets_of(s, {}).empty());
}

TEST_CASE("pods that are being deleted, not ready pods, headless Services") {
  auto s = service();
  auto going = pod(1), starting = pod(2, false);
  going.metadata.deletion_timestamp = api::Time{};
  CHECK(text(subsets_of(s, {shared(going), shared(starting)})) == "http=8080: !10.0.0.2\n");
  s.spec.publish_not_ready_addresses = true;
  CHECK(text(subsets_of(s, {shared(going), shared(starting)})) == "http=8080: 10.0.0.1 10.0.0.2\n");
  s.spec.cluster_ip = "None";
  s.spec.ports.clear();
  CHECK(text(subsets_of(s, {shared(pod(1))})) == ": 10.0.0.1\n");
}

TEST_CASE("only the first address family") {
  auto s = service();
  auto p = pod(1);
  p.status.pod_ips.resize(2);
  p.status.pod_ips[0].ip = "10.0.0.1";
  p.status.pod_ips[1].ip = "fd00::1";
  s.spec.ip_families = {"IPv6", "IPv4"};
  CHECK(text(subsets_of(s, {shared(p)})) == "http=8080: fd00::1\n");
}

TEST_CASE("over capacity") {
  const auto subset = [](std::size_t ready, std::size_t not_ready) {
    EndpointSubset s;
    s.addresses.resize(ready);
    s.not_ready_addresses.resize(not_ready);
    return s;
  };
  struct Row {
    std::vector<EndpointSubset> before, after;
    bool cut;
  };
  for (auto& row : std::vector<Row>{{{subset(5, 5)}, {subset(5, 5)}, false},
                                    {{subset(6, 8)}, {subset(6, 4)}, true},
                                    {{subset(20, 3), subset(10, 3)}, {subset(7, 0), subset(3, 0)}, true},
                                    {{subset(2, 10), subset(2, 10)}, {subset(2, 3), subset(2, 3)}, true}}) {
    CHECK(truncate(row.before, 10) == row.cut);
    CHECK(row.before == row.after);
  }
}

TEST_CASE("labels and annotations") {
  auto s = service();
  Endpoints held;
  held.metadata.annotations = {{"theirs", "x"}, {over_capacity_annotation, "truncated"}};
  const auto next = next_endpoints(held, s, {shared(pod(1))});
  CHECK(next.metadata.name == "web");
  CHECK(next.metadata.labels == std::map<std::string, std::string>{{"team", "a"}, {manager_label, manager}});
  CHECK(next.metadata.annotations == std::map<std::string, std::string>{{"theirs", "x"}});
  CHECK(next_endpoints(next, s, {shared(pod(1))}) == next);
  s.spec.cluster_ip = "None";
  CHECK(next_endpoints(next, s, {}).metadata.labels.contains(headless_label));
  std::vector<PodPtr> many;
  for (int i = 0; i <= 1000; ++i) {
    auto p = pod(1);
    p.metadata.uid = std::to_string(i);
    many.push_back(shared(p));
  }
  const auto full = next_endpoints(held, s, many);
  CHECK(full.metadata.annotations.at(over_capacity_annotation) == "truncated");
}

}  // namespace controllers::endpoints
