#include "raft-store/backup/testing.hpp"
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <fstream>
#include <iterator>
#include "raft-store/mvcc/testing.hpp"
#include "raft-store/replication/active_database.hpp"
#include "raft-store/replication/command_frame.hpp"

namespace raft_store::backup::testing {
namespace {

namespace fs = std::filesystem;
constexpr raft::Term kTerm{1};

raft::Membership membership() {
  return replication::initial_membership({{raft::NodeId(7), "a", {"https://127.0.0.1:1"}, {}, false}});
}

}  // namespace

TestMember::TestMember() : machine_(store, queue) {
  database = replication::open_database(dir.path() / "db", machine_.column_families()).value();
  log_ = std::make_unique<replication::LogStore>(database);
  log_->bootstrap({kClusterId, raft::NodeId(7)}, membership()).value();
  machine_.open(database, raft::Index(0)).value();
}

void TestMember::apply(const mvcc::Command& command) {
  const raft::EntryId id{kTerm, ++last_};
  const std::string payload = mvcc::encode(command);
  const raft::Entry entry{id, raft::EntryKind::command, raft::make_data(replication::frame({1, 1, payload}))};
  log_->write(std::nullopt, {entry}, false).value();
  const replication::Command given{id.index, payload};
  rocksdb::WriteBatch batch;
  machine_.apply({&given, 1}, batch);
  log_->stamp_applied(batch, {id, membership()});
  database->db().Write(rocksdb::WriteOptions(), &batch);
  machine_.published(id.index);
}

void TestMember::put(const std::string& key, const std::string& value) {
  apply(mvcc::testing::put_of(key, value));
}

void TestMember::compact_log(raft::Index index) {
  log_->compact({{kTerm, index}, membership()}).value();
}

std::unique_ptr<SnapshotSource> TestMember::snapshot() const {
  return SnapshotSource::open(database, store.column_families(), base::SystemTime(std::chrono::seconds(1000)))
      .value();
}

Opened::Opened(const fs::path& data_dir) {
  const fs::path path = replication::active_database(data_dir).value();
  database = replication::open_database(path, store.column_families()).value();
  position = replication::read_position(*database, nullptr).value();
  store.open(database, position.applied.id.index).value();
}

std::string show(const mvcc::Store& store, Revision revision) {
  return mvcc::testing::show(store.range(mvcc::testing::everything(revision)));
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace raft_store::backup::testing
