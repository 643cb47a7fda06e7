#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include "raft/core.hpp"
#include "sim/bugs.hpp"
#include "sim/events.hpp"

namespace sim {

/// A sequence of faults that is made again and again (aims.cpp).
enum class Aim { none, reads, members, elections };
std::string_view to_string(Aim aim);

/// All that is decided before a run: equal plans run equally. Chances are per mille.
struct Plan {
  std::uint64_t seed = 0;
  int members = 3;
  int steps = 5000;  ///< Events under faults; then the network is healed.
  Bug bug = Bug::none;
  bool on_rocksdb = false;  ///< RocksVault in place of MemoryVault.

  raft::Options raft;  ///< But for id and seed.
  // Network.
  int loss = 0, duplication = 0;
  Time delay_min = 20, delay_max = 500;
  int straggler = 0;  ///< A message takes up to 20 times `delay_max`.
  // Disk.
  Time sync_min = 50, sync_max = 500;
  int slow_disk = 0;    ///< A write takes up to 10 ticks.
  Time apply_max = 50;  ///< Of one batch.
  // Members.
  int drift = 0;        ///< Their clocks run so much faster or slower, at most.
  int crash_point = 0;  ///< At each point of the Ready order.
  Time fault_period = 10 * kTick;
  bool changes_members = true;
  Aim aim = Aim::none;
  bool hurries = false;        ///< Lost leaders are replaced as raft-store does it (member_electing.cpp).
  Time down_max = 30 * kTick;  ///< After a crash.
  std::size_t log_entries_max = 20;  ///< Applied entries kept for peers that lag.
  // Load.
  int clients = 4, keys = 3, watchers = 2;
  Time think_max = 2 * kTick;  ///< Between a client's calls.
  int sticky = 0;              ///< A client stays at its member.
  Time call_timeout = 80 * kTick;
};

/// `members` 0: 1, 3 or 5, by the seed.
Plan make_plan(std::uint64_t seed, int members, int steps, Bug bug, bool on_rocksdb = false);
std::string describe(const Plan& plan);

}  // namespace sim
