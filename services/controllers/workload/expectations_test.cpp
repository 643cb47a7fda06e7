#include "controllers/workload/expectations.hpp"
#include <catch2/catch.hpp>

namespace controllers::workload {

TEST_CASE("expectations hold until everything was seen") {
  base::ManualClock clock;
  Expectations e;
  CHECK(e.satisfied("ns/web", clock.now()));
  e.expect_creations("ns/web", 2, clock.now());
  CHECK_FALSE(e.satisfied("ns/web", clock.now()));
  CHECK(e.satisfied("ns/other", clock.now()));
  e.creation_observed("ns/web");
  CHECK_FALSE(e.satisfied("ns/web", clock.now()));
  e.creation_observed("ns/web");
  CHECK(e.satisfied("ns/web", clock.now()));

  e.expect_deletions("ns/web", {"ns/a", "ns/b"}, clock.now());
  e.deletion_observed("ns/web", "ns/a");
  e.deletion_observed("ns/web", "ns/a");
  CHECK_FALSE(e.satisfied("ns/web", clock.now()));
  e.deletion_observed("ns/web", "ns/b");
  CHECK(e.satisfied("ns/web", clock.now()));
}

TEST_CASE("expectations expire") {
  base::ManualClock clock;
  Expectations e;
  e.expect_creations("ns/web", 1, clock.now());
  clock.advance(Expectations::timeout);
  CHECK_FALSE(e.satisfied("ns/web", clock.now()));
  clock.advance(std::chrono::seconds(1));
  CHECK(e.satisfied("ns/web", clock.now()));
}

}  // namespace controllers::workload
