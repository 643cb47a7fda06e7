#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "base/error.hpp"
#include "raft/core.hpp"
#include "sim/command.hpp"
#include "sim/random.hpp"

namespace sim {

struct Env;
struct Machine;

/// The data of a member as it travels to another one.
struct Snapshot {
  virtual ~Snapshot() = default;
  raft::SnapshotMeta applied;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// What became of an entry by applying it.
struct Applied {
  std::optional<Outcome> outcome;  ///< Of a command.
  std::uint64_t digest = 0;        ///< Over everything up to it and what it came to.
};

/// What a member has: the log and the data on its disk, and what reads them. Open between `open` and `crash`.
/// Two kinds: MemoryVault, which is simulated throughout and quick, and RocksVault, the production LogStore
/// and mvcc::Store on RocksDB on a simulated disk.
class Vault {
 public:
  virtual ~Vault() = default;

  /// As a process does that starts. Error: corrupt.
  virtual base::Result<raft::Start> open() = 0;
  /// The process is gone: what was not made durable is lost, or a part of it.
  virtual void crash(Random& random) = 0;

  /// Puts term, vote and entries into the cache of the disk; gives what `sync` takes.
  virtual std::size_t write(const raft::Ready& job) = 0;
  /// Makes durable all that was written up to then.
  virtual void sync(std::size_t position) = 0;
  /// Drops the log up to there.
  virtual void compact(const raft::SnapshotMeta& upto) = 0;

  /// Applies the entries, stamps the data with `upto`, and shows it to readers.
  virtual std::vector<Applied> apply(const std::vector<raft::Entry>& entries,
                                     const raft::SnapshotMeta& upto) = 0;
  virtual const raft::SnapshotMeta& applied() const = 0;
  virtual std::uint64_t digest() const = 0;

  virtual SnapshotPtr capture() = 0;
  /// Durable when it returns: the snapshot takes the place of everything, the entries follow it.
  virtual void install(const Snapshot& snapshot, const raft::HardState& hard_state,
                       const std::vector<raft::Entry>& entries) = 0;

  virtual Outcome look(const Command& read) = 0;
  /// All keys with their values, of now.
  virtual storage::RangeResponse everything() = 0;
  virtual storage::Revision revision() = 0;
  /// The next events for the watcher of this number, which has all before `from`; none if there is nothing to
  /// tell yet. Error: expired.
  virtual base::Result<std::optional<storage::WatchBatch>> watch(int watcher, storage::Revision from,
                                                                 std::size_t events_max) = 0;
  /// Work that goes on in the background: files written and merged, old revisions freed.
  virtual void tend(Random&) {}
  /// The data, where it is in memory.
  virtual const Machine* memory() const { return nullptr; }
};

/// As the plan says.
std::unique_ptr<Vault> make_vault(Env& env, const raft::Membership& first);

}  // namespace sim
