#include "raft-store/mvcc/write_state.hpp"
#include <rocksdb/write_batch.h>
#include "base/assert.hpp"
#include "raft-store/mvcc/slices.hpp"
#include "raft-store/replication/give_up.hpp"

namespace raft_store::mvcc {

void or_die(const base::Result<void>& result) {
  if (result) return;
  replication::give_up(replication::with_way_out(result.error()).message);
}

WriteState::WriteState(const Tables& tables, Replicated& replicated, rocksdb::WriteBatch& batch,
                       Publication& publication)
    : tables_(tables),
      replicated_(replicated),
      batch_(batch),
      publication_(publication),
      recent_is_now_(tables.recent->revision() == replicated.revision),
      base_revision_(replicated.revision) {}

WriteState::~WriteState() = default;

rocksdb::Iterator& WriteState::versions() const {
  if (!versions_) versions_.reset(tables_.db.NewIterator(rocksdb::ReadOptions(), tables_.versions));
  return *versions_;
}

WriteState::Entry& WriteState::load(std::string_view key) {
  auto found = entries_.find(key);
  if (found == entries_.end()) found = entries_.emplace(key, Entry()).first;
  Entry& entry = found->second;
  if (entry.loaded) return entry;
  entry.loaded = true;
  if (recent_is_now_)
    if (auto known = tables_.recent->find(key, base_revision_)) {
      if (known->head.version != 0) entry.stored = std::move(*known);
      return entry;
    }
  or_die(scan_versions(versions(), {key, {}}, replicated_.revision, [&](const Version& v) {
    entry.stored = Record{v.head, v.mod_revision, v.bytes()};
    return false;
  }));
  return entry;
}

const WriteState::Record* WriteState::current(const Entry& entry) {
  if (entry.newer.empty()) return entry.stored ? &*entry.stored : nullptr;
  const Record& last = entry.newer.back();
  return last.head.version != 0 ? &last : nullptr;
}

const WriteState::Record* WriteState::newer_at(const Entry& entry, Revision at) {
  for (auto i = entry.newer.rbegin(); i != entry.newer.rend(); ++i)
    if (i->mod_revision <= at) return &*i;
  return nullptr;
}

wire::KeyValue WriteState::key_value(std::string_view key, const Record& record) {
  wire::KeyValue kv;
  kv.key = key;
  kv.mod_revision = record.mod_revision;
  kv.create_revision = record.head.create_revision;
  kv.version = record.head.version;
  kv.lease = record.head.lease;
  kv.value = record.value;
  return kv;
}

base::Result<void> WriteState::scan(const Interval& range, Revision at, const Visit& visit) const {
  auto next = entries_.lower_bound(range.key);
  bool stopped = false;
  const auto show = [&](const std::string& key, const Record& record) {
    if (record.head.version == 0) return;
    const std::string_view value = record.value ? std::string_view(*record.value) : std::string_view();
    stopped = !visit(Version{key, record.head, record.mod_revision, value, &record.value});
  };
  // What the batch adds and the database does not have, up to `key` if there is one.
  const auto show_pending = [&](const std::string_view* key) {
    for (; !stopped && next != entries_.end() && range.contains(next->first); ++next) {
      if (key && next->first >= *key) return;
      if (const Record* record = newer_at(next->second, at)) show(next->first, *record);
    }
  };
  const auto done = scan_versions(versions(), range, at, [&](const Version& stored) {
    show_pending(&stored.key);
    if (stopped) return false;
    const Record* newer = nullptr;
    if (next != entries_.end() && next->first == stored.key) {
      newer = newer_at(next->second, at);
      if (newer) show(next->first, *newer);
      ++next;
    }
    if (!newer) stopped = !visit(stored);
    return !stopped;
  });
  if (done) show_pending(nullptr);
  return done;
}

std::optional<wire::KeyValue> WriteState::get(std::string_view key) {
  const Record* record = current(load(key));
  if (!record) return {};
  return key_value(key, *record);
}

void WriteState::put(std::string_view key, storage::Bytes value, LeaseId lease) {
  Entry& entry = load(key);
  const Record* previous = current(entry);
  Record next{{1, write_revision(), lease}, write_revision(), std::move(value)};
  if (previous) {
    next.head.create_revision = previous->head.create_revision;
    next.head.version = previous->head.version + 1;
  } else {
    batch_.Put(tables_.index, slice_of(key), rocksdb::Slice());
  }
  const LeaseId before = previous ? previous->head.lease : 0;
  if (before != lease) {
    if (before != 0) attach(before, key, false);
    if (lease != 0) attach(lease, key, true);
  }
  write_version(key, next);
  note_change(key, previous, next);
  entry.newer.push_back(std::move(next));
}

void WriteState::remove(std::string_view key) {
  Entry& entry = load(key);
  const Record* previous = current(entry);
  COX_ASSERT(previous, "only a key that is there is removed");
  if (previous->head.lease != 0) attach(previous->head.lease, key, false);
  const Record tombstone{{}, write_revision(), nullptr};
  batch_.Delete(tables_.index, slice_of(key));
  write_version(key, tombstone);
  note_change(key, previous, tombstone);
  entry.newer.push_back(tombstone);
}

void WriteState::write_version(std::string_view key, const Record& record) {
  const std::string at = encoding::version_key(key, record.mod_revision);
  const std::string head = encoding::encode_head(record.head);
  const rocksdb::Slice key_part(at);
  const rocksdb::Slice value_parts[] = {head,
                                        record.value ? rocksdb::Slice(*record.value) : rocksdb::Slice()};
  batch_.Put(tables_.versions, rocksdb::SliceParts(&key_part, 1), rocksdb::SliceParts(value_parts, 2));
}

void WriteState::note_change(std::string_view key, const Record* previous, const Record& next) {
  const bool removed = next.head.version == 0;
  encoding::append_change(record_, {removed, key, previous ? previous->mod_revision : 0});
  auto event = std::make_shared<SharedEvent>();
  event->type = removed ? wire::EventType::remove : wire::EventType::put;
  event->kv = key_value(key, next);
  if (previous) event->prev_kv = key_value(key, *previous);
  events_.push_back(std::move(event));
}

void WriteState::commit() {
  if (record_.empty()) return;
  const Revision revision = ++replicated_.revision;
  batch_.Put(tables_.revisions, encoding::u64(static_cast<std::uint64_t>(revision)), record_);
  publication_.revisions.push_back({revision, std::move(events_)});
  events_.clear();
  record_.clear();
}

void WriteState::compact(Revision revision) {
  replicated_.compacted = revision;
  batch_.Put(tables_.meta, slice_of(encoding::kCompactedKey),
             encoding::u64(static_cast<std::uint64_t>(revision)));
}

void WriteState::grant(Lease lease) {
  replicated_.leases[lease.id] = lease;
  batch_.Put(tables_.meta, encoding::lease_key(lease.id), encoding::encode_lease(lease));
  publication_.granted.push_back(lease);
}

void WriteState::checkpoint(LeaseId id, std::int64_t remaining) {
  Lease& lease = replicated_.leases.at(id);
  lease.remaining = remaining;
  batch_.Put(tables_.meta, encoding::lease_key(id), encoding::encode_lease(lease));
  publication_.checkpointed.push_back(lease);
}

void WriteState::drop_lease(LeaseId id) {
  replicated_.leases.erase(id);
  batch_.Delete(tables_.meta, encoding::lease_key(id));
  publication_.revoked.push_back(id);
  const auto is_it = [id](const Lease& lease) { return lease.id == id; };
  std::erase_if(publication_.granted, is_it);
  std::erase_if(publication_.checkpointed, is_it);
}

void WriteState::attach(LeaseId id, std::string_view key, bool attached) {
  attachments_[id].insert_or_assign(std::string(key), attached);
  const std::string at = encoding::attachment_key(id, key);
  if (attached)
    batch_.Put(tables_.meta, at, rocksdb::Slice());
  else
    batch_.Delete(tables_.meta, at);
}

std::vector<std::string> WriteState::attached_keys(LeaseId id) const {
  std::set<std::string, std::less<>> keys;
  const std::string prefix = encoding::attachment_prefix(id);
  const std::unique_ptr<rocksdb::Iterator> it(tables_.db.NewIterator(rocksdb::ReadOptions(), tables_.meta));
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next())
    keys.emplace(view_of(it->key()).substr(prefix.size()));
  if (!it->status().ok()) or_die(to_error(it->status()));
  if (const auto changed = attachments_.find(id); changed != attachments_.end())
    for (const auto& [key, attached] : changed->second)
      attached ? void(keys.insert(key)) : void(keys.erase(key));
  return {keys.begin(), keys.end()};
}

void WriteState::set_alarm(const wire::AlarmMember& alarm, bool active) {
  const std::pair entry(alarm.member_id, alarm.alarm);
  if (active) {
    replicated_.alarms.insert(entry);
    batch_.Put(tables_.meta, encoding::alarm_key(alarm), rocksdb::Slice());
  } else {
    replicated_.alarms.erase(entry);
    batch_.Delete(tables_.meta, encoding::alarm_key(alarm));
  }
}

void WriteState::finish() {
  batch_.Put(tables_.meta, slice_of(encoding::kRevisionKey),
             encoding::u64(static_cast<std::uint64_t>(replicated_.revision)));
}

}  // namespace raft_store::mvcc
