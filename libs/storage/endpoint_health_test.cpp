#include "storage/endpoint_health.hpp"
#include <catch2/catch.hpp>

namespace storage {
namespace {

using namespace std::chrono_literals;
using Indexes = EndpointHealth::Indexes;

/// Three endpoints and a clock that is told.
struct Three {
  EndpointHealth health{3, {700ms, 800ms, 200ms, 1000ms}};
  EndpointHealth::Time now{std::chrono::hours(1)};

  std::size_t choose(std::vector<bool> tried = {false, false, false}) { return health.choose(now, tried); }
  Indexes due() { return health.due(now); }
  Indexes stalled() { return health.newly_stalled(now); }
  void answer(std::size_t index, bool answered = true) {
    health.asked(index);
    if (answered) health.heard(index, now);
  }
};

TEST_CASE("calls go to the first endpoint that is well", "[storage]") {
  Three t;
  CHECK(t.choose() == 0);
  CHECK(t.choose({true, false, false}) == 1);
  t.health.failed(0, t.now);
  CHECK(t.choose() == 1);
  t.health.failed(1, t.now);
  CHECK(t.choose() == 2);
  t.health.failed(2, t.now);
  // None is well: the one that was not tried for the longest time.
  for (const std::size_t wanted : {0, 1, 2, 0}) {
    t.now += 1ms;
    CHECK(t.choose() == wanted);
  }
  t.now += 1s;
  CHECK(t.choose() == 0);
  t.health.failed(0, t.now);
  t.health.heard(0, t.now);
  CHECK(t.choose() == 0);
}

TEST_CASE("an endpoint that nobody uses, or that answers, is asked nothing", "[storage]") {
  Three t;
  t.now += 1h;
  CHECK(t.due().empty());
  t.health.began(0, t.now);
  t.now += 699ms;
  CHECK(t.due().empty());
  t.health.heard(0, t.now);
  t.now += 600ms;
  CHECK(t.due().empty());
  t.health.ended(0);
  t.now += 1h;
  CHECK(t.due().empty());
}

TEST_CASE("a silent endpoint is suspect, and asked once at a time", "[storage]") {
  Three t;
  t.health.began(0, t.now);
  CHECK(t.choose() == 0);
  t.now += 700ms;
  CHECK(t.choose() == 1);
  CHECK(t.due() == Indexes{0, 1, 2});
  CHECK(t.due().empty());
  t.answer(1);
  t.answer(2);
  t.now += 799ms;
  CHECK(t.stalled().empty());
  t.answer(0);  // Slow, but alive.
  t.now += 1ms;
  CHECK(t.stalled().empty());
  CHECK(t.choose() == 0);
  t.now += 698ms;
  CHECK(t.due().empty());
  t.now += 1ms;
  CHECK(t.due() == Indexes{0, 1, 2});
}

TEST_CASE("who gives no sign of life while others do has stalled, until it gives one", "[storage]") {
  Three t;
  t.health.began(0, t.now);
  t.now += 700ms;
  CHECK(t.due().size() == 3);
  t.answer(1);
  t.answer(2);
  t.now += 800ms;
  t.answer(0, false);
  CHECK(t.stalled() == Indexes{0});
  CHECK(t.stalled().empty());
  CHECK(t.health.stalled(0));
  t.health.ended(0);
  CHECK(t.choose() == 1);
  t.health.failed(1, t.now);
  t.health.failed(2, t.now);
  CHECK(t.choose() == 2);
  CHECK(t.choose({false, true, true}) == 0);
  // Time does not help it; it is asked once a second.
  t.now += 199ms;
  CHECK(t.due().empty());
  t.now += 1ms;
  CHECK(t.due() == Indexes{0});
  t.answer(0, false);
  t.now += 1h;
  CHECK(t.choose() == 1);
  CHECK(t.due() == Indexes{0});
  t.answer(0);
  CHECK_FALSE(t.health.stalled(0));
  CHECK(t.choose() == 0);
}

TEST_CASE("when nobody answers nobody has stalled", "[storage]") {
  Three t;
  t.health.began(0, t.now);
  t.now += 700ms;
  for (int round = 0; round < 3; ++round) {
    CHECK(t.due().size() == 3);
    t.now += 800ms;
    CHECK(t.stalled().empty());
    for (std::size_t i = 0; i < 3; ++i)
      t.answer(i, false);
  }
  // An election ends, and all answer, one a little later.
  CHECK(t.due().size() == 3);
  t.answer(1);
  t.answer(2);
  t.now += 199ms;
  CHECK(t.stalled().empty());
  SECTION("so did the one in use") {
    t.answer(0);
    t.now += 1ms;
    CHECK(t.stalled().empty());
  }
  SECTION("but the one in use does not") {
    t.now += 1ms;
    CHECK(t.stalled() == Indexes{0});
  }
}

TEST_CASE("what it tells somebody else meanwhile is a sign of life", "[storage]") {
  Three t;
  t.health.began(0, t.now);
  t.now += 700ms;
  CHECK(t.due().size() == 3);
  t.answer(1);
  t.now += 100ms;
  t.health.heard(0, t.now);
  t.now += 700ms;
  t.answer(0, false);
  CHECK(t.stalled().empty());
}

TEST_CASE("nothing is broken off where nothing waits", "[storage]") {
  Three t;
  t.health.began(0, t.now);
  t.now += 700ms;
  CHECK(t.due().size() == 3);
  t.answer(0);
  t.answer(1);
  t.now += 1h;
  t.answer(2, false);
  CHECK(t.stalled().empty());
}

}  // namespace
}  // namespace storage
