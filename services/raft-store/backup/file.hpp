#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include "base/error.hpp"

/// Files as backups need them: errors in the system's words with the path, everything blocks.
namespace raft_store::backup {

/// A new file that is only appended to. A full disk is `resource_exhausted`, anything else `internal`.
class OutputFile {
 public:
  /// Error besides: already_exists.
  static base::Result<OutputFile> create(std::filesystem::path path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();

  base::Result<void> append(std::string_view bytes);
  /// On disk when it returns.
  base::Result<void> sync();
  /// Tells the system that its cache is not needed, so that reading it again reads the disk. After `sync`.
  void drop_cache() const noexcept;
  std::uint64_t size() const noexcept { return size_; }  ///< What was appended in full.
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  OutputFile(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::filesystem::path path_;
  int fd_;
  std::uint64_t size_ = 0;
};

class InputFile {
 public:
  /// Errors: not_found, internal.
  static base::Result<InputFile> open(std::filesystem::path path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;
  ~InputFile();

  /// The next `bytes`, fewer only at the end of the file. Memory grows with what is there, not with `bytes`.
  base::Result<std::string> read(std::uint64_t bytes);
  void seek(std::uint64_t position) noexcept { position_ = position; }
  std::uint64_t position() const noexcept { return position_; }
  std::uint64_t size() const noexcept { return size_; }  ///< When it was opened.
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  InputFile(std::filesystem::path path, int fd, std::uint64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}
  std::filesystem::path path_;
  int fd_;
  std::uint64_t position_ = 0, size_;
};

/// Names made, changed and removed in it are on disk when it returns. Error: internal.
base::Result<void> sync_directory(const std::filesystem::path& path);
/// `to` is replaced; on disk when it returns. Error: internal.
base::Result<void> rename_synced(const std::filesystem::path& from, const std::filesystem::path& to);
/// Error: internal.
base::Result<void> make_directories(const std::filesystem::path& path);
/// Whether it is gone; a failure is the caller's to ignore.
bool remove_file(const std::filesystem::path& path) noexcept;

/// An exclusive lock on a file, made if missing, for as long as the object lives; the system drops it when
/// the process ends, however it does.
class FileLock {
 public:
  /// Errors: unavailable (another process has it), internal.
  static base::Result<FileLock> take(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace raft_store::backup
