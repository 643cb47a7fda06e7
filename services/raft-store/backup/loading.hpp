#pragma once
#include <memory>
#include "raft-store/backup/identity.hpp"
#include "raft-store/mvcc/store.hpp"
#include "raft-store/replication/open_database.hpp"

namespace raft_store::backup {

/// A database in the making: filled from a snapshot, led on by commands, and given an identity. Nothing of it
/// counts before `finish`; until then it lies in a folder of its own in the data directory, which goes with
/// the object.
class Loading {
 public:
  /// Errors: already_exists (the data directory is not empty), those of the disk.
  static base::Result<std::unique_ptr<Loading>> begin(const std::filesystem::path& data_dir);
  ~Loading();
  Loading(const Loading&) = delete;
  Loading& operator=(const Loading&) = delete;

  /// All of a snapshot, checked to its end. Once, first. Errors: corrupt, cancelled, internal.
  base::Result<void> load(SnapshotReader& snapshot, const Progress& progress);
  /// Does the commands of `frames` up to the moment the store reaches `revision`; true when it has. Called
  /// with one frame after the other; what the snapshot covers is skipped. Error: corrupt.
  base::Result<bool> replay(const Frame& frame, Revision revision);
  Revision revision() const { return store_->revision(); }
  std::uint64_t commands() const noexcept { return commands_; }
  /// Makes it a member's: drops alarms, moves the revision on, and begins a log. Then the data directory is
  /// whole and on disk. Error: internal. Returns the store's revision.
  base::Result<Revision> finish(const NewMember& member, std::uint64_t bump_revision);

 private:
  explicit Loading(std::filesystem::path data_dir);
  base::Result<void> load_block(const SnapshotHeader& header, const std::string& payload);
  base::Result<void> apply(const std::vector<replication::LoggedCommand>& commands, std::size_t begin,
                           std::size_t end);
  base::Result<void> drop_alarms();
  base::Result<void> bump(std::uint64_t revisions);
  base::Result<void> flush();

  const std::filesystem::path data_dir_, folder_;
  std::unique_ptr<mvcc::Store> store_;
  replication::OpenDatabasePtr database_;
  raft::Index applied_;
  std::uint64_t commands_ = 0;
};

}  // namespace raft_store::backup
