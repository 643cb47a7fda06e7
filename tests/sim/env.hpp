#pragma once
#include "sim/checker.hpp"
#include "sim/events.hpp"
#include "sim/plan.hpp"
#include "sim/random.hpp"
#include "sim/trace.hpp"

namespace sim {

/// What every part of a run shares.
struct Env {
  const Plan plan;
  Random random;
  Events events;
  Trace trace;
  Checker checker;
  Stats stats;
  bool healed = false;  ///< Faults are over.

  bool has(Bug bug) const noexcept { return plan.bug == bug; }
  /// A fault of this chance happens. Never after the faults are over.
  bool fault(int per_mille) { return !healed && per_mille > 0 && random.chance(per_mille); }
  void note(const std::string& line) {
    if (trace.on()) trace.add(events.now(), line);
  }
};

}  // namespace sim
