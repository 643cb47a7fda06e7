#include "node-agent/probes/probe_worker.hpp"
#include <catch2/catch.hpp>

using namespace node_agent::probes;
using namespace std::chrono_literals;
using Step = ProbeWorker::Step;

namespace {

const base::SystemTime t0{1000s};

Subject running(std::string id, bool started = true) {
  Subject s;
  s.container_id = std::move(id);
  s.running = true;
  s.started = started;
  s.started_at = t0;
  return s;
}

Timing timing(int success, int failure) {
  Timing t;
  t.success_threshold = success;
  t.failure_threshold = failure;
  return t;
}

}  // namespace

TEST_CASE("a probe's defaults are upstream's") {
  const Timing t = Timing::of({});
  CHECK(t.initial_delay == 0s);
  CHECK(t.period == 10s);
  CHECK(t.timeout == 1s);
  CHECK(t.success_threshold == 1);
  CHECK(t.failure_threshold == 3);
}

TEST_CASE("readiness follows the thresholds both ways") {
  ProbeWorker w(Kind::readiness, timing(2, 2));
  REQUIRE(w.step(running("a"), t0) == Step::probe);
  CHECK(w.result() == Outcome::failure);
  CHECK_FALSE(w.observe("a", Outcome::success));
  CHECK_FALSE(w.observe("a", Outcome::unknown));  // an attempt that could not be made breaks no series
  CHECK(w.observe("a", Outcome::success));
  CHECK(w.result() == Outcome::success);
  CHECK_FALSE(w.observe("a", Outcome::failure));
  CHECK_FALSE(w.observe("a", Outcome::success));
  CHECK_FALSE(w.observe("a", Outcome::failure));
  CHECK(w.observe("a", Outcome::failure));
  CHECK(w.result() == Outcome::failure);
  CHECK(w.step(running("a"), t0) == Step::probe);  // readiness never gives up
}

TEST_CASE("a failed liveness probe is silent until the container is replaced") {
  ProbeWorker w(Kind::liveness, timing(1, 2));
  REQUIRE(w.step(running("a"), t0) == Step::probe);
  CHECK(w.result() == Outcome::success);
  w.observe("a", Outcome::failure);
  CHECK(w.observe("a", Outcome::failure));
  CHECK(w.result() == Outcome::failure);
  CHECK(w.step(running("a"), t0) == Step::wait);
  CHECK(w.step(running("b"), t0) == Step::probe);
  CHECK(w.result() == Outcome::success);
  CHECK_FALSE(w.observe("a", Outcome::failure));  // a late answer about the old one
}

TEST_CASE("the initial delay counts from the start of the container") {
  Timing t = timing(1, 1);
  t.initial_delay = 5s;
  ProbeWorker w(Kind::liveness, t);
  CHECK(w.step(running("a"), t0 + 4s) == Step::wait);
  CHECK(w.step(running("a"), t0 + 5s) == Step::probe);
}

TEST_CASE("the other probes wait for the startup probe, which ends with its success") {
  ProbeWorker startup(Kind::startup, timing(1, 3)), readiness(Kind::readiness, timing(1, 1));
  CHECK(startup.step(running("a", false), t0) == Step::probe);
  CHECK(readiness.step(running("a", false), t0) == Step::wait);
  CHECK(startup.observe("a", Outcome::success));
  CHECK(startup.step(running("a", true), t0) == Step::wait);
  CHECK(readiness.step(running("a", true), t0) == Step::probe);
}

TEST_CASE("an ended container is not ready, and not probed") {
  ProbeWorker w(Kind::readiness, timing(1, 1));
  CHECK(w.step(running("a"), t0) == Step::probe);
  w.observe("a", Outcome::success);
  Subject ended = running("a");
  ended.running = false;
  CHECK(w.step(ended, t0) == Step::wait);
  CHECK(w.result() == Outcome::failure);
  ended.will_restart = false;
  CHECK(w.step(ended, t0) == Step::stop);
}

TEST_CASE("a terminating pod keeps only its readiness probe") {
  Subject s = running("a");
  s.pod_terminating = true;
  ProbeWorker liveness(Kind::liveness, timing(1, 1)), readiness(Kind::readiness, timing(1, 1));
  CHECK(liveness.step(s, t0) == Step::stop);
  CHECK(readiness.step(s, t0) == Step::probe);
}

TEST_CASE("a container that was ready before a restart of the agent stays so until a probe fails") {
  ProbeWorker w(Kind::readiness, timing(1, 1));
  w.resume("a", Outcome::success);
  CHECK(w.step(running("a"), t0) == Step::probe);
  CHECK(w.result() == Outcome::success);
  CHECK(w.observe("a", Outcome::failure));
}
