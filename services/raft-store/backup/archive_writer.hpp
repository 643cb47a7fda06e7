#pragma once
#include <optional>
#include <vector>
#include "raft-store/backup/folder.hpp"
#include "raft-store/backup/segment.hpp"
#include "raft-store/replication/state_machine.hpp"

namespace raft_store::backup {

/// Writes the archived log of a folder, segment after segment. What does not follow on what is there is first
/// looked for in the member's own Raft log; if it is gone from there too, the archive begins anew, and a
/// snapshot is needed to lead on to it. Everything blocks. One caller at a time.
class ArchiveWriter {
 public:
  struct Options {
    std::size_t segment_bytes_max = 64 << 20;
  };
  /// The folder outlives it and is open before the first `write`.
  ArchiveWriter(Folder& folder, Options options) : folder_(folder), options_(options) {}

  /// Appends what is new in `frames`, which are in order; not synced. Errors: of the disk; then the rest of
  /// the frames is lost to it, and a later call tries again to find them in the Raft log.
  base::Result<void> write(const std::vector<Frame>& frames, const replication::Database& database);
  /// What was written is on disk when it returns.
  base::Result<void> sync();
  /// Ends the open segment in order.
  base::Result<void> seal();

  bool dirty() const noexcept { return dirty_; }  ///< There is something to sync.
  /// No snapshot leads on to where the archive goes on.
  bool wants_snapshot() const;
  std::optional<LogPoint> end() const noexcept { return end_; }
  std::uint64_t gaps() const noexcept { return gaps_; }    ///< Beginnings anew, besides the very first one.
  std::uint64_t bytes() const noexcept { return bytes_; }  ///< Written, ever.

 private:
  void look_once();
  base::Result<void> write_frame(const Frame& frame, const replication::Database& database);
  base::Result<void> meet(const Frame& frame, const replication::Database& database);
  base::Result<void> begin_anew(const LogPoint& after);
  void give_up_segment();
  base::Result<bool> fill(LogPoint from, const Frame& next, const replication::Database& database);
  base::Result<void> append(const Frame& frame);
  base::Result<void> begin_segment(const LogPoint& after);

  Folder& folder_;
  const Options options_;
  bool looked_ = false, dirty_ = false;
  std::optional<LogPoint> end_;    ///< Of what is archived.
  std::optional<LogPoint> begun_;  ///< Where it last began anew.
  std::optional<SegmentWriter> segment_;
  raft::Index rolled_at_;  ///< The newest snapshot when the segment was begun.
  std::uint64_t gaps_ = 0, bytes_ = 0;
};

}  // namespace raft_store::backup
