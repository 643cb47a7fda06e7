#pragma once
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <vector>
#include "base/error.hpp"
#include "raft/core.hpp"
#include "sim/machine.hpp"
#include "sim/random.hpp"

namespace sim {

/// One atomic write of a member: what LogStore and the state machine of raft-store put into one batch.
struct Record {
  std::optional<raft::HardState> hard_state;
  std::vector<raft::Entry> entries;  ///< Replace all from the first one's index on.
  std::optional<raft::SnapshotMeta> compact;
  std::vector<raft::Entry> applied;  ///< Their effects on the data, stamped with:
  raft::SnapshotMeta stamp;
};

/// What the disk of a member holds.
struct Image {
  raft::HardState hard_state;
  raft::SnapshotMeta compacted;
  std::map<raft::Index, raft::Entry> entries;
  Machine data;

  void write(const Record& record);
  /// As LogStore::load. Error: corrupt.
  base::Result<raft::Start> load() const;
};

/// A disk with one write-ahead log, as RocksDB has it: writes are in order, a sync makes all before it
/// durable, a crash keeps what is durable and any number of the writes after it; the last of them may be
/// torn, which its checksum shows, so that it counts as not written.
class Disk {
 public:
  explicit Disk(Image first) : durable_(std::move(first)) {}

  void write(Record record);
  /// Counts the writes ever made; what `sync` takes.
  std::size_t position() const noexcept { return folded_ + cached_.size(); }
  /// All up to `position` is durable.
  void sync(std::size_t position);
  /// A new image takes the place of the old one, at once and durably.
  void replace(Image image);
  /// `keep_torn`: half of a write may stay (a deliberate bug).
  void crash(Random& random, bool keep_torn);
  /// What a start finds. Nothing may be cached.
  const Image& image() const noexcept { return durable_; }

 private:
  Image durable_;
  std::deque<Record> cached_;  ///< Written, not durable.
  std::size_t folded_ = 0;     ///< Writes that are in `durable_`.
};

}  // namespace sim
