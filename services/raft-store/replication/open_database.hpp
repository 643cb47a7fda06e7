#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>
#include "base/error.hpp"
#include "raft-store/replication/state_machine.hpp"

/// The member's RocksDB on disk. Below the data directory stands `member/`, in it one folder a database and
/// the file `active`, which names the one in use: a snapshot is a second database that becomes the active one
/// by a rename.
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
/// recovered up to the first torn record, which is past everything that was synced. Errors: unavailable (in
/// use), corrupt, internal (the system's words).
base::Result<OpenDatabasePtr> open_database(const std::filesystem::path& path,
                                            const std::vector<std::string>& families);

/// The active database's folder below `data_dir`; "member/db-1" if there is none yet, which is then made
/// active. Blocks. Removes what an interrupted snapshot left. Error: internal.
base::Result<std::filesystem::path> active_database(const std::filesystem::path& data_dir);
/// Makes `database` (a folder in member/) the active one; on disk when it returns. Blocks.
base::Result<void> make_active(const std::filesystem::path& data_dir, const std::filesystem::path& database);
/// A folder in member/ that does not exist yet, for a snapshot.
std::filesystem::path unused_database(const std::filesystem::path& data_dir);

}  // namespace raft_store::replication
