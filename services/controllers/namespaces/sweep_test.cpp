#include "controllers/namespaces/sweep.hpp"
#include <catch2/catch.hpp>
#include "api/typed.hpp"

namespace controllers::namespaces {
namespace {

using namespace std::chrono_literals;
const base::SystemTime start{1'700'000'000s};

std::string said(const std::vector<NamespaceCondition>& conditions, const std::string& type) {
  for (const auto& c : conditions)
    if (c.type == type) return c.status + " " + c.reason + ": " + c.message;
  return "none";
}

}  // namespace

TEST_CASE("what a list says about what is left") {
  CHECK_FALSE(remains_of("pods.", *api::parse_typed_json(R"({"items":[]})"), true));
  const auto list = *api::parse_typed_json(R"({"metadata":{"remainingItemCount":7},"items":[
    {"metadata":{"name":"a"},"spec":{"terminationGracePeriodSeconds":40}},
    {"metadata":{"name":"b","finalizers":["x/y","z"]},"spec":{"terminationGracePeriodSeconds":30}}]})");
  const auto r = remains_of("pods.", list, true);
  REQUIRE(r);
  CHECK(r->count == 9);
  CHECK(r->seconds == 40);
  CHECK(r->finalizers == std::map<std::string, std::int64_t>{{"x/y", 1}, {"z", 1}});
  CHECK(remains_of("widgets.example.com", list, false)->seconds == 15);
}

TEST_CASE("conditions tell what keeps a namespace") {
  Sweep s;
  s.remains = {{"pods.", 2, {}, 30}, {"configmaps.", 1, {{"keep", 1}}, 15}};
  s.deletion_failures = {"secrets.: no"};
  auto c = next_conditions({}, s, start);
  CHECK(c.size() == 5);
  CHECK(said(c, "NamespaceContentRemaining") ==
        "True SomeResourcesRemain: Some resources are remaining: pods. has 2 resource instances, "
        "configmaps. has 1 resource instances");
  CHECK(
      said(c, "NamespaceFinalizersRemaining") ==
      "True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: keep in 1 resource "
      "instances");
  CHECK(said(c, "NamespaceDeletionContentFailure").starts_with("True ContentDeletionFailed"));
  CHECK(said(c, "NamespaceDeletionDiscoveryFailure").starts_with("False ResourcesDiscovered"));
  CHECK(look_again_after(s) == 16s);

  CHECK(next_conditions(c, s, start + 1h) == c);
  const auto done = next_conditions(c, Sweep{}, start + 1h);
  CHECK(said(done, "NamespaceContentRemaining") == "False ContentRemoved: All content successfully removed");
  for (const auto& condition : done)
    CHECK((condition.last_transition_time->at == start) ==
          (condition.type == "NamespaceDeletionDiscoveryFailure" ||
           condition.type == "NamespaceDeletionGroupVersionParsingFailure"));
}

}  // namespace controllers::namespaces
