#include "raft-store/replication/guarded_files.hpp"
#include <utility>

namespace raft_store::replication {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;
using Failed = std::function<void(const std::string&)>;

IOStatus told(IOStatus status, const Failed& failed) {
  if (!status.ok() && !status.IsNotSupported()) failed(status.ToString());
  return status;
}

class GuardedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  GuardedFile(std::unique_ptr<FSWritableFile> file, const Failed& failed)
      : FSWritableFileOwnerWrapper(std::move(file)), failed_(failed) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return told(target()->Append(data, options, debug), failed_);
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo& info,
                  IODebugContext* debug) override {
    return told(target()->Append(data, options, info, debug), failed_);
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& options,
                            IODebugContext* debug) override {
    return told(target()->PositionedAppend(data, offset, options, debug), failed_);
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& options,
                            const rocksdb::DataVerificationInfo& info, IODebugContext* debug) override {
    return told(target()->PositionedAppend(data, offset, options, info, debug), failed_);
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return told(target()->Flush(options, debug), failed_);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return told(target()->Sync(options, debug), failed_);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return told(target()->Fsync(options, debug), failed_);
  }
  IOStatus RangeSync(std::uint64_t offset, std::uint64_t bytes, const IOOptions& options,
                     IODebugContext* debug) override {
    return told(target()->RangeSync(offset, bytes, options, debug), failed_);
  }

 private:
  const Failed failed_;
};

class GuardedFiles final : public rocksdb::FileSystemWrapper {
 public:
  GuardedFiles(std::string folder, Failed failed)
      : FileSystemWrapper(rocksdb::FileSystem::Default()),
        folder_(std::move(folder) + "/"),
        failed_(std::move(failed)) {}

  const char* Name() const override { return "GuardedFiles"; }
  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* debug) override {
    return guard(name, target()->NewWritableFile(name, options, file, debug), file);
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options,
                              std::unique_ptr<FSWritableFile>* file, IODebugContext* debug) override {
    return guard(name, target()->ReopenWritableFile(name, options, file, debug), file);
  }
  IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name, const FileOptions& options,
                             std::unique_ptr<FSWritableFile>* file, IODebugContext* debug) override {
    return guard(name, target()->ReuseWritableFile(name, old_name, options, file, debug), file);
  }

 private:
  /// Others' files (a checkpoint, a backup) may fail: who makes them copes with it.
  IOStatus guard(const std::string& name, IOStatus status, std::unique_ptr<FSWritableFile>* file) {
    if (!name.starts_with(folder_)) return status;
    if (status.ok()) *file = std::make_unique<GuardedFile>(std::move(*file), failed_);
    return told(std::move(status), failed_);
  }

  const std::string folder_;
  const Failed failed_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> guarded_files(std::string folder, Failed failed) {
  return std::make_shared<GuardedFiles>(std::move(folder), std::move(failed));
}

}  // namespace raft_store::replication
