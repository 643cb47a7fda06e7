#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include "raft-store/backup/section.hpp"
#include "raft-store/backup/snapshot_format.hpp"
#include "raft-store/backup/snapshot_source.hpp"

/// Snapshot files on disk. Everything blocks. A damaged file is `corrupt`, with its path and what is wrong.
namespace raft_store::backup {

/// What a snapshot file says of itself.
struct SnapshotSummary {
  SnapshotHeader header;
  SnapshotTrailer trailer;
  std::uint64_t file_bytes = 0;
  std::string digest;  ///< SHA-256 at its end, raw.
};

/// Told now and then how far something is; false asks it to stop.
using Progress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

enum class DigestCheck { demand, skip };

/// Reads a file front to back, checking as it goes.
class SnapshotReader {
 public:
  /// Errors: corrupt, unsupported, not_found.
  static base::Result<SnapshotReader> open(const std::filesystem::path& path,
                                           DigestCheck check = DigestCheck::demand);

  const SnapshotHeader& header() const noexcept { return summary_.header; }
  /// The next block's payload (read_block). Nothing at the end, and then all is checked.
  base::Result<std::optional<std::string>> next();
  std::uint64_t position() const noexcept { return file_.position(); }
  const SnapshotSummary& summary() const noexcept { return summary_; }  ///< Whole after the end.

 private:
  SnapshotReader(InputFile file, DigestCheck check) : file_(std::move(file)), check_(check) {}
  base::Result<void> begin();
  base::Result<Section> next_section();
  base::Result<void> end(const Section& trailer);
  base::Error damaged(const std::string& what) const;

  InputFile file_;
  DigestCheck check_;
  Digest digest_;
  SnapshotSummary summary_;
  std::uint64_t entries_ = 0, keys_ = 0;
};

/// Its first and its last bytes, without what is between.
base::Result<SnapshotSummary> read_summary(const std::filesystem::path& path);
/// Reads all of it. Error besides: cancelled (`progress` said so).
base::Result<SnapshotSummary> verify_snapshot(const std::filesystem::path& path,
                                              const Progress& progress = {});
/// Writes a new file under a temporary name (`path` with ".partial"), syncs it, reads it again and verifies
/// it, and gives it its name. What fails leaves no file. Errors: of writing (resource_exhausted, internal,
/// already_exists), corrupt (what was written is not what is read), cancelled.
base::Result<SnapshotSummary> save_snapshot(SnapshotSource& source, const std::filesystem::path& path,
                                            const Progress& progress = {});

inline constexpr std::string_view kPartial = ".partial";

}  // namespace raft_store::backup
