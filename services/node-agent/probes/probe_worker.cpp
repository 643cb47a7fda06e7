#include "node-agent/probes/probe_worker.hpp"

namespace node_agent::probes {

namespace {

Outcome initial_result(Kind kind) noexcept {
  switch (kind) {
    case Kind::readiness:
      return Outcome::failure;
    case Kind::liveness:
      return Outcome::success;
    case Kind::startup:
      break;
  }
  return Outcome::unknown;
}

}  // namespace

std::string_view name_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::readiness:
      return "Readiness";
    case Kind::liveness:
      return "Liveness";
    case Kind::startup:
      break;
  }
  return "Startup";
}

Timing Timing::of(const api::core::v1::Probe& probe) {
  Timing t;
  const auto at_least_one = [](std::optional<std::int32_t> v, int otherwise) {
    return v && *v > 0 ? *v : otherwise;
  };
  t.initial_delay = std::chrono::seconds(std::max(0, probe.initial_delay_seconds.value_or(0)));
  t.period = std::chrono::seconds(at_least_one(probe.period_seconds, 10));
  t.timeout = std::chrono::seconds(at_least_one(probe.timeout_seconds, 1));
  t.success_threshold = at_least_one(probe.success_threshold, 1);
  t.failure_threshold = at_least_one(probe.failure_threshold, 3);
  return t;
}

ProbeWorker::ProbeWorker(Kind kind, Timing timing)
    : kind_(kind), timing_(timing), result_(initial_result(kind)) {}

void ProbeWorker::begin(const std::string& container_id) {
  container_id_ = container_id;
  result_ = initial_result(kind_);
  last_ = Outcome::unknown;
  run_ = 0;
  on_hold_ = false;
}

void ProbeWorker::resume(const std::string& container_id, Outcome result) {
  begin(container_id);
  result_ = result;
}

bool ProbeWorker::set(Outcome result) {
  const bool changed = result != result_;
  result_ = result;
  return changed;
}

ProbeWorker::Step ProbeWorker::step(const Subject& subject, base::SystemTime now) {
  if (subject.container_id.empty()) return Step::wait;
  if (subject.container_id != container_id_) begin(subject.container_id);
  if (on_hold_) return Step::wait;
  if (!subject.running) {
    if (kind_ == Kind::readiness) set(Outcome::failure);
    return subject.will_restart ? Step::wait : Step::stop;
  }
  // A pod on its way out is still asked whether it can take requests, but is not killed for being unhealthy.
  if (subject.pod_terminating && kind_ != Kind::readiness) {
    set(Outcome::success);
    return Step::stop;
  }
  if (now - subject.started_at < timing_.initial_delay) return Step::wait;
  if (subject.started == (kind_ == Kind::startup)) return Step::wait;
  return Step::probe;
}

bool ProbeWorker::observe(const std::string& container_id, Outcome outcome) {
  if (container_id != container_id_ || outcome == Outcome::unknown) return false;
  run_ = outcome == last_ ? run_ + 1 : 1;
  last_ = outcome;
  const int threshold = outcome == Outcome::success ? timing_.success_threshold : timing_.failure_threshold;
  if (run_ < threshold) return false;
  const bool changed = set(outcome);
  // The container will be killed for it: more attempts would only count against its successor.
  if (outcome == Outcome::failure && kind_ != Kind::readiness) {
    on_hold_ = true;
    run_ = 0;
  }
  return changed;
}

}  // namespace node_agent::probes
