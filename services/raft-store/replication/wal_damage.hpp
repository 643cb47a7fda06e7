#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include "base/error.hpp"

namespace rocksdb {
class Env;
}

/// RocksDB recovers its write-ahead log up to the first record that it cannot read. After a crash that is
/// right: what was not synced may be torn. It is wrong where the disk has lost what was synced, for then this
/// member would forget votes and entries that it has answered for. Every synced write of the log carries a
/// mark that tells the one from the other: it is made only when the sync of the one before has ended.
namespace raft_store::replication {

/// For WriteBatch::PutLogData: the write number `number` of this process (`instance`, random).
std::string sync_mark(std::uint64_t instance, std::uint64_t number);

/// Looks at the write-ahead logs in `folder`, which RocksDB cannot read to the end. Where something durable
/// is damaged, in words; none: no more than a tail is torn. What only the last sync made durable cannot be
/// told from a torn tail. Error: internal (a file cannot be read).
base::Result<std::optional<std::string>> find_wal_damage(rocksdb::Env& env, const std::string& folder);

}  // namespace raft_store::replication
