#include "raft-store/backup/snapshot_source.hpp"
#include <rocksdb/db.h>
#include <algorithm>
#include "raft-store/mvcc/encoding.hpp"
#include "raft-store/replication/log_store.hpp"

namespace raft_store::backup {
namespace {

constexpr std::size_t kReadAheadBytes = 1 << 20;

base::Error to_error(const rocksdb::Status& status) {
  return {status.IsCorruption() ? base::Errc::corrupt : base::Errc::internal,
          "snapshot: " + status.ToString()};
}

/// Of the state machine's `meta` family.
base::Result<Revision> read_number(const replication::Database& database, const rocksdb::Snapshot* snapshot,
                                   std::string_view key, Revision absent) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string value;
  const rocksdb::Status status =
      database.db().Get(options, database.family(mvcc::encoding::kMeta), {key.data(), key.size()}, &value);
  if (status.IsNotFound()) return absent;
  if (!status.ok()) return to_error(status);
  if (value.size() != sizeof(std::uint64_t))
    return base::Error(base::Errc::corrupt, "snapshot: a number that cannot be decoded");
  return static_cast<Revision>(mvcc::encoding::read_u64(value));
}

}  // namespace

SnapshotSource::SnapshotSource(replication::DatabasePtr database, std::vector<std::string> families,
                               base::SystemTime now)
    : database_(std::move(database)), snapshot_(database_->db().GetSnapshot()) {
  header_.families = std::move(families);
  header_.created = now;
  header_.written_by = COX_VERSION;
}

SnapshotSource::~SnapshotSource() {
  iterator_.reset();
  database_->db().ReleaseSnapshot(snapshot_);
}

base::Result<std::unique_ptr<SnapshotSource>> SnapshotSource::open(replication::DatabasePtr database,
                                                                   std::vector<std::string> families,
                                                                   base::SystemTime now) {
  std::unique_ptr<SnapshotSource> source(new SnapshotSource(std::move(database), std::move(families), now));
  if (auto read = source->read_header(); !read) return read.error();
  source->estimate_ = source->estimate_bytes();
  return source;
}

base::Result<void> SnapshotSource::read_header() {
  // Data and applied index were written in one batch: the snapshot shows both or neither.
  const auto position = replication::read_position(*database_, snapshot_);
  if (!position) return position.error();
  const auto revision = read_number(*database_, snapshot_, mvcc::encoding::kRevisionKey, 1);
  if (!revision) return revision.error();
  const auto compacted = read_number(*database_, snapshot_, mvcc::encoding::kCompactedKey, 0);
  if (!compacted) return compacted.error();
  header_.cluster_id = position->identity.cluster_id;
  header_.member_id = position->identity.id.value;
  header_.applied = position->applied.id;
  header_.revision = *revision;
  header_.compacted = *compacted;
  return {};
}

std::uint64_t SnapshotSource::estimate_bytes() const {
  std::uint64_t bytes = 0;
  for (const std::string& family : header_.families) {
    for (const std::string* property :
         {&rocksdb::DB::Properties::kEstimateLiveDataSize, &rocksdb::DB::Properties::kCurSizeAllMemTables}) {
      std::uint64_t value = 0;
      if (database_->db().GetIntProperty(database_->family(family), *property, &value)) bytes += value;
    }
  }
  return bytes;
}

std::uint64_t SnapshotSource::remaining() const noexcept {
  if (stage_ == Stage::done) return 0;
  const std::uint64_t given = encoder_.so_far().bytes;
  // More than was thought (what is on disk is compressed): then at least another piece.
  return estimate_ > given + kBlockBytes ? estimate_ - given : kBlockBytes;
}

base::Result<std::string> SnapshotSource::next() {
  if (stage_ == Stage::header) {
    stage_ = Stage::blocks;
    return encoder_.begin(header_);
  }
  if (stage_ == Stage::blocks) {
    auto block = next_block();
    if (!block || !block->empty()) return block;
    stage_ = Stage::trailer;
  }
  if (stage_ == Stage::done) return std::string();
  stage_ = Stage::done;
  return encoder_.finish();
}

/// False if there is none.
base::Result<bool> SnapshotSource::next_family() {
  if (iterator_ && !iterator_->status().ok()) return to_error(iterator_->status());
  iterator_.reset();
  if (family_ == header_.families.size()) return false;
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_;
  options.fill_cache = false;  // What clients read stays there.
  options.readahead_size = kReadAheadBytes;
  const std::string& name = header_.families[family_++];
  iterator_.reset(database_->db().NewIterator(options, database_->family(name)));
  iterator_->SeekToFirst();
  return true;
}

base::Result<std::string> SnapshotSource::next_block() {
  while (!iterator_ || !iterator_->Valid()) {
    const auto more = next_family();
    if (!more) return more.error();
    if (!*more) return std::string();
  }
  block_.begin(static_cast<std::uint8_t>(family_ - 1));
  for (; iterator_->Valid() && block_.size() < kBlockBytes; iterator_->Next())
    block_.add(iterator_->key().ToStringView(), iterator_->value().ToStringView());
  return encoder_.block(block_, header_.families[family_ - 1] == mvcc::encoding::kIndex);
}

}  // namespace raft_store::backup
