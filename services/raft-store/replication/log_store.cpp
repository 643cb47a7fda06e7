#include "raft-store/replication/log_store.hpp"
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include "base/random.hpp"
#include "raft-store/replication/command_frame.hpp"
#include "raft-store/replication/wal_damage.hpp"
#include "raft/codec.hpp"

namespace raft_store::replication {
namespace {

/// Of what stands under the keys of log_store.hpp. Data of a time before it was written down has it too.
constexpr std::uint64_t kFormat = 1;

using raft::codec::Reader;
using raft::codec::Writer;

std::string entry_key(raft::Index index) {
  std::string key = "e";
  for (int shift = 56; shift >= 0; shift -= 8)
    key.push_back(static_cast<char>(index.value >> shift));
  return key;
}

std::string encode(const raft::Entry& entry) {
  Writer out;
  out.reserve(entry.data->size() + 16);
  out.u64(entry.id.term.value);
  out.u8(static_cast<std::uint8_t>(entry.kind));
  out.bytes(*entry.data);
  return out.take();
}

base::Result<raft::Entry> decode_entry(raft::Index index, std::string_view bytes) {
  Reader in(bytes);
  raft::Entry entry;
  entry.id = {raft::Term(in.u64()), index};
  const std::uint8_t kind = in.u8();
  entry.kind = static_cast<raft::EntryKind>(kind);
  entry.data = raft::make_data(std::string(in.bytes()));
  if (!in.done() || kind > static_cast<std::uint8_t>(raft::EntryKind::empty))
    return base::Error(base::Errc::corrupt,
                       "log entry " + std::to_string(index.value) + " cannot be decoded");
  return entry;
}

std::string encode(const raft::SnapshotMeta& meta) {
  Writer out;
  out.u64(meta.id.term.value);
  out.u64(meta.id.index.value);
  out.bytes(raft::encode_membership(meta.membership));
  return out.take();
}

std::string encode(const raft::HardState& state) {
  Writer out;
  out.u64(state.term.value);
  out.u64(state.vote.value);
  out.u64(state.commit.value);
  return out.take();
}

std::string encode(const Identity& identity) {
  Writer out;
  out.u64(identity.cluster_id);
  out.u64(identity.id.value);
  out.u64(identity.incarnation);
  return out.take();
}

std::string encode_format() {
  Writer out;
  out.u64(kFormat);
  return out.take();
}

base::Error corrupt(const std::string& what) {
  return {base::Errc::corrupt, "raft log: " + what};
}

using Record = base::Result<std::optional<std::string>>;

Record read(const Database& database, const rocksdb::Snapshot* snapshot, std::string_view key) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string value;
  const rocksdb::Slice slice(key.data(), key.size());
  const rocksdb::Status status = database.db().Get(options, database.family(kLogFamily), slice, &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return corrupt(status.ToString());
  return std::optional<std::string>(std::move(value));
}

base::Result<std::optional<Identity>> decode_identity(const Record& bytes) {
  if (!bytes) return bytes.error();
  if (!*bytes) return std::optional<Identity>();
  Reader in(**bytes);
  Identity identity;
  identity.cluster_id = in.u64();
  identity.id = raft::NodeId(in.u64());
  if (!in.done()) identity.incarnation = in.u64();
  if (!in.done()) return corrupt("the identity cannot be decoded");
  return std::optional<Identity>(identity);
}

base::Result<raft::SnapshotMeta> decode_meta(std::string_view key, const Record& bytes) {
  if (!bytes) return bytes.error();
  Reader in(*bytes ? std::string_view(**bytes) : std::string_view());
  raft::SnapshotMeta meta;
  meta.id.term = raft::Term(in.u64());
  meta.id.index = raft::Index(in.u64());
  const std::string_view encoded = in.bytes();
  if (!in.done()) return corrupt("record '" + std::string(key) + "' is missing or cannot be decoded");
  // A member that joins an existing cluster knows of no voter until the log has told it.
  if (encoded.empty() || encoded == raft::encode_membership({})) return meta;
  base::Result<raft::Membership> membership = raft::decode_membership(encoded);
  if (!membership) return membership.error();
  meta.membership = std::move(*membership);
  return meta;
}

}  // namespace

LogStore::LogStore(OpenDatabasePtr database)
    : database_(std::move(database)),
      family_(database_->family(kLogFamily)),
      instance_(Reader(base::random_bytes(sizeof instance_)).u64()) {}

base::Result<std::optional<std::string>> LogStore::get(std::string_view key) const {
  return read(*database_, nullptr, key);
}

base::Result<void> LogStore::commit(rocksdb::WriteBatch& batch, bool sync) {
  rocksdb::DB& db = database_->db();
  if (sync) batch.PutLogData(sync_mark(instance_, ++last_mark_));
  rocksdb::Status status = db.Write(rocksdb::WriteOptions(), &batch);
  // Not a synced Write: that would hold up the state machine's writes for as long as the disk takes.
  if (status.ok() && sync) status = db.SyncWAL();
  if (status.IsCorruption()) return corrupt(status.ToString());  // RocksDB has met it in the background.
  if (!status.ok()) return base::Error(base::Errc::internal, "raft log: " + status.ToString());
  return {};
}

base::Result<std::optional<Identity>> LogStore::identity() const {
  return decode_identity(get("i"));
}

base::Result<void> LogStore::set_identity(const Identity& identity) {
  rocksdb::WriteBatch batch;
  batch.Put(family_, "i", encode(identity));
  return commit(batch, true);
}

base::Result<void> LogStore::check_format() const {
  const auto bytes = get("f");
  if (!bytes) return bytes.error();
  const std::uint64_t format = *bytes ? Reader(**bytes).u64() : kFormat;
  if (format == kFormat) return {};
  return base::Error(base::Errc::unsupported, "the raft log has format " + std::to_string(format) +
                                                  ", this program knows " + std::to_string(kFormat) +
                                                  ": use the version that wrote it, or newer");
}

base::Result<void> LogStore::bootstrap(const Identity& identity, const raft::Membership& membership,
                                       raft::EntryId start) {
  const std::string covered = encode(raft::SnapshotMeta{start, membership});
  rocksdb::WriteBatch batch;
  batch.Put(family_, "f", encode_format());
  batch.Put(family_, "i", encode(identity));
  batch.Put(family_, "h", encode(raft::HardState{start.term, raft::NodeId(0), start.index}));
  batch.Put(family_, "c", covered);
  batch.Put(family_, "a", covered);
  return commit(batch, true);
}

base::Result<raft::SnapshotMeta> LogStore::get_meta(std::string_view key) const {
  return decode_meta(key, get(key));
}

base::Result<raft::SnapshotMeta> LogStore::applied() const {
  return get_meta("a");
}

base::Result<raft::Start> LogStore::load() {
  raft::Start start;
  const auto hard = get("h");
  if (!hard) return hard.error();
  if (!*hard) return corrupt("no hard state");
  Reader in(**hard);
  start.hard_state.term = raft::Term(in.u64());
  start.hard_state.vote = raft::NodeId(in.u64());
  start.hard_state.commit = raft::Index(in.u64());
  if (!in.done()) return corrupt("the hard state cannot be decoded");
  base::Result<raft::SnapshotMeta> compacted = get_meta("c"), applied = get_meta("a");
  if (!compacted) return compacted.error();
  if (!applied) return applied.error();
  start.snapshot = std::move(*compacted);
  start.applied = applied->id.index;
  last_ = start.snapshot.id.index;
  std::unique_ptr<rocksdb::Iterator> it(database_->db().NewIterator(rocksdb::ReadOptions(), family_));
  for (it->Seek(entry_key(last_ + 1)); it->Valid() && it->key().starts_with("e"); it->Next()) {
    ++last_;
    if (it->key() != entry_key(last_)) return corrupt("entry " + std::to_string(last_.value) + " is missing");
    base::Result<raft::Entry> entry = decode_entry(last_, it->value().ToStringView());
    if (!entry) return entry.error();
    start.entries.push_back(std::move(*entry));
  }
  if (!it->status().ok()) return corrupt(it->status().ToString());
  if (start.applied > last_ || start.applied < start.snapshot.id.index)
    return corrupt("data and log do not meet");
  return start;
}

base::Result<void> LogStore::write(const std::optional<raft::HardState>& hard_state,
                                   const std::vector<raft::Entry>& entries, bool sync) {
  rocksdb::WriteBatch batch;
  if (hard_state) batch.Put(family_, "h", encode(*hard_state));
  for (const raft::Entry& entry : entries)
    batch.Put(family_, entry_key(entry.id.index), encode(entry));
  if (!entries.empty()) {
    const raft::Index last = entries.back().id.index;
    if (last_ > last) batch.DeleteRange(family_, entry_key(last + 1), entry_key(last_ + 1));
    last_ = last;
  }
  return commit(batch, sync);
}

void LogStore::stamp_applied(rocksdb::WriteBatch& batch, const raft::SnapshotMeta& applied) const {
  batch.Put(family_, "a", encode(applied));
}

base::Result<void> LogStore::compact(const raft::SnapshotMeta& upto) {
  rocksdb::WriteBatch batch;
  batch.Put(family_, "c", encode(upto));
  batch.DeleteRange(family_, entry_key(raft::Index(0)), entry_key(upto.id.index + 1));
  return commit(batch, false);
}

base::Result<void> LogStore::adopt(const Identity& identity, const raft::HardState& hard_state) {
  const base::Result<raft::SnapshotMeta> covered = applied();
  if (!covered) return covered.error();
  rocksdb::WriteBatch batch;
  batch.Put(family_, "f", encode_format());
  batch.Put(family_, "i", encode(identity));
  batch.Put(family_, "h", encode(hard_state));
  batch.Put(family_, "c", encode(*covered));
  batch.DeleteRange(family_, "e", "f");
  last_ = covered->id.index;
  return commit(batch, true);
}

base::Result<LogPosition> read_position(const Database& database, const rocksdb::Snapshot* snapshot) {
  const auto identity = decode_identity(read(database, snapshot, "i"));
  if (!identity) return identity.error();
  if (!*identity) return corrupt("no identity");
  auto applied = decode_meta("a", read(database, snapshot, "a"));
  if (!applied) return applied.error();
  return LogPosition{**identity, std::move(*applied)};
}

base::Result<std::vector<LoggedCommand>> read_commands(const Database& database, raft::Index after,
                                                       raft::Index upto) {
  std::vector<LoggedCommand> commands;
  std::unique_ptr<rocksdb::Iterator> it(
      database.db().NewIterator(rocksdb::ReadOptions(), database.family(kLogFamily)));
  it->Seek(entry_key(after + 1));
  for (raft::Index at = after + 1; at <= upto; ++at, it->Next()) {
    if (!it->status().ok()) return corrupt(it->status().ToString());
    if (!it->Valid() || it->key() != entry_key(at))
      return base::Error(base::Errc::expired, "raft log: it begins after " + std::to_string(at.value));
    const base::Result<raft::Entry> entry = decode_entry(at, it->value().ToStringView());
    if (!entry) return entry.error();
    if (entry->kind == raft::EntryKind::command)
      commands.push_back({at, std::string(unframe(*entry->data).payload)});
  }
  return commands;
}

}  // namespace raft_store::replication
