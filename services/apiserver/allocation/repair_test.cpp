#include "apiserver/allocation/repair.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace apiserver::allocation;

namespace {

void add(Holdings& holdings, const char* service) {
  add_held(holdings, boost::json::parse(service).as_object());
}

}  // namespace

TEST_CASE("what a service holds") {
  Holdings held;
  add(held, R"({"metadata":{"namespace":"a","name":"x"},"spec":{"type":"NodePort","clusterIP":"10.0.0.7",
               "clusterIPs":["10.0.0.7","fd00::7"],"ports":[{"port":80,"nodePort":30080}]}})");
  add(held, R"({"metadata":{"namespace":"a","name":"none"},"spec":{"type":"ClusterIP","clusterIP":"None"}})");
  add(held, R"({"metadata":{"namespace":"a","name":"out"},"spec":{"type":"ExternalName","clusterIP":""}})");
  CHECK(held.ips.size() == 2);
  CHECK(held.ips["fd00::7"].text() == "a/x");
  CHECK(held.ports.size() == 1);
  CHECK(held.ports[30080].text() == "a/x");
}

TEST_CASE("repair finds what is missing, leaked and disputed") {
  Holdings held, reserved;
  held.ips = {{"10.0.0.1", {"a", "x"}}, {"10.0.0.2", {"a", "y"}}, {"10.0.0.3", {"a", "z"}}};
  reserved.ips = {{"10.0.0.1", {"a", "x"}}, {"10.0.0.3", {"b", "z"}}, {"10.0.0.4", {"a", "gone"}}};
  held.ports = {{30001, {"a", "x"}}};
  reserved.ports = {{30002, {"a", "gone"}}};
  const auto plan = plan_repair(held, reserved);
  CHECK(plan.missing.ips.size() == 1);
  CHECK(plan.missing.ips.contains("10.0.0.2"));
  CHECK(plan.missing.ports.contains(30001));
  CHECK(plan.leaked.ips.size() == 2);
  CHECK(plan.leaked.ips.contains("10.0.0.4"));
  CHECK(plan.leaked.ports.contains(30002));
  // The wrong owner's reservation is leaked as well: once it is given up, the holder's is missing, and made.
  CHECK(plan.leaked.ips.contains("10.0.0.3"));
  CHECK(plan.disputed == std::vector<std::string>{"10.0.0.3 of a/z is reserved for b/z"});
}

TEST_CASE("nothing to repair") {
  Holdings held;
  held.ips = {{"10.0.0.1", {"a", "x"}}};
  const auto plan = plan_repair(held, held);
  CHECK(plan.missing.ips.empty());
  CHECK(plan.leaked.ips.empty());
  CHECK(plan.disputed.empty());
}
