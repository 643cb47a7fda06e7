#include "raft-store/upkeep/options.hpp"

namespace raft_store::upkeep {
namespace {

/// Turns on or off what 3.6 has as features. Error: invalid_argument.
base::Result<void> open_gate(const std::string& gate, CorruptionCheckOptions& corruption) {
  const std::string name = gate.substr(0, gate.find('='));
  bool* const target = name == "InitialCorruptCheck" ? &corruption.at_start
                       : name == "CompactHashCheck"  ? &corruption.after_compaction
                                                     : nullptr;
  const std::string value = gate.substr(std::min(gate.size(), name.size() + 1));
  if (!target || (value != "true" && value != "false"))
    return base::Error(base::Errc::invalid_argument,
                       "--feature-gates: \"" + gate +
                           "\" is neither InitialCorruptCheck nor CompactHashCheck with =true or =false");
  *target = value == "true";
  return {};
}

}  // namespace

void Options::add_to(base::Flags& flags) {
  flags.section("Self-maintenance")
      .add("auto-compaction-mode", &auto_compaction_mode,
           "How --auto-compaction-retention is meant: periodic (a time) or revision (a number).")
      .add(
          "auto-compaction-retention", &auto_compaction_retention,
          "History that automatic compaction keeps: hours, a duration such as 90m, or a number of revisions. "
          "0: there is none.")
      .add("quota-backend-bytes", &quota.data_bytes_max,
           "Data beyond which writing is refused and the alarm NOSPACE raised. 0: as the disk allows.")
      .add("quota-disk-reserve-bytes", &quota.disk_reserve_bytes,
           "Free space on the disk below which the same happens. 0: the smaller of 1 GiB and a twentieth of "
           "the "
           "disk. -1: the disk is not watched.")
      .add("experimental-initial-corrupt-check", &corruption.at_start,
           "Compare this member's data with its peers' before it serves anything.")
      .add("experimental-corrupt-check-time", &corruption.every,
           "How often the leader compares what the members hold. 0: never.")
      .add("experimental-compact-hash-check-enabled", &corruption.after_compaction,
           "The leader compares what the members hold after compactions.")
      .add("experimental-compact-hash-check-time", &corruption.after_compaction_every,
           "How often it looks for a compaction to compare at.")
      .add("corrupt-check-time", &corruption.every, "etcd 3.6's name of --experimental-corrupt-check-time.")
      .add("compact-hash-check-time", &corruption.after_compaction_every,
           "etcd 3.6's name of --experimental-compact-hash-check-time.")
      .add("feature-gates", &feature_gates,
           "etcd 3.6's way to say InitialCorruptCheck=true and CompactHashCheck=true.");
}

base::Result<Plan> make_plan(const Options& options) {
  auto compaction = parse_auto_compaction(options.auto_compaction_mode, options.auto_compaction_retention);
  if (!compaction) return compaction.error();
  Plan plan{*compaction, options.quota, options.corruption};
  for (const std::string& gate : options.feature_gates)
    if (auto opened = open_gate(gate, plan.corruption); !opened) return opened.error();
  constexpr std::chrono::nanoseconds kOften = std::chrono::seconds(1);
  if (plan.corruption.every.count() != 0 && plan.corruption.every < kOften)
    return base::Error(base::Errc::invalid_argument,
                       "--experimental-corrupt-check-time must be 0 or at least 1s");
  if (plan.corruption.after_compaction_every < kOften)
    return base::Error(base::Errc::invalid_argument,
                       "--experimental-compact-hash-check-time must be at least 1s");
  return plan;
}

}  // namespace raft_store::upkeep
