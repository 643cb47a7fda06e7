#include "sim/file_system.hpp"
#include <rocksdb/file_system.h>
#include <algorithm>
#include <cstring>
#include <set>

namespace sim {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class Reading : public rocksdb::FSSequentialFile, public rocksdb::FSRandomAccessFile {
 public:
  Reading(FilesPtr files, FilePtr file) : files_(std::move(files)), file_(std::move(file)) {}

  IOStatus Read(size_t n, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    const IOStatus status =
        static_cast<const Reading*>(this)->Read(position_, n, options, result, scratch, debug);
    position_ += result->size();
    return status;
  }
  IOStatus Skip(uint64_t n) override {
    position_ += n;
    return IOStatus::OK();
  }
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    const std::lock_guard lock(files_->mutex);
    const std::string& data = file_->data;
    const std::size_t take = offset >= data.size() ? 0 : std::min<std::size_t>(n, data.size() - offset);
    if (take > 0) std::memcpy(scratch, data.data() + offset, take);
    *result = Slice(scratch, take);
    return IOStatus::OK();
  }

 private:
  const FilesPtr files_;
  const FilePtr file_;
  std::uint64_t position_ = 0;
};

class Writing final : public rocksdb::FSWritableFile {
 public:
  Writing(FilesPtr files, FilePtr file) : files_(std::move(files)), file_(std::move(file)) {}

  using rocksdb::FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    file_->data.append(data.data(), data.size());
    return IOStatus::OK();
  }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    file_->data.resize(size);
    file_->synced = std::min<std::size_t>(file_->synced, size);
    return IOStatus::OK();
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    file_->synced = file_->data.size();
    return IOStatus::OK();
  }
  bool IsSyncThreadSafe() const override { return true; }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    return file_->data.size();
  }

 private:
  const FilesPtr files_;
  const FilePtr file_;
};

class Folder final : public rocksdb::FSDirectory {
 public:
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
};

class Silence final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

class Lock final : public rocksdb::FileLock {};

class FileSystem final : public rocksdb::FileSystem {
 public:
  explicit FileSystem(FilesPtr files) : files_(std::move(files)) {}
  const char* Name() const override { return "simulated"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result, IODebugContext*) override {
    return open<rocksdb::FSSequentialFile, Reading>(path, result);
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext*) override {
    return open<rocksdb::FSRandomAccessFile, Reading>(path, result);
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    const FilePtr file = std::make_shared<File>();
    files_->by_path[clean(path)] = file;
    result->reset(new Writing(files_, file));
    return IOStatus::OK();
  }
  IOStatus NewDirectory(const std::string&, const IOOptions&, std::unique_ptr<rocksdb::FSDirectory>* result,
                        IODebugContext*) override {
    result->reset(new Folder());
    return IOStatus::OK();
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* result,
                     IODebugContext*) override {
    *result = std::make_shared<Silence>();
    return IOStatus::OK();
  }
  IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    const bool there = files_->by_path.contains(clean(path)) || folders_.contains(clean(path));
    return there ? IOStatus::OK() : IOStatus::NotFound(path);
  }
  IOStatus GetChildren(const std::string& folder, const IOOptions&, std::vector<std::string>* result,
                       IODebugContext*) override {
    result->clear();
    for (const auto& [name, data] : files_->below(clean(folder)))
      result->push_back(name);
    return IOStatus::OK();
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    return files_->by_path.erase(clean(path)) > 0 ? IOStatus::OK() : missing(path);
  }
  IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    folders_.insert(clean(path));
    return IOStatus::OK();
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& options,
                              IODebugContext* debug) override {
    return CreateDir(path, options, debug);
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    folders_.erase(clean(path));
    return IOStatus::OK();
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, uint64_t* size, IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    const auto found = files_->by_path.find(clean(path));
    if (found == files_->by_path.end()) return missing(path);
    *size = found->second->data.size();
    return IOStatus::OK();
  }
  IOStatus GetFileModificationTime(const std::string&, const IOOptions&, uint64_t* time,
                                   IODebugContext*) override {
    *time = 0;
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                      IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    const std::string source = clean(from), target = clean(to);
    auto file = files_->by_path.extract(source);
    if (file) {
      files_->by_path[target] = file.mapped();
      return IOStatus::OK();
    }
    // A folder, as a checkpoint is made under another name first.
    if (folders_.erase(source) == 0) return missing(from);
    folders_.insert(target);
    std::map<std::string, FilePtr> moved;
    std::erase_if(files_->by_path, [&](const auto& item) {
      if (!item.first.starts_with(source + "/")) return false;
      moved[target + item.first.substr(source.size())] = item.second;
      return true;
    });
    files_->by_path.merge(moved);
    return IOStatus::OK();
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions&,
                    IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    const auto found = files_->by_path.find(clean(from));
    if (found == files_->by_path.end()) return missing(from);
    files_->by_path[clean(to)] = found->second;
    return IOStatus::OK();
  }
  IOStatus LockFile(const std::string&, const IOOptions&, rocksdb::FileLock** lock,
                    IODebugContext*) override {
    *lock = new Lock();
    return IOStatus::OK();
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    delete lock;
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
    *path = "/test";
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* result,
                           IODebugContext*) override {
    *result = path;
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is, IODebugContext*) override {
    const std::lock_guard lock(files_->mutex);
    *is = !files_->by_path.contains(clean(path));
    return IOStatus::OK();
  }

 private:
  /// Without doubled and trailing slashes.
  static std::string clean(const std::string& path) {
    std::string out;
    for (const char c : path)
      if (c != '/' || out.empty() || out.back() != '/') out.push_back(c);
    if (out.size() > 1 && out.back() == '/') out.pop_back();
    return out;
  }
  static IOStatus missing(const std::string& path) { return IOStatus::PathNotFound(path); }

  template <class Interface, class Made>
  IOStatus open(const std::string& path, std::unique_ptr<Interface>* result) {
    const std::lock_guard lock(files_->mutex);
    const auto found = files_->by_path.find(clean(path));
    if (found == files_->by_path.end()) return missing(path);
    result->reset(new Made(files_, found->second));
    return IOStatus::OK();
  }

  const FilesPtr files_;
  std::set<std::string> folders_;  ///< Guarded by the files' mutex.
};

}  // namespace

std::shared_ptr<Files> Files::after_crash(Random& random) {
  const std::lock_guard lock(mutex);
  auto left = std::make_shared<Files>();
  std::map<FilePtr, FilePtr> copies;  // Of a file with two names there is one.
  for (const auto& [path, file] : by_path) {
    if (file->synced == 0 && random.chance(300)) continue;
    const auto [copy, is_new] = copies.try_emplace(file);
    if (is_new) {
      const std::size_t kept = file->synced + random.below(file->data.size() - file->synced + 1);
      copy->second = std::make_shared<File>(File{file->data.substr(0, kept), kept});
      std::string& data = copy->second->data;
      if (kept > file->synced &&
          random.chance(300))  // The size came to the disk, and the last bytes did not.
        std::fill(data.begin() + static_cast<std::ptrdiff_t>(kept - 1 - random.below(kept - file->synced)),
                  data.end(), random.chance(500) ? '\0' : static_cast<char>(random.below(256)));
    }
    left->by_path[path] = copy->second;
  }
  return left;
}

std::map<std::string, std::string> Files::below(const std::string& folder) {
  const std::lock_guard lock(mutex);
  std::map<std::string, std::string> found;
  for (auto i = by_path.lower_bound(folder + "/"); i != by_path.end(); ++i) {
    if (!i->first.starts_with(folder + "/")) break;
    const std::string name = i->first.substr(folder.size() + 1);
    if (name.find('/') == std::string::npos) found[name] = i->second->data;
  }
  return found;
}

void Files::put(const std::string& path, std::string data) {
  const std::lock_guard lock(mutex);
  const std::size_t size = data.size();
  by_path[path] = std::make_shared<File>(File{std::move(data), size});
}

void Files::remove_below(const std::string& folder) {
  const std::lock_guard lock(mutex);
  std::erase_if(by_path, [&](const auto& item) { return item.first.starts_with(folder + "/"); });
}

std::shared_ptr<rocksdb::FileSystem> make_file_system(FilesPtr files) {
  return std::make_shared<FileSystem>(std::move(files));
}

}  // namespace sim
