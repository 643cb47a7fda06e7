#pragma once
#include <string>
#include <utility>
#include <vector>
#include "raft-store/mvcc/command.hpp"
#include "raft-store/mvcc/store.hpp"
#include "raft-store/replication/testing.hpp"

/// What the tests of mvcc share: a store that is driven as the log would.
namespace raft_store::mvcc::testing {

/// A store on a database of its own, which goes with it.
class TestStore {
 public:
  /// Open, unless there are listeners to be added first.
  TestStore();
  enum class Opened { later };
  explicit TestStore(Opened);
  ~TestStore();
  /// The first opening, with these listeners.
  void open(std::vector<Listener*> listeners);
  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }

  /// Applies the commands in one batch and publishes them.
  std::vector<base::Result<Response>> apply(const std::vector<Command>& commands);
  base::Result<Response> apply(Command command);
  /// As after a restart: another Store, everything from disk.
  void reopen(std::vector<Listener*> listeners = {});
  /// The same Store gets the other's data, as from a leader's snapshot.
  void install(TestStore& other);
  /// Drops what compaction left, to the end, in steps of `changes`.
  void sweep_all(std::size_t changes = 2);
  /// How many entries there are on disk in a column family.
  std::size_t entries(std::string_view family) const;

 private:
  replication::testing::TemporaryDirectory dir_;
  replication::DatabasePtr database_;
  std::unique_ptr<Store> store_;
  std::uint64_t index_ = 0;
  int databases_ = 0;
};

wire::PutRequest put_of(std::string key, std::string value, LeaseId lease = 0);
wire::DeleteRangeRequest delete_of(std::string key, std::string range_end = "");
wire::RangeRequest range_of(std::string key, std::string range_end = "", Revision revision = 0);
wire::RequestOp op_of(wire::PutRequest request);
wire::RequestOp op_of(wire::DeleteRangeRequest request);
wire::RequestOp op_of(wire::RangeRequest request);
wire::RequestOp op_of(wire::TxnRequest request);

/// The key "\0" up to everything.
wire::RangeRequest everything(Revision revision = 0);

/// "a=1@2 b=@3 of 2+" : key, value and mod_revision, the count, and whether there is more.
std::string show(const wire::RangeResponse& response);
std::string show(const base::Result<wire::RangeResponse>& response);
/// "a=1@2" or "a-@3", and "(was a=0@1)".
std::string show(const wire::Event& event);
std::string show(const std::vector<EventPtr>& events);
std::string value_of(const wire::KeyValue& kv);

}  // namespace raft_store::mvcc::testing
