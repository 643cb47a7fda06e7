#include <catch2/catch.hpp>
#include "apiserver/admission/testing.hpp"

using namespace apiserver::admission;
using testing::Write;

namespace {
const auto plugin = namespace_lifecycle({});
constexpr auto pod = R"({"metadata":{"name":"p","namespace":"n"}})";
}  // namespace

TEST_CASE("a namespace must be there, and stay") {
  Write w(Operation::create, "", "pods", pod);
  CHECK(w.run(*plugin) == "namespaces \"n\" not found");
  CHECK(plugin->admit(w.a, w.context).error().may_be_stale);
  w.lookup.put("", "namespaces", testing::object(R"({"metadata":{"name":"n"},"status":{"phase":"Active"}})"));
  CHECK(w.run(*plugin).empty());
  w.lookup.put("", "namespaces",
               testing::object(R"({"metadata":{"name":"n"},"status":{"phase":"Terminating"}})"));
  CHECK(
      w.run(*plugin) ==
      "pods \"p\" is forbidden: unable to create new content in namespace n because it is being terminated");
  w.a.operation = Operation::update;
  CHECK(w.run(*plugin).empty());
}

TEST_CASE("some namespaces cannot be deleted") {
  Write w(Operation::remove, "", "namespaces", R"({"metadata":{"name":"default"}})");
  CHECK(w.run(*plugin) == "namespaces \"default\" is forbidden: this namespace may not be deleted");
  Write other(Operation::remove, "", "namespaces", R"({"metadata":{"name":"mine"}})");
  CHECK(other.run(*plugin).empty());
}

TEST_CASE("deletes and cluster-scoped writes pass") {
  Write gone(Operation::remove, "", "pods", pod);
  CHECK(gone.run(*plugin).empty());
  Write node(Operation::create, "", "nodes", R"({"metadata":{"name":"x"}})");
  CHECK(node.run(*plugin).empty());
}
