#include "raft-store/mvcc/testing.hpp"
#include <rocksdb/db.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include "base/assert.hpp"
#include "raft-store/replication/open_database.hpp"

namespace raft_store::mvcc::testing {

TestStore::TestStore() : TestStore(Opened::later) {
  open({});
}

TestStore::TestStore(Opened) : store_(std::make_unique<Store>()) {}

TestStore::~TestStore() = default;

void TestStore::open(std::vector<Listener*> listeners) {
  for (Listener* listener : listeners)
    store_->add_listener(*listener);
  const auto path = dir_.path() / std::to_string(databases_);
  database_ = replication::open_database(path, store_->column_families()).value();
  store_->open(database_, raft::Index(index_)).value();
}

void TestStore::reopen(std::vector<Listener*> listeners) {
  store_.reset();
  database_.reset();
  store_ = std::make_unique<Store>();
  open(std::move(listeners));
}

void TestStore::install(TestStore& other) {
  const auto path = dir_.path() / std::to_string(++databases_);
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(&other.database_->db(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = checkpoint->CreateCheckpoint(path.string());
  COX_ASSERT(status.ok(), "a checkpoint");
  index_ = other.index_;
  open({});
}

std::vector<base::Result<Response>> TestStore::apply(const std::vector<Command>& commands) {
  std::vector<std::string> bytes;
  std::vector<replication::Command> log;
  for (const Command& command : commands)
    bytes.push_back(encode(command));
  for (const std::string& b : bytes)
    log.push_back({raft::Index(++index_), b});
  rocksdb::WriteBatch batch;
  const auto outcomes = store_->apply(log, batch);
  const rocksdb::Status status = database_->db().Write(rocksdb::WriteOptions(), &batch);
  COX_ASSERT(status.ok(), "the test's disk takes the batch");
  store_->published(raft::Index(index_));
  std::vector<base::Result<Response>> results;
  for (const auto& outcome : outcomes)
    results.push_back(static_cast<const Outcome&>(*outcome).result);
  return results;
}

base::Result<Response> TestStore::apply(Command command) {
  return apply(std::vector<Command>{std::move(command)}).front();
}

void TestStore::sweep_all(std::size_t changes) {
  for (;;) {
    const base::Result<bool> more = store_->sweep(changes);
    if (!more.value()) return;
  }
}

std::size_t TestStore::entries(std::string_view family) const {
  const std::unique_ptr<rocksdb::Iterator> it(
      database_->db().NewIterator(rocksdb::ReadOptions(), database_->family(family)));
  std::size_t n = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next())
    ++n;
  return n;
}

wire::PutRequest put_of(std::string key, std::string value, LeaseId lease) {
  wire::PutRequest request;
  request.key = std::move(key);
  request.value = std::move(value);
  request.lease = lease;
  return request;
}

wire::DeleteRangeRequest delete_of(std::string key, std::string range_end) {
  return {std::move(key), std::move(range_end), false};
}

wire::RangeRequest range_of(std::string key, std::string range_end, Revision revision) {
  wire::RangeRequest request;
  request.key = std::move(key);
  request.range_end = std::move(range_end);
  request.revision = revision;
  return request;
}

wire::RequestOp op_of(wire::PutRequest request) {
  wire::RequestOp op;
  op.put = std::move(request);
  return op;
}

wire::RequestOp op_of(wire::DeleteRangeRequest request) {
  wire::RequestOp op;
  op.delete_range = std::move(request);
  return op;
}

wire::RequestOp op_of(wire::RangeRequest request) {
  wire::RequestOp op;
  op.range = std::move(request);
  return op;
}

wire::RequestOp op_of(wire::TxnRequest request) {
  wire::RequestOp op;
  op.txn = std::make_shared<wire::TxnRequest>(std::move(request));
  return op;
}

wire::RangeRequest everything(Revision revision) {
  return range_of(std::string(1, '\0'), std::string(1, '\0'), revision);
}

std::string value_of(const wire::KeyValue& kv) {
  return kv.value ? *kv.value : std::string();
}

static std::string show(const wire::KeyValue& kv) {
  return kv.key + "=" + value_of(kv) + "@" + std::to_string(kv.mod_revision);
}

std::string show(const wire::RangeResponse& response) {
  std::string text;
  for (const wire::KeyValue& kv : response.kvs)
    text += show(kv) + " ";
  return text + "of " + std::to_string(response.count) + (response.more ? "+" : "");
}

std::string show(const base::Result<wire::RangeResponse>& response) {
  return response ? show(*response) : response.error().message;
}

std::string show(const wire::Event& event) {
  std::string text = event.type == wire::EventType::put
                         ? show(*event.kv)
                         : event.kv->key + "-@" + std::to_string(event.kv->mod_revision);
  if (event.prev_kv) text += " (was " + show(*event.prev_kv) + ")";
  return text;
}

std::string show(const std::vector<EventPtr>& events) {
  std::string text;
  for (const EventPtr& event : events)
    text += (text.empty() ? "" : ", ") + show(*event);
  return text;
}

}  // namespace raft_store::mvcc::testing
