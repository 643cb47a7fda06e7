#pragma once
#include <memory>
#include "sim/env.hpp"
#include "sim/vault.hpp"

namespace sim {

/// The production LogStore and mvcc::Store, with WatchHub and sweep, on RocksDB on a simulated disk: formats,
/// recovery, checkpoints and compaction are the real ones. RocksDB's own threads are waited for after each
/// call, so that equal runs stay equal.
std::unique_ptr<Vault> make_rocks_vault(Env& env, const raft::Membership& first);

}  // namespace sim
