#pragma once
#include <functional>
#include <mutex>
#include <optional>
#include <vector>
#include "raft-store/backup/segment.hpp"
#include "raft-store/mvcc/store.hpp"

namespace raft_store::backup {

/// Frames on their way from the thread that applies to the archive: bounded, and never waited for. When the
/// archive cannot keep up they are dropped, which the archive sees by their indexes. Thread-safe.
class FrameQueue {
 public:
  explicit FrameQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  /// `wake` is called when there is something in an empty queue; quick, on any thread. Before the first push.
  void on_filled(std::function<void()> wake) { wake_ = std::move(wake); }
  void push(Frame frame);
  /// Everything, oldest first, and at its end an empty frame where the log stands: if something before it was
  /// dropped, that shows then and not only with the next command.
  std::vector<Frame> take();
  std::uint64_t dropped() const;  ///< Frames, ever.

 private:
  const std::size_t bytes_max_;
  std::function<void()> wake_;
  mutable std::mutex mutex_;  ///< Guards the rest.
  std::vector<Frame> frames_;
  std::size_t bytes_ = 0;
  std::optional<LogPoint> last_;  ///< Of what was pushed, kept or not.
  std::uint64_t dropped_ = 0;
};

/// The store's state machine, and beside it a copy of every command for the archive.
class ArchivingMachine final : public replication::StateMachine {
 public:
  ArchivingMachine(mvcc::Store& store, FrameQueue& queue) : store_(store), queue_(queue) {}

  std::vector<std::string> column_families() const override { return store_.column_families(); }
  base::Result<void> open(replication::DatabasePtr database, raft::Index applied) override;
  std::vector<replication::OutcomePtr> apply(std::span<const replication::Command> commands,
                                             rocksdb::WriteBatch& batch) override;
  void published(raft::Index applied) override;

 private:
  mvcc::Store& store_;
  FrameQueue& queue_;
  LogPoint last_;
  std::vector<LoggedCommand> pending_;
};

}  // namespace raft_store::backup
