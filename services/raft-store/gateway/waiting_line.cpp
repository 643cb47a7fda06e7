#include "raft-store/gateway/waiting_line.hpp"
#include <boost/asio/this_coro.hpp>
#include <boost/system/errc.hpp>
#include <cstdio>

namespace raft_store::gateway {
namespace {

constexpr std::int64_t kSessionSeconds = 60;

std::string key_of(const std::string& name, storage::LeaseId lease) {
  char id[17];
  std::snprintf(id, sizeof id, "%llx", static_cast<unsigned long long>(lease));
  return name + "/" + id;
}

wire::Compare created_at(const std::string& key, storage::Revision revision) {
  wire::Compare compare;
  compare.target = wire::CompareTarget::create;
  compare.key = key;
  compare.create_revision = revision;
  return compare;
}

wire::RequestOp put_op(std::string key, std::string value, storage::LeaseId lease) {
  wire::RequestOp op;
  op.put.emplace();
  op.put->key = std::move(key);
  op.put->value = std::move(value);
  op.put->lease = lease;
  return op;
}

wire::RangeRequest whole_line(const std::string& name) {
  wire::RangeRequest request;
  request.key = name + "/";
  request.range_end = storage::prefix_end(request.key);
  request.sort_order = wire::SortOrder::ascend;
  request.sort_target = wire::SortTarget::create;
  request.limit = 1;
  return request;
}

}  // namespace

base::Error unknown(const char* what) {
  return {boost::system::errc::make_error_code(boost::system::errc::state_not_recoverable), what};
}

base::Awaitable<base::Result<storage::LeaseId>> WaitingLine::lease_for(storage::LeaseId lease) {
  if (lease != 0) co_return lease;
  if (!core_.has_room(upkeep::cost_of(wire::LeaseGrantRequest()))) co_return co_await core_.out_of_space();
  mvcc::Command command = core_.parts.lessor.complete({kSessionSeconds, 0});
  const auto granted = co_await core_.propose<wire::LeaseGrantResponse>(std::move(command));
  if (!granted) co_return granted.error();
  co_return granted->id;
}

base::Awaitable<base::Result<WaitingLine::Place>> WaitingLine::join(std::string name, storage::LeaseId lease,
                                                                    std::string value) {
  const std::string key = key_of(name, lease);
  wire::TxnRequest txn;
  txn.compare = {created_at(key, 0)};
  txn.success = {put_op(key, value, lease)};
  txn.failure.emplace_back().range.emplace().key = key;
  if (!core_.has_room(upkeep::cost_of(txn))) co_return co_await core_.out_of_space();
  mvcc::Command command = std::move(txn);
  const auto done = co_await core_.propose<wire::TxnResponse>(std::move(command));
  if (!done) co_return done.error();
  if (done->succeeded) co_return Place{key, done->header.revision, value, done->header};
  const wire::KeyValue& found = done->responses.at(0).range->kvs.at(0);
  co_return Place{key, found.create_revision, found.value ? *found.value : "", done->header};
}

base::Result<std::optional<wire::KeyValue>> WaitingLine::first(const std::string& name) const {
  const auto range = core_.parts.store.range(whole_line(name));
  if (!range) return range.error();
  std::optional<wire::KeyValue> found;
  if (!range->kvs.empty()) found = range->kvs.front();
  return found;
}

base::Result<WaitingLine::Turn> WaitingLine::look(const std::string& name, const Place& place) const {
  const auto oldest = first(name);
  if (!oldest) return oldest.error();
  if (*oldest && (*oldest)->create_revision == place.revision) return Turn::ours;
  wire::RangeRequest own;
  own.key = place.key;
  const auto range = core_.parts.store.range(own);
  if (!range) return range.error();
  const bool there = !range->kvs.empty() && range->kvs.front().create_revision == place.revision;
  return there ? Turn::waiting : Turn::lost;
}

std::unique_ptr<mvcc::Subscription> WaitingLine::follow(const std::string& name, base::Executor strand,
                                                        bool only_departures) const {
  mvcc::WatchOptions options;
  options.key = name + "/";
  options.range_end = storage::prefix_end(options.key);
  if (only_departures) options.filters = {wire::FilterType::noput};
  return core_.parts.hub.subscribe(std::move(options), std::move(strand));
}

base::Awaitable<base::Result<void>> WaitingLine::turn(std::string name, Place place) {
  base::Executor strand = co_await boost::asio::this_coro::executor;
  auto changes = follow(name, strand, true);
  for (;;) {
    // After subscribing: who left before is not there, who leaves later is told.
    const auto now = look(name, place);
    if (!now) co_return now.error();
    if (*now == Turn::ours) co_return base::Result<void>();
    if (*now == Turn::lost) co_return unknown("mutex: session is expired");
    const auto batch = co_await changes->next();
    if (batch) continue;
    if (!batch.error().is(base::Errc::expired)) co_return in_etcds_words(batch.error());
    changes = follow(name, strand, true);
  }
}

base::Awaitable<base::Result<bool>> WaitingLine::change(const wire::LeaderKey& place,
                                                        const std::string* value,
                                                        wire::ResponseHeader& header) {
  wire::TxnRequest txn;
  txn.compare = {created_at(place.key, place.rev)};
  if (value)
    txn.success = {put_op(place.key, *value, place.lease)};
  else
    txn.success.emplace_back().delete_range.emplace().key = place.key;
  if (auto checked = mvcc::check(txn); !checked) co_return checked.error();
  if (!core_.has_room(upkeep::cost_of(txn))) co_return co_await core_.out_of_space();
  mvcc::Command command = std::move(txn);
  const auto done = co_await core_.propose<wire::TxnResponse>(std::move(command));
  if (!done) co_return done.error();
  header = done->header;
  co_return done->succeeded;
}

}  // namespace raft_store::gateway
