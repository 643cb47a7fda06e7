#pragma once
#include <array>
#include <atomic>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include "raft-store/mvcc/encoding.hpp"

namespace raft_store::mvcc {

/// The newest published versions of the keys that were written or read lately, so that reading one of them,
/// or putting it, asks the database nothing. Bounded in bytes; what was not used for longest goes first.
/// Thread-safe.
class RecentKeys {
 public:
  struct Record {
    encoding::VersionHead head;  ///< version 0: the key is deleted.
    Revision mod_revision = 0;
    storage::Bytes value;
  };

  explicit RecentKeys(std::size_t bytes_max);
  RecentKeys(const RecentKeys&) = delete;
  RecentKeys& operator=(const RecentKeys&) = delete;

  /// The version of the key that revision `at` shows, if it is the newest one and is known.
  std::optional<Record> find(std::string_view key, Revision at);
  /// What a reader found in the database at revision `at`. Dropped if more was published since.
  void note_read(std::string_view key, const Record& record, Revision at);
  /// Before readers get to see the publication.
  void publish(const Publication& publication);
  /// Of the last publication: whoever knows the keys as of then may trust `find`.
  Revision revision() const noexcept { return revision_.load(); }

 private:
  struct Entry {
    std::string key;
    Record record;
    std::size_t bytes() const;
  };
  struct Shard {
    std::mutex mutex;          ///< Guards the others.
    std::list<Entry> entries;  ///< The last used first.
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key;
    std::size_t bytes = 0;
  };
  Shard& shard_of(std::string_view key);
  void put_locked(Shard& shard, std::string_view key, const Record& record);
  void erase_locked(Shard& shard, std::list<Entry>::iterator entry);

  static constexpr std::size_t kShards = 16;
  const std::size_t shard_bytes_max_;
  std::atomic<Revision> revision_ = 0;
  std::array<Shard, kShards> shards_;
};

}  // namespace raft_store::mvcc
