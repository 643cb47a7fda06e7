#include <rocksdb/write_batch.h>
#include <zlib.h>
#include "raft-store/mvcc/history.hpp"
#include "raft-store/mvcc/slices.hpp"
#include "storage/errors.hpp"

/// What compaction means for the disk, and for the checksum over what is left.
namespace raft_store::mvcc {
namespace {

/// Deletes what the record of `revision` says nobody can see any more, when everything below `upto` is
/// compacted: the versions it replaced, and its own tombstones. A tombstone at `upto` itself stays for
/// watchers that start there; the next sweep begins with it.
///
/// Every version is written once and deleted once, so that RocksDB may drop both where they meet.
base::Result<void> sweep_revision(const Tables& tables, Revision revision, std::string_view record,
                                  Revision upto, bool replaced_are_gone, rocksdb::WriteBatch& batch) {
  for (encoding::Change change; !record.empty();) {
    if (!encoding::take_change(record, change)) return corrupt("a revision's record");
    if (change.previous != 0 && !replaced_are_gone)
      batch.SingleDelete(tables.versions, encoding::version_key(change.key, change.previous));
    if (change.removed && revision < upto)
      batch.SingleDelete(tables.versions, encoding::version_key(change.key, revision));
  }
  return {};
}

/// Where a step that begins at `from` ends: the compacted revision, or a later one than `from` that has
/// enough changes.
base::Result<Revision> end_of_step(rocksdb::Iterator& it, Revision from, Revision compacted,
                                   std::size_t changes_max) {
  std::size_t changes = 0;
  for (; it.Valid(); it.Next()) {
    const auto revision = static_cast<Revision>(encoding::read_u64(view_of(it.key())));
    if (revision >= compacted) return compacted;
    std::string_view record = view_of(it.value());
    for (encoding::Change change; !record.empty(); ++changes)
      if (!encoding::take_change(record, change)) return corrupt("a revision's record");
    if (changes >= changes_max && revision > from) return revision;
  }
  if (!it.status().ok()) return to_error(it.status());
  return compacted;
}

void add(std::uint32_t& hash, std::string_view bytes) {
  hash = static_cast<std::uint32_t>(
      crc32_z(hash, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

}  // namespace

base::Result<bool> sweep(const View& view, std::size_t changes_max) {
  Tables& tables = *view.tables();
  const Revision from = tables.swept, compacted = view.compacted();
  if (from >= compacted) return false;
  const std::string begin = encoding::u64(static_cast<std::uint64_t>(from));
  const auto it = view.iterate(tables.revisions);
  it->Seek(begin);
  const auto upto = end_of_step(*it, from, compacted, changes_max);
  if (!upto) return upto.error();
  rocksdb::WriteBatch batch;
  for (it->Seek(begin); it->Valid(); it->Next()) {
    const auto revision = static_cast<Revision>(encoding::read_u64(view_of(it->key())));
    if (revision > *upto) break;
    const auto swept = sweep_revision(tables, revision, view_of(it->value()), *upto, revision == from, batch);
    if (!swept) return swept.error();
  }
  if (!it->status().ok()) return to_error(it->status());
  const std::string end = encoding::u64(static_cast<std::uint64_t>(*upto));
  batch.DeleteRange(tables.revisions, begin, end);
  batch.Put(tables.meta, slice_of(encoding::kSweptKey), end);
  // How far it went is in the same batch: after a crash it goes on from there, and deletes nothing twice.
  const rocksdb::Status status = tables.db.Write(rocksdb::WriteOptions(), &batch);
  if (!status.ok()) return to_error(status);
  tables.swept = *upto;
  return *upto < compacted;
}

base::Result<HashKv> hash_kv(const View& view, Revision revision) {
  if (revision > view.revision()) return storage::errors::future_revision();
  if (revision > 0 && revision < view.compacted()) return storage::errors::compacted();
  HashKv result{0, revision > 0 ? revision : view.revision(), view.compacted()};
  std::string prefix;
  bool decided = false;  // Of the current key, the last version up to the compacted revision was seen.
  const auto it = view.walk(view.tables()->versions);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const auto key = encoding::parse_version_key(view_of(it->key()));
    if (!key) return corrupt("a key");
    if (key->prefix != prefix) {
      prefix = key->prefix;
      decided = false;
    }
    if (key->revision > result.hash_revision || decided) continue;
    decided = key->revision <= result.compact_revision;
    std::string_view value = view_of(it->value());
    encoding::VersionHead head;
    if (!encoding::take_head(value, head)) return corrupt("a version");
    // Whether an older tombstone is still there depends on how far the sweep is.
    if (head.version == 0 && key->revision < result.compact_revision) continue;
    add(result.hash, view_of(it->key()));
    add(result.hash, view_of(it->value()));
  }
  if (!it->status().ok()) return to_error(it->status());
  return result;
}

}  // namespace raft_store::mvcc
