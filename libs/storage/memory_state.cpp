#include "storage/memory_state.hpp"
#include <algorithm>
#include "storage/errors.hpp"

namespace storage {
namespace {

constexpr std::size_t kOperationsMax = 128;

Bytes empty_value() {
  static const Bytes empty = std::make_shared<const std::string>();
  return empty;
}

template <class T>
bool compare_values(const T& actual, Compare::Result how, const T& wanted) {
  switch (how) {
    case Compare::Result::equal:
      return actual == wanted;
    case Compare::Result::greater:
      return actual > wanted;
    case Compare::Result::less:
      return actual < wanted;
    case Compare::Result::not_equal:
      return actual != wanted;
  }
  return false;
}

std::int64_t number_of(const KeyValue& kv, Compare::Target target) {
  switch (target) {
    case Compare::Target::version:
      return kv.version;
    case Compare::Target::create_revision:
      return kv.create_revision;
    case Compare::Target::lease:
      return kv.lease;
    default:
      return kv.mod_revision;
  }
}

}  // namespace

bool in_range(std::string_view key, std::string_view begin, std::string_view range_end) {
  if (range_end.empty()) return key == begin;
  return key >= begin && (range_end == std::string_view("\0", 1) || key < range_end);
}

const KeyValue* MemoryState::at(const History& history, Revision revision) const {
  auto after = std::upper_bound(history.begin(), history.end(), revision,
                                [](Revision r, const KeyValue& kv) { return r < kv.mod_revision; });
  if (after == history.begin()) return nullptr;
  const KeyValue& found = *std::prev(after);
  return found.version ? &found : nullptr;
}

const KeyValue* MemoryState::current(const std::string& key) const {
  auto found = keys_.find(key);
  return found == keys_.end() ? nullptr : at(found->second, found->second.back().mod_revision);
}

base::Result<RangeResponse> MemoryState::range(const RangeRequest& request) const {
  if (request.key.empty()) return errors::empty_key();
  if (request.revision > revision_) return errors::future_revision();
  if (request.revision > 0 && request.revision < compacted_) return errors::compacted();
  const Revision revision = request.revision > 0 ? request.revision : revision_;
  RangeResponse response;
  response.revision = revision_;
  for (auto i = keys_.lower_bound(request.key); i != keys_.end(); ++i) {
    if (!in_range(i->first, request.key, request.range_end)) break;
    const KeyValue* kv = at(i->second, revision);
    if (!kv) continue;
    ++response.count;
    if (request.count_only) continue;
    if (request.limit > 0 && static_cast<std::int64_t>(response.kvs.size()) >= request.limit) {
      response.more = true;
      continue;
    }
    response.kvs.push_back(*kv);
    if (request.keys_only) response.kvs.back().value = empty_value();
  }
  return response;
}

bool MemoryState::holds(const Compare& compare) const {
  static const KeyValue absent;
  const KeyValue* kv = current(compare.key);
  if (compare.target == Compare::Target::value)
    return kv && compare_values(*kv->value, compare.result, compare.value);
  return compare_values(number_of(kv ? *kv : absent, compare.target), compare.result, compare.number);
}

base::Result<void> MemoryState::check(const std::vector<Operation>& operations) const {
  if (operations.size() > kOperationsMax) return errors::too_many_operations();
  std::set<std::string> puts;
  for (const auto& op : operations) {
    if (op.kind == Operation::Kind::put) {
      if (op.put.key.empty()) return errors::empty_key();
      if (!puts.insert(op.put.key).second) return errors::duplicate_key();
    } else if ((op.kind == Operation::Kind::remove ? op.remove.key : op.range.key).empty()) {
      return errors::empty_key();
    }
  }
  for (const auto& op : operations) {
    if (op.kind != Operation::Kind::remove) continue;
    auto i = puts.lower_bound(op.remove.key);
    if (i != puts.end() && in_range(*i, op.remove.key, op.remove.range_end)) return errors::duplicate_key();
  }
  return {};
}

base::Result<TxnResponse> MemoryState::txn(const TxnRequest& request) {
  if (request.compares.size() > kOperationsMax) return errors::too_many_operations();
  if (auto ok = check(request.success); !ok) return ok.error();
  if (auto ok = check(request.failure); !ok) return ok.error();
  TxnResponse response;
  response.succeeded = std::all_of(request.compares.begin(), request.compares.end(),
                                   [this](const Compare& c) { return holds(c); });
  const auto& operations = response.succeeded ? request.success : request.failure;
  // As in etcd all puts are looked at before any range.
  for (const auto& op : operations)
    if (op.kind == Operation::Kind::put && op.put.lease && !leases_.contains(op.put.lease))
      return errors::lease_not_found();
  for (const auto& op : operations) {
    if (op.kind != Operation::Kind::range) continue;
    if (op.range.revision > revision_) return errors::future_revision();
    if (op.range.revision > 0 && op.range.revision < compacted_) return errors::compacted();
  }
  const Revision write = revision_ + 1;
  for (const auto& op : operations)
    response.responses.push_back(run(op, write));
  if (events_.contains(write)) revision_ = write;
  for (auto& answer : response.responses)
    if (answer.range.revision) answer.range.revision = revision_;
  response.revision = revision_;
  return response;
}

OperationResponse MemoryState::run(const Operation& operation, Revision write_revision) {
  OperationResponse response;
  switch (operation.kind) {
    case Operation::Kind::put:
      put(operation.put, write_revision, response);
      break;
    case Operation::Kind::remove:
      remove(operation.remove, write_revision, response);
      break;
    case Operation::Kind::range: {
      // A range after a write of the same transaction sees it.
      const Revision before = revision_;
      if (events_.contains(write_revision)) revision_ = write_revision;
      response.range = range(operation.range).value();
      revision_ = before;
      break;
    }
  }
  return response;
}

void MemoryState::put(const PutRequest& request, Revision at, OperationResponse& response) {
  KeyValue kv{request.key, std::make_shared<const std::string>(request.value), at, at, 1, request.lease};
  WatchEvent event;
  if (const KeyValue* previous = current(request.key)) {
    kv.create_revision = previous->create_revision;
    kv.version = previous->version + 1;
    event.prev_kv = *previous;
    if (request.prev_kv) response.prev_kvs.push_back(*previous);
    detach(*previous);
  }
  if (request.lease) leases_.at(request.lease).keys.insert(request.key);
  keys_[request.key].push_back(kv);
  event.kv = std::move(kv);
  events_[at].push_back(std::move(event));
}

void MemoryState::remove(const DeleteRequest& request, Revision at, OperationResponse& response) {
  for (const auto& key : live_keys(request.key, request.range_end)) {
    WatchEvent event;
    event.removed = true;
    event.prev_kv = *current(key);
    event.kv.key = key;
    event.kv.value = empty_value();
    event.kv.mod_revision = at;
    if (request.prev_kv) response.prev_kvs.push_back(event.prev_kv);
    ++response.deleted;
    detach(event.prev_kv);
    keys_[key].push_back(event.kv);
    events_[at].push_back(std::move(event));
  }
}

void MemoryState::detach(const KeyValue& kv) {
  if (auto lease = leases_.find(kv.lease); lease != leases_.end()) lease->second.keys.erase(kv.key);
}

std::vector<std::string> MemoryState::live_keys(const std::string& key, const std::string& range_end) const {
  std::vector<std::string> found;
  for (auto i = keys_.lower_bound(key); i != keys_.end() && in_range(i->first, key, range_end); ++i)
    if (i->second.back().version) found.push_back(i->first);
  return found;
}

base::Result<void> MemoryState::compact(Revision revision) {
  if (revision <= compacted_) return errors::compacted();
  if (revision > revision_) return errors::future_revision();
  compacted_ = revision;
  events_.erase(events_.begin(), events_.lower_bound(revision));
  for (auto i = keys_.begin(); i != keys_.end();) {
    History& history = i->second;
    auto keep = std::upper_bound(history.begin(), history.end(), revision,
                                 [](Revision r, const KeyValue& kv) { return r < kv.mod_revision; });
    if (keep != history.begin() && std::prev(keep)->version) --keep;
    history.erase(history.begin(), keep);
    i = history.empty() ? keys_.erase(i) : std::next(i);
  }
  return {};
}

base::Result<WatchBatch> MemoryState::events(const WatchRequest& request, Revision from,
                                             std::size_t events_max) const {
  if (from < compacted_) return errors::compacted();
  WatchBatch batch;
  batch.revision = std::max(revision_, from - 1);
  for (auto i = events_.lower_bound(from); i != events_.end(); ++i) {
    if (batch.events.size() >= events_max) {
      batch.revision = i->first - 1;
      break;
    }
    for (const auto& event : i->second) {
      if (!in_range(event.kv.key, request.key, request.range_end)) continue;
      batch.events.push_back(event);
      if (!request.prev_kv) batch.events.back().prev_kv = KeyValue{};
    }
  }
  return batch;
}

LeaseId MemoryState::grant(std::int64_t ttl, base::SteadyTime now) {
  leases_[++last_lease_] = Lease{ttl, now + std::chrono::seconds(ttl), {}};
  return last_lease_;
}

base::Result<void> MemoryState::keep_alive(LeaseId id, base::SteadyTime now) {
  auto lease = leases_.find(id);
  if (lease == leases_.end()) return errors::lease_not_found();
  lease->second.ends = now + std::chrono::seconds(lease->second.ttl);
  return {};
}

base::Result<void> MemoryState::revoke(LeaseId id) {
  auto lease = leases_.find(id);
  if (lease == leases_.end()) return errors::lease_not_found();
  const auto keys = std::move(lease->second.keys);
  leases_.erase(lease);
  OperationResponse ignored;
  for (const auto& key : keys)
    remove(DeleteRequest{key, {}, false}, revision_ + 1, ignored);
  if (!keys.empty()) ++revision_;
  return {};
}

bool MemoryState::expire(base::SteadyTime now) {
  std::vector<LeaseId> ended;
  for (const auto& [id, lease] : leases_)
    if (lease.ends <= now) ended.push_back(id);
  for (LeaseId id : ended)
    base::ignore_error(revoke(id));
  return !ended.empty();
}

base::SteadyTime MemoryState::next_expiry() const {
  auto next = base::SteadyTime::max();
  for (const auto& [id, lease] : leases_)
    next = std::min(next, lease.ends);
  return next;
}

}  // namespace storage
