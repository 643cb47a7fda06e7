#pragma once
#include <functional>
#include <memory>
#include <string>
#include "raft-store/backup/archiving_machine.hpp"
#include "raft-store/backup/snapshot_file.hpp"
#include "raft-store/mvcc/command.hpp"
#include "raft-store/replication/log_store.hpp"
#include "raft-store/replication/testing.hpp"

/// What the tests of backups share.
namespace raft_store::backup::testing {

inline constexpr std::uint64_t kClusterId = 0xc1;

/// A member without a network: its log, its store and an archiving machine around it, driven as the engine
/// does, in a directory of its own that goes with it.
class TestMember {
 public:
  TestMember();

  /// Appends to the log and applies.
  void apply(const mvcc::Command& command);
  void put(const std::string& key, const std::string& value);
  /// Drops the log up to `index`.
  void compact_log(raft::Index index);
  std::unique_ptr<SnapshotSource> snapshot() const;
  /// What was applied since the last call.
  std::vector<Frame> frames() { return queue.take(); }

  replication::testing::TemporaryDirectory dir;
  FrameQueue queue{64 << 20};
  mvcc::Store store;
  replication::OpenDatabasePtr database;

 private:
  ArchivingMachine machine_;
  std::unique_ptr<replication::LogStore> log_;
  raft::Index last_;
};

/// A restored data directory, opened as a member would.
class Opened {
 public:
  explicit Opened(const std::filesystem::path& data_dir);
  mvcc::Store store;
  replication::OpenDatabasePtr database;
  replication::LogPosition position;
};

/// "a=1@2 b=2@3 of 2" : everything, now.
std::string show(const mvcc::Store& store, Revision revision = 0);
std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& bytes);

}  // namespace raft_store::backup::testing
