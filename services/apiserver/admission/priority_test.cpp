#include <catch2/catch.hpp>
#include "apiserver/admission/system_priority_classes.hpp"
#include "apiserver/admission/testing.hpp"

using namespace apiserver::admission;
using testing::object;
using testing::Write;

namespace {
const auto plugin = priority({});
void add_class(Write& w, const char* text) {
  w.lookup.put("scheduling.k8s.io", "priorityclasses", object(text));
}
std::string pod(const std::string& spec) {
  return R"({"metadata":{"name":"p","namespace":"n"},"spec":)" + spec + "}";
}
std::int64_t value(Write& w) {
  return api::get_int(w.object, {"spec", "priority"}).value_or(-1);
}
}  // namespace

TEST_CASE("a pod's class becomes a number") {
  Write w(Operation::create, "", "pods", pod(R"({"priorityClassName":"high"})"));
  CHECK(w.run(*plugin) == "pods \"p\" is forbidden: no PriorityClass with name high was found");
  add_class(w, R"({"metadata":{"name":"high"},"value":1000,"preemptionPolicy":"Never"})");
  CHECK(w.run(*plugin).empty());
  CHECK(value(w) == 1000);
  CHECK(api::get_string(w.object, {"spec", "preemptionPolicy"}) == "Never");
}

TEST_CASE("without a class the default counts, else zero") {
  Write none(Operation::create, "", "pods", pod("{}"));
  CHECK(none.run(*plugin).empty());
  CHECK(value(none) == 0);
  CHECK(api::get_string(none.object, {"spec", "preemptionPolicy"}) == "PreemptLowerPriority");
  Write w(Operation::create, "", "pods", pod("{}"));
  add_class(w, R"({"metadata":{"name":"b"},"value":20,"globalDefault":true})");
  add_class(w, R"({"metadata":{"name":"a"},"value":30,"globalDefault":true})");
  CHECK(w.run(*plugin).empty());
  CHECK(value(w) == 20);
  CHECK(api::get_string(w.object, {"spec", "priorityClassName"}) == "b");
}

TEST_CASE("the system's classes are always known") {
  Write w(Operation::create, "", "pods", pod(R"({"priorityClassName":"system-node-critical"})"));
  CHECK(w.run(*plugin).empty());
  CHECK(value(w) == 2'000'001'000);
  CHECK(system_priority_classes().size() == 2);
}

TEST_CASE("a number of one's own is refused unless it agrees") {
  Write w(Operation::create, "", "pods", pod(R"({"priority":5})"));
  CHECK(w.run(*plugin) ==
        "pods \"p\" is forbidden: the integer value of priority (5) must not be provided in pod spec; "
        "priority admission "
        "controller computed 0 from the given PriorityClass name");
  Write same(Operation::create, "", "pods", pod(R"({"priority":0})"));
  CHECK(same.run(*plugin).empty());
}

TEST_CASE("an update keeps what was computed") {
  Write w(Operation::update, "", "pods", pod("{}"));
  w.old(pod(R"({"priority":7,"preemptionPolicy":"Never"})"));
  CHECK(w.run(*plugin).empty());
  CHECK(value(w) == 7);
}

TEST_CASE("one default class is enough") {
  Write w(Operation::create, "scheduling.k8s.io", "priorityclasses",
          R"({"metadata":{"name":"b"},"globalDefault":true})");
  CHECK(w.run(*plugin).empty());
  add_class(w, R"({"metadata":{"name":"a"},"globalDefault":true})");
  CHECK(w.run(*plugin) ==
        "priorityclasses.scheduling.k8s.io \"b\" is forbidden: PriorityClass a is already marked as "
        "default. Only one default can exist");
}
