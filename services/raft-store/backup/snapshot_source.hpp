#pragma once
#include <memory>
#include <string>
#include <vector>
#include "raft-store/backup/snapshot_format.hpp"
#include "raft-store/replication/state_machine.hpp"

namespace rocksdb {
class Iterator;
class Snapshot;
}  // namespace rocksdb

namespace raft_store::backup {

/// A snapshot of a live store, piece by piece as a snapshot file has it. It shows the moment it was opened,
/// however long reading it takes; nobody waits for it, it only keeps old data from being freed meanwhile.
/// Everything blocks. One caller at a time.
class SnapshotSource {
 public:
  /// `families`: those of the state machine. Error: corrupt.
  static base::Result<std::unique_ptr<SnapshotSource>> open(replication::DatabasePtr database,
                                                            std::vector<std::string> families,
                                                            base::SystemTime now);
  ~SnapshotSource();
  SnapshotSource(const SnapshotSource&) = delete;
  SnapshotSource& operator=(const SnapshotSource&) = delete;

  const SnapshotHeader& header() const noexcept { return header_; }
  /// The next piece, about kBlockBytes or one entry that is larger; empty at the end. Error: corrupt.
  base::Result<std::string> next();
  /// About how many bytes are still to come; 0 exactly when the last piece was given.
  std::uint64_t remaining() const noexcept;

 private:
  SnapshotSource(replication::DatabasePtr database, std::vector<std::string> families, base::SystemTime now);
  base::Result<void> read_header();
  std::uint64_t estimate_bytes() const;
  base::Result<bool> next_family();
  base::Result<std::string> next_block();

  enum class Stage { header, blocks, trailer, done };
  const replication::DatabasePtr database_;
  const rocksdb::Snapshot* const snapshot_;
  SnapshotHeader header_;
  std::uint64_t estimate_ = 0;
  Stage stage_ = Stage::header;
  std::size_t family_ = 0;  ///< The one after that of `iterator_`.
  std::unique_ptr<rocksdb::Iterator> iterator_;
  BlockBuilder block_;
  SnapshotEncoder encoder_;
};

}  // namespace raft_store::backup
