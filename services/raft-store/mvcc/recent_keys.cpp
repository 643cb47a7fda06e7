#include "raft-store/mvcc/recent_keys.hpp"

namespace raft_store::mvcc {
namespace {

/// What an entry takes besides key and value, about.
constexpr std::size_t kEntryBytes = 250;
/// A larger one would push out too many others.
constexpr std::size_t kValueBytesMax = 64 << 10;

}  // namespace

RecentKeys::RecentKeys(std::size_t bytes_max) : shard_bytes_max_(bytes_max / kShards) {}

std::size_t RecentKeys::Entry::bytes() const {
  return kEntryBytes + key.size() + (record.value ? record.value->size() : 0);
}

RecentKeys::Shard& RecentKeys::shard_of(std::string_view key) {
  return shards_[std::hash<std::string_view>()(key) % kShards];
}

std::optional<RecentKeys::Record> RecentKeys::find(std::string_view key, Revision at) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_key.find(key);
  if (found == shard.by_key.end() || found->second->record.mod_revision > at) return std::nullopt;
  shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  return found->second->record;
}

void RecentKeys::note_read(std::string_view key, const Record& record, Revision at) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  // Under the lock: a publication that comes now finds this entry and replaces it.
  if (revision_ == at && !shard.by_key.contains(key)) put_locked(shard, key, record);
}

void RecentKeys::publish(const Publication& publication) {
  revision_ = publication.revision;
  for (const RevisionEvents& revision : publication.revisions)
    for (const EventPtr& event : revision.events) {
      const wire::KeyValue& kv = *event->kv;
      Shard& shard = shard_of(kv.key);
      const std::lock_guard lock(shard.mutex);
      put_locked(shard, kv.key, {{kv.version, kv.create_revision, kv.lease}, kv.mod_revision, kv.value});
    }
}

void RecentKeys::put_locked(Shard& shard, std::string_view key, const Record& record) {
  const auto found = shard.by_key.find(key);
  if (record.value && record.value->size() > kValueBytesMax) {
    if (found != shard.by_key.end()) erase_locked(shard, found->second);
    return;
  }
  if (found != shard.by_key.end()) {
    Entry& entry = *found->second;
    shard.bytes -= entry.bytes();
    entry.record = record;
    shard.bytes += entry.bytes();
    shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  } else {
    shard.entries.push_front({std::string(key), record});
    shard.by_key.emplace(shard.entries.front().key, shard.entries.begin());
    shard.bytes += shard.entries.front().bytes();
  }
  while (shard.bytes > shard_bytes_max_)
    erase_locked(shard, std::prev(shard.entries.end()));
}

void RecentKeys::erase_locked(Shard& shard, std::list<Entry>::iterator entry) {
  shard.bytes -= entry->bytes();
  shard.by_key.erase(entry->key);
  shard.entries.erase(entry);
}

}  // namespace raft_store::mvcc
