#pragma once
#include <filesystem>
#include "base/error.hpp"

/// Which database is in use. Below the data directory stands `member/`, in it one folder a database and the
/// file `active`, which names the one in use: a snapshot is a second database that becomes the active one by
/// a rename.
namespace raft_store::replication {

/// The active database's folder below `data_dir`; where there is none yet, the empty "member/db-1", which is
/// then made active. Blocks. Removes what an interrupted snapshot left. Errors: corrupt (`active` is damaged,
/// or it or what it names is gone), internal.
base::Result<std::filesystem::path> active_database(const std::filesystem::path& data_dir);
/// Makes `database` (a folder in member/) the active one; on disk when it returns. Blocks.
base::Result<void> make_active(const std::filesystem::path& data_dir, const std::filesystem::path& database);
/// A folder in member/ that does not exist yet, for a snapshot.
std::filesystem::path unused_database(const std::filesystem::path& data_dir);

}  // namespace raft_store::replication
