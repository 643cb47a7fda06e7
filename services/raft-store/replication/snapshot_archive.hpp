#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"
#include "raft-store/replication/state_machine.hpp"

/// A database on its way to a peer: a RocksDB checkpoint as one stream of bytes. Everything here blocks.
/// Form: "COXSNAP1", then for each file u32 name length, name, u64 size, content; a name of length 0 ends it.
namespace raft_store::replication {

/// Writes a consistent copy (hard links where it can) to `folder`, which must not exist.
base::Result<void> make_checkpoint(const Database& database, const std::filesystem::path& folder);

/// Turns a folder of files into the stream.
class ArchiveReader {
 public:
  explicit ArchiveReader(std::filesystem::path folder);
  /// The next piece, at most about a MiB; empty at the end. Error: internal.
  base::Result<std::string> next();

 private:
  std::vector<std::filesystem::path> files_;
  std::size_t next_file_ = 0;
  std::ifstream open_;
  std::uint64_t left_ = 0;  ///< Of the open file.
  bool begun_ = false, ended_ = false;
};

/// Turns the stream into a folder of files, synced to disk.
class ArchiveWriter {
 public:
  explicit ArchiveWriter(std::filesystem::path folder);
  /// Errors: corrupt (not such a stream, a name that leaves the folder), internal (disk).
  base::Result<void> feed(std::string_view piece);
  /// After the last piece. Error: corrupt if the stream is cut short.
  base::Result<void> finish();

 private:
  bool take_magic();
  base::Result<bool> take_head();
  base::Result<void> take_content();
  base::Result<void> close_file();

  std::filesystem::path folder_;
  std::string buffer_;  ///< Received and not used yet.
  std::ofstream open_;
  std::filesystem::path path_;
  std::uint64_t left_ = 0;
  bool begun_ = false, in_file_ = false, ended_ = false;
};

}  // namespace raft_store::replication
