#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include "sim/random.hpp"

namespace rocksdb {
class FileSystem;
}

namespace sim {

/// A file: `synced` bytes of it are durable.
struct File {
  std::string data;
  std::size_t synced = 0;
};
using FilePtr = std::shared_ptr<File>;

/// The files of one member's disk, in memory. A name is durable when its file was synced once; removals and
/// renames are at once, as on a file system with a journal, where what was written before them comes first.
/// Thread-safe, for RocksDB works on it from its own threads.
struct Files {
  std::mutex mutex;
  std::map<std::string, FilePtr> by_path;

  /// What a crash leaves: of each file all that was synced and any part of the rest, whose last bytes may be
  /// other ones than were written.
  std::shared_ptr<Files> after_crash(Random& random);
  /// The files below a folder by name, as they are.
  std::map<std::string, std::string> below(const std::string& folder);
  void put(const std::string& path, std::string data);  ///< Durably.
  void remove_below(const std::string& folder);
};
using FilesPtr = std::shared_ptr<Files>;

/// RocksDB's view of them.
std::shared_ptr<rocksdb::FileSystem> make_file_system(FilesPtr files);

}  // namespace sim
