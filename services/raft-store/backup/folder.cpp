#include "raft-store/backup/folder.hpp"

namespace raft_store::backup {
namespace {

namespace fs = std::filesystem;

void remove_partial(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == kPartial) remove_file(it->path());
}

}  // namespace

base::Result<void> Folder::open(std::uint64_t cluster_id) {
  const std::lock_guard guard(mutex_);
  if (lock_) return {};
  path_ = cluster_path(dir_, cluster_id);
  cluster_id_ = cluster_id;
  if (auto made = make_directories(path_); !made) return made;
  auto lock = FileLock::take(path_ / "lock");
  if (!lock) return lock.error();
  remove_partial(path_);
  if (auto looked = look(); !looked) return looked;
  lock_.emplace(std::move(*lock));
  return {};
}

base::Result<void> Folder::look() {
  const auto catalog = read_catalog(path_);
  if (!catalog) return catalog.error();
  newest_.reset();
  archived_.reset();
  for (const StoredSnapshot& snapshot : catalog->snapshots) {
    const SnapshotHeader& header = snapshot.summary.header;
    if (!snapshot.damage) newest_ = Newest{{header.applied.index, header.revision}, header.created};
  }
  for (const StoredSegment& segment : catalog->segments)
    if (!segment.damage) archived_ = segment.span.end;
  return {};
}

fs::path Folder::path() const {
  const std::lock_guard guard(mutex_);
  return path_;
}

std::uint64_t Folder::cluster_id() const {
  const std::lock_guard guard(mutex_);
  return cluster_id_;
}

std::optional<Folder::Newest> Folder::newest_snapshot() const {
  const std::lock_guard guard(mutex_);
  return newest_;
}

void Folder::note_snapshot(const SnapshotHeader& header) {
  const std::lock_guard guard(mutex_);
  newest_ = Newest{{header.applied.index, header.revision}, header.created};
}

std::optional<LogPoint> Folder::archived_before() const {
  const std::lock_guard guard(mutex_);
  return archived_;
}

}  // namespace raft_store::backup
