#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>
#include "base/error.hpp"
#include "raft-store/replication/state_machine.hpp"

namespace rocksdb {
class Env;
}

/// The member's RocksDB on disk (which of them: active_database.hpp).
namespace raft_store::replication {

/// The column family of the Raft log.
inline constexpr std::string_view kLogFamily = "raft";

/// A database that can be told to take its files with it.
class OpenDatabase : public Database {
 public:
  virtual const std::filesystem::path& path() const = 0;
  /// Whether the files are removed when the last reference goes. Default: they stay.
  virtual void remove_when_closed(bool remove) = 0;
};
using OpenDatabasePtr = std::shared_ptr<OpenDatabase>;

/// Blocks. Opens or creates the database at `path` with the log's and these families. The write-ahead log is
/// recovered up to a torn tail. Errors: unavailable (in use), corrupt (and the way out; also where a part of
/// the write-ahead log is damaged that was synced), internal (the system's words). `env`: whose files and
/// threads these are, for tests; it outlives the database. Null: the system's, and a file of the database
/// that cannot be written ends the process (guarded_files.hpp).
base::Result<OpenDatabasePtr> open_database(const std::filesystem::path& path,
                                            const std::vector<std::string>& families,
                                            rocksdb::Env* env = nullptr);

}  // namespace raft_store::replication
