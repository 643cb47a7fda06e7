#pragma once
#include <mutex>
#include <optional>
#include "raft-store/backup/catalog.hpp"

namespace raft_store::backup {

/// The folder of one cluster in the backup directory, for the one process that writes there. Thread-safe;
/// `open` blocks.
class Folder {
 public:
  explicit Folder(std::filesystem::path dir) : dir_(std::move(dir)) {}

  /// Makes and locks the folder, removes what a crash left half-written, and finds out what is there. Nothing
  /// if it is open. Errors: unavailable (another process writes there), those of the disk.
  base::Result<void> open(std::uint64_t cluster_id);
  /// After `open`, as those below.
  std::filesystem::path path() const;
  std::uint64_t cluster_id() const;
  base::Result<Catalog> catalog() const { return read_catalog(path()); }

  struct Newest {
    LogPoint point;
    base::SystemTime created{};
  };
  /// The newest sound snapshot.
  std::optional<Newest> newest_snapshot() const;
  void note_snapshot(const SnapshotHeader& header);
  /// Where the archived log ended when the folder was opened.
  std::optional<LogPoint> archived_before() const;

 private:
  base::Result<void> look();

  const std::filesystem::path dir_;
  mutable std::mutex mutex_;  ///< Guards the rest.
  std::filesystem::path path_;
  std::uint64_t cluster_id_ = 0;
  std::optional<FileLock> lock_;
  std::optional<Newest> newest_;
  std::optional<LogPoint> archived_;
};

}  // namespace raft_store::backup
