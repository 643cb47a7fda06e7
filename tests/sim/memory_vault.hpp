#pragma once
#include "sim/disk.hpp"
#include "sim/env.hpp"
#include "sim/vault.hpp"

namespace sim {

/// A simulated disk under storage::MemoryState; the place of the deliberate bugs of disk and data.
class MemoryVault final : public Vault {
 public:
  MemoryVault(Env& env, const raft::Membership& first);

  base::Result<raft::Start> open() override;
  void crash(Random& random) override;
  std::size_t write(const raft::Ready& job) override;
  void sync(std::size_t position) override { disk_.sync(position); }
  void compact(const raft::SnapshotMeta& upto) override;
  std::vector<Applied> apply(const std::vector<raft::Entry>& entries,
                             const raft::SnapshotMeta& upto) override;
  const raft::SnapshotMeta& applied() const override { return machine_.applied; }
  std::uint64_t digest() const override { return machine_.digest; }
  SnapshotPtr capture() override;
  void install(const Snapshot& snapshot, const raft::HardState& hard_state,
               const std::vector<raft::Entry>& entries) override;
  Outcome look(const Command& read) override;
  storage::RangeResponse everything() override;
  storage::Revision revision() override { return machine_.state.revision(); }
  base::Result<std::optional<storage::WatchBatch>> watch(int watcher, storage::Revision from,
                                                         std::size_t events_max) override;
  const Machine* memory() const override { return &machine_; }

 private:
  struct Copy;

  Env& env_;
  const raft::Membership first_;
  Disk disk_;
  Machine machine_;               ///< What readers see.
  std::optional<Machine> older_;  ///< For Bug::stale_snapshot.
};

}  // namespace sim
