#pragma once
#include <vector>
#include "base/flags.hpp"
#include "raft-store/upkeep/auto_compaction.hpp"
#include "raft-store/upkeep/corruption_checker.hpp"
#include "raft-store/upkeep/quota.hpp"

namespace raft_store::upkeep {

/// The options, checked.
struct Plan {
  AutoCompactionRule compaction;
  QuotaOptions quota;
  CorruptionCheckOptions corruption;  ///< Without `peer_tls`.
};

/// What the command line says of self-maintenance. Names are etcd's, of 3.5 and of 3.6.
struct Options {
  std::string auto_compaction_mode = "periodic", auto_compaction_retention = "0";
  QuotaOptions quota;
  CorruptionCheckOptions corruption;
  std::vector<std::string> feature_gates;  ///< NAME=true or false.

  void add_to(base::Flags& flags);
};
/// Error: invalid_argument naming the flag.
base::Result<Plan> make_plan(const Options& options);

}  // namespace raft_store::upkeep
