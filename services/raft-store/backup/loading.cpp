#include "raft-store/backup/loading.hpp"
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <algorithm>
#include "raft-store/mvcc/encoding.hpp"
#include "raft-store/replication/active_database.hpp"

namespace raft_store::backup {
namespace {

namespace fs = std::filesystem;
namespace encoding = mvcc::encoding;

constexpr const char* kFolder = "restoring";
/// The restored log begins after this: not at the very beginning, so that a member that joins later is sent
/// the data and not only the log.
constexpr raft::EntryId kStart{raft::Term(1), raft::Index(1)};
constexpr std::size_t kCommandsPerBatch = 1000;

base::Result<void> to_result(const rocksdb::Status& status) {
  if (status.ok()) return {};
  return base::Error(base::Errc::internal, "restore: " + status.ToString());
}

/// What is written is not needed after a crash: then all begins anew.
rocksdb::WriteOptions unlogged() {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return options;
}

rocksdb::Slice slice_of(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

bool is_empty_but_for_ours(const fs::path& dir, std::error_code& error) {
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error))
    if (it->path().filename() != kFolder) return false;
  return !error;
}

}  // namespace

Loading::Loading(fs::path data_dir)
    : data_dir_(std::move(data_dir)), folder_(data_dir_ / kFolder), store_(std::make_unique<mvcc::Store>()) {}

Loading::~Loading() {
  store_.reset();
  database_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

base::Result<std::unique_ptr<Loading>> Loading::begin(const fs::path& data_dir) {
  std::error_code error;
  if (fs::exists(data_dir, error) && !is_empty_but_for_ours(data_dir, error))
    return base::Error(base::Errc::already_exists,
                       "--data-dir " + data_dir.string() + " is not empty or cannot be read");
  fs::remove_all(data_dir / kFolder, error);
  if (auto made = make_directories(data_dir / kFolder); !made) return made.error();
  std::unique_ptr<Loading> loading(new Loading(data_dir));
  const auto path = replication::active_database(loading->folder_);
  if (!path) return path.error();
  auto database = replication::open_database(*path, loading->store_->column_families());
  if (!database) return database.error();
  loading->database_ = std::move(*database);
  return loading;
}

base::Result<void> Loading::load(SnapshotReader& snapshot, const Progress& progress) {
  const std::vector<std::string> known = store_->column_families();
  for (const std::string& family : snapshot.header().families)
    if (std::find(known.begin(), known.end(), family) == known.end())
      return base::Error(base::Errc::unsupported,
                         "restore: the snapshot has data of an unknown kind: " + family);
  for (;;) {
    const auto block = snapshot.next();
    if (!block) return block.error();
    if (!*block) break;
    if (auto loaded = load_block(snapshot.header(), **block); !loaded) return loaded;
    if (progress && !progress(snapshot.position(), snapshot.summary().file_bytes))
      return base::Error(base::Errc::cancelled, "restore: stopped");
  }
  applied_ = snapshot.header().applied.index;
  return store_->open(database_, applied_);
}

base::Result<void> Loading::load_block(const SnapshotHeader& header, const std::string& payload) {
  rocksdb::ColumnFamilyHandle* family =
      database_->family(header.families.at(static_cast<unsigned char>(payload.front())));
  rocksdb::WriteBatch batch;
  const auto read = read_block(payload, [&](std::string_view key, std::string_view value) {
    batch.Put(family, slice_of(key), slice_of(value));
  });
  if (!read) return read.error();
  return to_result(database_->db().Write(unlogged(), &batch));
}

base::Result<bool> Loading::replay(const Frame& frame, Revision revision) {
  if (store_->revision() >= revision) return true;
  if (frame.upto.index <= applied_) return false;  // The snapshot covers it.
  const auto begin = std::find_if(frame.commands.begin(), frame.commands.end(),
                                  [&](const auto& command) { return command.index > applied_; });
  const auto first = static_cast<std::size_t>(begin - frame.commands.begin());
  // Where the revision is reached the commands are done one by one, to stop at the right one.
  const std::size_t step = frame.upto.revision < revision ? kCommandsPerBatch : 1;
  for (std::size_t i = first; i < frame.commands.size() && store_->revision() < revision; i += step)
    if (auto done = apply(frame.commands, i, std::min(i + step, frame.commands.size())); !done)
      return done.error();
  const bool reached = store_->revision() >= revision;
  if (!reached && store_->revision() != frame.upto.revision)
    return base::Error(base::Errc::corrupt, "restore: the archived log led to revision " +
                                                std::to_string(store_->revision()) + ", not " +
                                                std::to_string(frame.upto.revision));
  return reached;
}

base::Result<void> Loading::apply(const std::vector<replication::LoggedCommand>& commands, std::size_t begin,
                                  std::size_t end) {
  std::vector<replication::Command> given;
  for (std::size_t i = begin; i < end; ++i)
    given.push_back({commands[i].index, commands[i].data});
  rocksdb::WriteBatch batch;
  store_->apply(given, batch);
  if (auto written = to_result(database_->db().Write(unlogged(), &batch)); !written) return written;
  applied_ = given.back().index;
  commands_ += given.size();
  store_->published(applied_);
  return {};
}

base::Result<void> Loading::drop_alarms() {
  rocksdb::WriteBatch batch;
  for (const auto& alarm : store_->alarms())
    batch.Delete(database_->family(encoding::kMeta), encoding::alarm_key(alarm));
  return to_result(database_->db().Write(unlogged(), &batch));
}

base::Result<void> Loading::bump(std::uint64_t revisions) {
  if (revisions == 0) return {};
  const std::string revision = encoding::u64(static_cast<std::uint64_t>(store_->revision()) + revisions);
  rocksdb::ColumnFamilyHandle* meta = database_->family(encoding::kMeta);
  rocksdb::WriteBatch batch;
  batch.Put(meta, slice_of(encoding::kRevisionKey), revision);
  batch.Put(meta, slice_of(encoding::kCompactedKey), revision);
  // Watches may begin at the compacted revision, so it has a record; it changed nothing.
  batch.Put(database_->family(encoding::kRevisions), revision, rocksdb::Slice());
  return to_result(database_->db().Write(unlogged(), &batch));
}

base::Result<void> Loading::flush() {
  for (const std::string& name : store_->column_families())
    if (auto flushed = to_result(database_->db().Flush(rocksdb::FlushOptions(), database_->family(name)));
        !flushed)
      return flushed;
  return {};
}

base::Result<Revision> Loading::finish(const NewMember& member, std::uint64_t bump_revision) {
  if (auto dropped = drop_alarms(); !dropped) return dropped.error();
  if (auto bumped = bump(bump_revision); !bumped) return bumped.error();
  const Revision revision = store_->revision() + static_cast<Revision>(bump_revision);
  if (auto flushed = flush(); !flushed) return flushed.error();
  auto founded = replication::LogStore(database_).bootstrap(member.identity, member.membership, kStart);
  if (!founded) return founded.error();
  store_.reset();
  database_.reset();
  std::error_code ignored;
  if (auto renamed = rename_synced(folder_ / "member", data_dir_ / "member"); !renamed)
    return renamed.error();
  fs::remove_all(folder_, ignored);
  if (auto synced = sync_directory(data_dir_.parent_path()); !synced) return synced.error();
  return revision;
}

}  // namespace raft_store::backup
