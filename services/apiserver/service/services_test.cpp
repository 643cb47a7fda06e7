#include <catch2/catch.hpp>
#include "apiserver/service/testing.hpp"

/// Services and what they draw from the ranges, end to end.
namespace apiserver {
namespace {

using base::Awaitable;
using testing::Answer;
using testing::Cluster;
using testing::with_cluster;

const std::string services = "/api/v1/namespaces/default/services";
const std::string addresses = "/apis/networking.k8s.io/v1/ipaddresses";

std::string service(const std::string& name, const std::string& spec) {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{"ports":[{"port":80}],"selector":{"a":"b"})" +
         spec + "}}";
}

TEST_CASE("a service is given an address, which is nobody else's until it goes") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    const auto created = co_await admin.post(services, service("web", ""));
    REQUIRE(created.status == 201);
    const auto ip = created.at("spec", "clusterIP");
    CHECK(ip.starts_with("10.96."));
    const auto reserved = co_await admin.get(addresses + "/" + ip);
    CHECK(reserved.at("spec", "parentRef", "name") == "web");
    const auto same = co_await admin.post(services, service("thief", R"(,"clusterIP":")" + ip + "\""));
    CHECK(same.status == 422);
    CHECK(same.message().find("provided IP is already allocated") != std::string::npos);
    const auto outside = co_await admin.post(services, service("out", R"(,"clusterIP":"192.168.0.1")"));
    CHECK(outside.status == 422);
    const auto headless = co_await admin.post(services, service("headless", R"(,"clusterIP":"None")"));
    CHECK(headless.at("spec", "clusterIP") == "None");
    const auto dry = co_await admin.post(services + "?dryRun=All", service("dry", ""));
    CHECK(dry.status == 201);
    const auto before = co_await admin.get(addresses);
    const auto gone = co_await admin.send("DELETE", services + "/web", "");
    CHECK(gone.status == 200);
    const auto released = co_await admin.get(addresses + "/" + ip);
    CHECK(released.status == 404);
    const auto second = co_await admin.post(services, service("second", R"(,"clusterIP":")" + ip + "\""));
    CHECK(second.status == 201);
    // The dry run reserved nothing: those of "kubernetes" and "web" were all.
    CHECK(before.json().at("items").as_array().size() == 2);
  });
}

TEST_CASE("node ports are given, asked for, and given back") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    const auto port_of = [](const Answer& a) {
      return a.json().at("spec").at("ports").at(0).at("nodePort").to_number<int>();
    };
    const auto created = co_await admin.post(services, service("web", R"(,"type":"NodePort")"));
    REQUIRE(created.status == 201);
    const auto port = port_of(created);
    CHECK(port >= 30000);
    CHECK(port <= 32767);
    const auto named = [&](const char* name) {
      return R"({"metadata":{"name":")" + std::string(name) +
             R"("},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":)" + std::to_string(port) +
             "}]}}";
    };
    const auto taken = co_await admin.post(services, named("other"));
    CHECK(taken.status == 422);
    CHECK(taken.message().find("provided port is already allocated") != std::string::npos);
    // Without its type a service gives its port back.
    const auto changed = co_await admin.send("PATCH", services + "/web",
                                             R"({"spec":{"type":"ClusterIP","ports":[{"port":80}]}})");
    CHECK(changed.status == 200);
    const auto now_free = co_await admin.post(services, named("other"));
    CHECK(now_free.status == 201);
  });
}

}  // namespace
}  // namespace apiserver
