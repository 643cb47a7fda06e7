#pragma once
#include <rocksdb/file_system.h>
#include <functional>
#include <memory>
#include <string>

namespace raft_store::replication {

/// The default file system, but that `failed` hears of the first thing below `folder` that cannot be created,
/// written or synced, before RocksDB does: its own answer to that is to go on half, or to stop with an
/// assertion of its own. `failed` may be called from any thread and does not return if nobody is to see the
/// error.
std::shared_ptr<rocksdb::FileSystem> guarded_files(std::string folder,
                                                   std::function<void(const std::string& error)> failed);

}  // namespace raft_store::replication
