#include "controllers/deployment/scaling.hpp"
#include <catch2/catch.hpp>
#include "controllers/deployment/revision.hpp"
#include "controllers/deployment/testing.hpp"

namespace controllers::deployment {
namespace {

using testing::deployment;
using testing::sets;
using testing::Shape;

/// "web-2:4 web-1:6": the steps of a plan.
std::string text(const std::vector<ScaleStep>& steps) {
  std::string out;
  for (const auto& s : steps)
    out += (out.empty() ? "" : " ") + s.set->metadata.name + ":" + std::to_string(s.to);
  return out;
}

}  // namespace

TEST_CASE("fenceposts round surge up and unavailability down") {
  auto check = [](int replicas, api::IntOrString surge, api::IntOrString unavailable, int s, int u) {
    const auto f = fenceposts(deployment(replicas, surge, unavailable));
    CHECK(f.surge == s);
    CHECK(f.unavailable == u);
  };
  check(3, std::string("25%"), std::string("25%"), 1, 0);
  check(10, std::string("25%"), std::string("25%"), 3, 2);
  check(10, 0, 0, 0, 1);
  check(1, 0, std::string("10%"), 0, 1);
  check(2, 1, 5, 1, 2);
  check(0, 1, 1, 1, 0);
  auto recreate = deployment(4, 1, 1);
  recreate.spec.strategy->type = "Recreate";
  CHECK(fenceposts(recreate).surge == 0);
  CHECK(fenceposts(recreate).unavailable == 0);
}

TEST_CASE("a rolling step") {
  const auto d = deployment(10, 2, 2);
  // The current set grows into the surge first.
  CHECK(text(plan_rolling(d, sets({0, 0}, {{10, 10}}))) == "current:2");
  // At the limit, the old ones shrink to what must stay available: 12 pods, 8 must stay, 2 new ones not
  // available.
  CHECK(text(plan_rolling(d, sets({2, 0}, {{10, 10}}))) == "old0:8");
  CHECK(text(plan_rolling(d, sets({4, 2}, {{8, 8}}))) == "old0:6");
  // Nothing may move.
  CHECK(text(plan_rolling(d, sets({4, 0}, {{8, 8}}))).empty());
  // The current set is too large: the Deployment shrank.
  CHECK(text(plan_rolling(d, sets({12, 12}, {}))) == "current:10");
  CHECK(text(plan_rolling(d, sets({10, 10}, {}))).empty());
}

TEST_CASE("unhealthy old pods go first") {
  const auto d = deployment(10, 0, 2);
  CHECK(text(plan_rolling(d, sets({0, 0}, {{5, 5}, {5, 2}}))) == "old1:3");
  CHECK(text(plan_rolling(d, sets({0, 0}, {{10, 10}}))) == "old0:8");
}

TEST_CASE("a rollout never goes below the minimum and always ends") {
  for (const int surge : {0, 1, 3})
    for (const int unavailable : {0, 1, 4}) {
      const auto d = deployment(7, surge, unavailable);
      const auto f = fenceposts(d);
      int current = 0, old = 7, steps = 0;
      while (old > 0 || current < 7) {
        REQUIRE(++steps < 100);
        for (const auto& s : plan_rolling(d, sets({current, current}, {{old, old}})))
          (s.set->metadata.name == "current" ? current : old) = s.to;
        REQUIRE(current + old <= 7 + f.surge);
        REQUIRE(current + old >= 7 - f.unavailable);
      }
    }
}

TEST_CASE("a change of size") {
  SECTION("one active set takes it") {
    CHECK(text(plan_resize(deployment(5, 1, 1), sets({3, 3}, {{0, 0}}))) == "current:5");
    CHECK(text(plan_resize(deployment(0, 1, 1), sets({3, 3}, {}))) == "current:0");
    CHECK(text(plan_resize(deployment(5, 1, 1), sets({0, 0}, {{0, 0}}))) == "current:5");
  }
  SECTION("one that somebody else gave the size is noted, so that it no longer asks for one") {
    const auto s = sets({5, 5}, {}, 4, 3);
    CHECK(needs_resize(deployment(5, 1, 1), s));
    CHECK(text(plan_resize(deployment(5, 1, 1), s)) == "current:5");
    CHECK(text(plan_resize(deployment(5, 1, 1), sets({5, 5}, {}, 6, 5))).empty());
  }
  SECTION("a saturated current set empties the old ones") {
    auto s = sets({5, 5}, {{1, 1}, {2, 0}});
    auto current = *s.current;
    current.metadata.annotations[desired_replicas_annotation] = "5";
    s.current = std::make_shared<const ReplicaSet>(current);
    CHECK(text(plan_resize(deployment(5, 1, 1), s)) == "old0:0 old1:0");
  }
  SECTION("in proportion, the rest to the largest") {
    // 10 with surge 3 was 13 pods as 8 and 5; now 15 with surge 3 is 18.
    auto s = sets({5, 2}, {{8, 8}}, 13);
    CHECK(text(plan_resize(deployment(15, 3, 2), s)) == "old0:11 current:7");
    CHECK(text(plan_resize(deployment(5, 3, 2), s)) == "old0:5 current:3");
    CHECK(text(plan_resize(deployment(0, 3, 2), s)) == "old0:0 current:0");
  }
}

TEST_CASE("needs_resize looks at active sets that know another size") {
  auto s = sets({5, 2}, {{0, 0}}, 13, 10);
  CHECK_FALSE(needs_resize(deployment(10, 1, 1), s));
  CHECK(needs_resize(deployment(11, 1, 1), s));
  CHECK_FALSE(needs_resize(deployment(11, 1, 1), sets({5, 2}, {})));
}

}  // namespace controllers::deployment
