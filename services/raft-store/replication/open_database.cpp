#include "raft-store/replication/open_database.hpp"
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/table.h>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <map>
#include "base/assert.hpp"
#include "base/log.hpp"
#include "raft-store/replication/give_up.hpp"
#include "raft-store/replication/guarded_files.hpp"
#include "raft-store/replication/wal_damage.hpp"

namespace raft_store::replication {
namespace {

namespace fs = std::filesystem;

/// Blocks kept uncompressed; what does not fit is mostly in the system's page cache.
constexpr std::size_t kBlockCacheBytes = 128 << 20;

/// A database is DATA_DIR/member/NAME.
fs::path data_dir_of(const fs::path& database) {
  return database.parent_path().parent_path();
}

/// Of a member that cannot trust its files: what it has promised is not known any more.
base::Error damaged(const std::string& text) {
  return with_way_out({base::Errc::corrupt, text});
}

base::Error to_error(const rocksdb::Status& status, const fs::path& path) {
  const std::string text = "database " + path.string() + ": " + status.ToString();
  if (status.IsCorruption() || status.IsPathNotFound()) return damaged(text);
  if (status.IsIOError() && text.find("lock") != std::string::npos)
    return {base::Errc::unavailable, text + " (is another raft-store running on this directory?)"};
  return {base::Errc::internal, text + disk_advice(text, data_dir_of(path))};
}

/// RocksDB's own log among ours. Its file beside the data would be one more thing to fail on a full disk.
class Log final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    write(rocksdb::InfoLogLevel::INFO_LEVEL, format, arguments);
  }
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    write(level, format, arguments);
  }

 private:
  static void write(rocksdb::InfoLogLevel level, const char* format, va_list arguments) {
    const bool warns =
        level >= rocksdb::InfoLogLevel::WARN_LEVEL && level != rocksdb::InfoLogLevel::HEADER_LEVEL;
    if (!warns && !base::log::enabled(base::log::Level::debug)) return;
    char text[1024];
    std::vsnprintf(text, sizeof text, format, arguments);
    warns ? base::log::warning("rocksdb", {{"says", text}}) : base::log::debug("rocksdb", {{"says", text}});
  }
};

class RocksDatabase final : public OpenDatabase {
 public:
  /// `env` null: the system's, and a file that cannot be written ends the process.
  RocksDatabase(fs::path path, rocksdb::Env* env) : path_(std::move(path)), env_(env) {
    if (env_) return;
    guarded_ = rocksdb::NewCompositeEnv(guarded_files(path_.string(), [this](const std::string& error) {
      give_up("database " + path_.string() + ": " + error + disk_advice(error, data_dir_of(path_)));
    }));
    env_ = guarded_.get();
  }
  ~RocksDatabase() override {
    flush();
    for (const auto& [name, handle] : families_)
      db_->DestroyColumnFamilyHandle(handle);
    if (db_) db_->Close();
    db_.reset();
    std::error_code ignored;
    if (remove_) fs::remove_all(path_, ignored);
  }

  rocksdb::Status open(const std::vector<std::string>& names, rocksdb::WALRecoveryMode recovery) {
    rocksdb::DBOptions options;
    options.env = env_;
    options.wal_recovery_mode = recovery;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.max_total_wal_size = 64 << 20;  // Bounds what is replayed after a crash, to well below a second.
    // A torn log must not stay: a checkpoint reads how each one begins.
    options.avoid_flush_during_recovery = recovery == rocksdb::WALRecoveryMode::kAbsoluteConsistency;
    options.bytes_per_sync = 1 << 20;
    options.info_log = std::make_shared<Log>();
    options.max_background_jobs = 2;
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);  // One for all families.
    table.block_size = 8 << 10;  // Ranges are read far more than single keys out of large ones.
    table.checksum = rocksdb::kXXH3;
    rocksdb::ColumnFamilyOptions data;
    data.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    data.level_compaction_dynamic_level_bytes = true;
    data.compression = rocksdb::kLZ4Compression;
    rocksdb::ColumnFamilyOptions log = data;
    log.write_buffer_size = 32 << 20;  // Most of the log is dropped before it leaves the memtable.
    std::vector<rocksdb::ColumnFamilyDescriptor> wanted{{rocksdb::kDefaultColumnFamilyName, data},
                                                        {std::string(kLogFamily), log}};
    for (const std::string& name : names)
      wanted.emplace_back(name, data);
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(options, path_.string(), wanted, &handles, &db);
    if (!status.ok()) return status;
    db_.reset(db);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      families_[wanted[i].name] = handles[i];
    return status;
  }

  rocksdb::DB& db() const override { return *db_; }
  rocksdb::ColumnFamilyHandle* family(std::string_view name) const override {
    const auto found = families_.find(name);
    COX_ASSERT(found != families_.end(), "a column family that was not asked for");
    return found->second;
  }
  const fs::path& path() const override { return path_; }
  void remove_when_closed(bool remove) override { remove_ = remove; }

 private:
  /// So that the next start has nothing to replay. When it fails, that start replays the log.
  void flush() {
    if (!db_ || remove_) return;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    for (const auto& [name, handle] : families_)
      handles.push_back(handle);
    db_->Flush(rocksdb::FlushOptions(), handles).PermitUncheckedError();
  }

  fs::path path_;
  std::unique_ptr<rocksdb::Env> guarded_;
  rocksdb::Env* env_;  ///< Outlives the database.
  std::unique_ptr<rocksdb::DB> db_;
  std::map<std::string, rocksdb::ColumnFamilyHandle*, std::less<>> families_;
  std::atomic<bool> remove_ = false;
};

/// RocksDB makes a new database where it finds no CURRENT, whatever else is there.
base::Result<void> check_not_headless(rocksdb::Env& env, const fs::path& path) {
  std::vector<std::string> names;
  env.GetChildren(path.string(), &names).PermitUncheckedError();  // Not there: it is to be made.
  bool current = false, data = false;
  for (const std::string& name : names) {
    current |= name == "CURRENT";
    data |= name.ends_with(".sst") || name.ends_with(".log");
  }
  if (data && !current) return damaged("database " + path.string() + ": the file CURRENT is missing");
  return {};
}

}  // namespace

base::Result<OpenDatabasePtr> open_database(const fs::path& path, const std::vector<std::string>& families,
                                            rocksdb::Env* chosen) {
  rocksdb::Env& env = chosen ? *chosen : *rocksdb::Env::Default();
  if (base::Result<void> ok = check_not_headless(env, path); !ok) return ok.error();
  auto database = std::make_shared<RocksDatabase>(path, chosen);
  rocksdb::Status status = database->open(families, rocksdb::WALRecoveryMode::kAbsoluteConsistency);
  if (status.IsCorruption()) {
    const auto damage = find_wal_damage(env, path.string());
    if (!damage) return damage.error();
    if (*damage)
      return damaged("database " + path.string() + ": the write-ahead log is damaged at " + **damage);
    base::log::warning("the end of the write-ahead log is torn, as a crash leaves it",
                       {{"path", path.string()}, {"rocksdb", status.ToString()}});
    status = database->open(families, rocksdb::WALRecoveryMode::kPointInTimeRecovery);
  }
  if (!status.ok()) return to_error(status, path);
  return OpenDatabasePtr(std::move(database));
}

}  // namespace raft_store::replication
