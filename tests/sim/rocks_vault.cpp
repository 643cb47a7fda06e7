#include "sim/rocks_vault.hpp"
#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <rocksdb/write_batch.h>
#include <map>
#include "base/assert.hpp"
#include "raft-store/mvcc/command.hpp"
#include "raft-store/mvcc/store.hpp"
#include "raft-store/replication/log_store.hpp"
#include "raft-store/replication/snapshot_archive.hpp"
#include "raft/codec.hpp"
#include "sim/background.hpp"
#include "sim/file_system.hpp"
#include "sim/machine.hpp"
#include "sim/store_watches.hpp"
#include "storage/convert.hpp"

namespace sim {
namespace {

namespace mvcc = raft_store::mvcc;
namespace replication = raft_store::replication;

constexpr std::string_view kDigestKey = "digest";

void must(const rocksdb::Status& status) {
  COX_ASSERT(status.ok(), "the simulated disk refuses nothing");
}

mvcc::Command to_mvcc(const Command& command) {
  switch (command.action) {
    case Action::compact:
      return storage::wire::CompactionRequest{command.revision, false};
    case Action::grant:
      return storage::wire::LeaseGrantRequest{60, command.lease};
    case Action::revoke:
      return mvcc::LeaseRevoke{command.lease};
    default:
      return storage::to_wire(request_of(command));
  }
}

struct Copy final : Snapshot {
  std::map<std::string, std::string> files;
  std::uint64_t digest = 0;
};

class RocksVault final : public Vault {
 public:
  RocksVault(Env& env, raft::Membership first) : env_(env), first_(std::move(first)) {}
  ~RocksVault() override { close(); }

  base::Result<raft::Start> open() override {
    store_ = std::make_unique<mvcc::Store>();
    watches_ = std::make_unique<StoreWatches>(*store_);
    store_->add_listener(watches_->listener());
    base::Result<replication::OpenDatabasePtr> database = open_database(active_);
    if (!database) return database.error();
    log_.emplace(*database);
    const auto identity = log_->identity();
    if (!identity) return identity.error();
    if (!*identity)
      if (auto made = log_->bootstrap(kIdentity, first_); !made) return made.error();
    base::Result<raft::Start> start = log_->load();
    if (!start) return start;
    if (auto opened = store_->open(*database, start->applied); !opened) return opened.error();
    take_stamp();
    settle();
    return start;
  }

  void crash(Random& random) override {
    FilesPtr left = files_->after_crash(random);
    close();
    files_ = std::move(left);
    env_of_database_.reset();
  }

  /// The Write of LogStore::write; `sync` is its SyncWAL.
  std::size_t write(const raft::Ready& job) override {
    log_->write(job.hard_state, job.entries, false).value();
    settle();
    return 0;
  }
  void sync(std::size_t) override {
    log_->write(std::nullopt, {}, true).value();
    settle();
  }
  void compact(const raft::SnapshotMeta& upto) override {
    log_->compact(upto).value();
    settle();
  }

  std::vector<Applied> apply(const std::vector<raft::Entry>& entries,
                             const raft::SnapshotMeta& upto) override {
    std::vector<Command> commands;
    std::vector<std::string> bytes;
    for (const raft::Entry& entry : entries) {
      if (entry.kind != raft::EntryKind::command) continue;
      commands.push_back(decode_command(*entry.data).value());
      bytes.push_back(mvcc::encode(to_mvcc(commands.back())));
    }
    std::vector<replication::Command> log;
    for (const std::string& command : bytes)
      log.push_back({raft::Index(), command});
    rocksdb::WriteBatch batch;
    storage::Revision before = store_->revision();
    std::vector<replication::OutcomePtr> outcomes;
    if (!log.empty()) outcomes = store_->apply(log, batch);
    std::vector<Applied> out;
    std::size_t next = 0;
    for (const raft::Entry& entry : entries) {
      std::optional<Outcome> outcome;
      if (entry.kind == raft::EntryKind::command) {
        outcome = outcome_for(commands[next], *outcomes[next], before);
        before = outcome->revision;
        ++next;
      }
      digest_ = digest_after(digest_, entry, outcome);
      out.push_back({std::move(outcome), digest_});
    }
    raft::codec::Writer digest;
    digest.u64(digest_);
    batch.Put(std::string(kDigestKey), digest.take());
    log_->stamp_applied(batch, upto);
    must(db().Write(rocksdb::WriteOptions(), &batch));
    store_->published(upto.id.index);
    applied_ = upto;
    settle();
    return out;
  }

  const raft::SnapshotMeta& applied() const override { return applied_; }
  std::uint64_t digest() const override { return digest_; }

  SnapshotPtr capture() override {
    const std::string folder = "/for-a-peer-" + std::to_string(++captured_);
    replication::make_checkpoint(*log_->database(), folder).value();
    auto copy = std::make_shared<Copy>();
    copy->files = files_->below(folder);
    copy->applied = applied_;
    files_->remove_below(folder);
    settle();
    return copy;
  }

  void install(const Snapshot& snapshot, const raft::HardState& hard_state,
               const std::vector<raft::Entry>& entries) override {
    const std::string previous = path(active_);
    for (const auto& [name, data] : static_cast<const Copy&>(snapshot).files)
      files_->put(path(active_ + 1) + "/" + name, data);
    // As Engine::install_blocking.
    replication::OpenDatabasePtr next = open_database(active_ + 1).value();
    replication::LogStore log(next);
    COX_ASSERT(log.applied().value().id == snapshot.applied.id, "the data is that of the snapshot");
    log.adopt(kIdentity, hard_state).value();
    log.write(std::nullopt, entries, true).value();
    ++active_;
    log_.emplace(std::move(log));
    store_->open(next, snapshot.applied.id.index).value();
    watches_->turn();
    take_stamp();
    settle();
    files_->remove_below(previous);
  }

  Outcome look(const Command& read) override {
    const auto response = store_->range(storage::to_wire(range_of(read)));
    return outcome_of(read.action, storage::from_wire(response.value()));
  }
  storage::RangeResponse everything() override {
    return storage::from_wire(store_->range(storage::to_wire(all_keys())).value());
  }
  storage::Revision revision() override { return store_->revision(); }

  base::Result<std::optional<storage::WatchBatch>> watch(int watcher, storage::Revision from,
                                                         std::size_t) override {
    return watches_->next(watcher, from, env_.random.chance(200));
  }

  void tend(Random& random) override {
    const std::uint64_t dice = random.below(4);
    if (dice == 0) {
      for (rocksdb::ColumnFamilyHandle* family : families())
        if (random.chance(500)) must(db().Flush(rocksdb::FlushOptions(), family));
    } else if (dice == 1) {
      must(db().CompactRange(rocksdb::CompactRangeOptions(), random.pick(families()), nullptr, nullptr));
    } else {
      store_->sweep(static_cast<std::size_t>(random.between(1, 20))).value();
    }
    settle();
  }

 private:
  static constexpr replication::Identity kIdentity{1, raft::NodeId(1)};

  std::string path(int number) const { return "/db-" + std::to_string(number); }
  rocksdb::DB& db() { return log_->database()->db(); }
  std::vector<rocksdb::ColumnFamilyHandle*> families() {
    std::vector<rocksdb::ColumnFamilyHandle*> out{db().DefaultColumnFamily(),
                                                  log_->database()->family(replication::kLogFamily)};
    for (const std::string& name : store_->column_families())
      out.push_back(log_->database()->family(name));
    return out;
  }

  base::Result<replication::OpenDatabasePtr> open_database(int number) {
    if (!env_of_database_)
      env_of_database_ = std::make_unique<Background>(rocksdb::NewCompositeEnv(make_file_system(files_)));
    return replication::open_database(path(number), store_->column_families(), env_of_database_.get());
  }

  void settle() {
    env_of_database_->rest();
    watches_->turn();
  }

  void take_stamp() {
    applied_ = log_->applied().value();
    std::string bytes;
    const rocksdb::Status status = db().Get(rocksdb::ReadOptions(), std::string(kDigestKey), &bytes);
    digest_ = status.ok() ? raft::codec::Reader(bytes).u64() : 0;
  }

  /// What cannot be done (a lease that is not there, a compaction that comes late) changes nothing.
  Outcome outcome_for(const Command& command, const replication::Outcome& outcome, storage::Revision before) {
    if (is_transaction(command.action)) {
      const auto response = mvcc::outcome_as<storage::wire::TxnResponse>(outcome);
      if (response) return outcome_of(command.action, storage::from_wire(*response), before);
    } else if (command.action == Action::revoke) {
      const auto response = mvcc::outcome_as<storage::wire::HeaderResponse>(outcome);
      if (response) return {response->header.revision != before, {}, response->header.revision};
    }
    return {false, {}, before};
  }

  void close() {
    watches_.reset();
    store_.reset();
    log_.reset();
  }

  Env& env_;
  const raft::Membership first_;
  FilesPtr files_ = std::make_shared<Files>();
  int active_ = 1;    ///< What the file `active` names.
  int captured_ = 0;  ///< Counts the snapshots, whose folders need names.
  std::unique_ptr<Background> env_of_database_;
  std::optional<replication::LogStore> log_;
  std::unique_ptr<mvcc::Store> store_;
  std::unique_ptr<StoreWatches> watches_;
  raft::SnapshotMeta applied_;
  std::uint64_t digest_ = 0;
};

}  // namespace

std::unique_ptr<Vault> make_rocks_vault(Env& env, const raft::Membership& first) {
  return std::make_unique<RocksVault>(env, first);
}

}  // namespace sim
