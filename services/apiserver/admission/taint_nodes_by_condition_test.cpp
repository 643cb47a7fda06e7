#include <catch2/catch.hpp>
#include "apiserver/admission/testing.hpp"

using namespace apiserver::admission;
using testing::Write;

TEST_CASE("a new node starts tainted, once") {
  const auto plugin = taint_nodes_by_condition({});
  Write w(Operation::create, "", "nodes",
          R"({"metadata":{"name":"n"},"spec":{"taints":[{"key":"a","effect":"NoSchedule"}]}})");
  CHECK(w.run(*plugin).empty());
  CHECK(w.run(*plugin).empty());
  const auto& taints = w.object["spec"].at("taints").as_array();
  REQUIRE(taints.size() == 2);
  CHECK(taints[1].at("key") == "node.kubernetes.io/not-ready");
}
