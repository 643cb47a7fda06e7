#include <algorithm>
#include <set>
#include <vector>
#include "raft-store/mvcc/command.hpp"
#include "raft-store/mvcc/interval.hpp"
#include "storage/errors.hpp"

namespace raft_store::mvcc {
namespace {

namespace errors = storage::errors;

constexpr std::int64_t kLeaseTtlMax = 9'000'000'000;  // etcd's MaxLeaseTTL, seconds.

base::Result<void> check_txn(const wire::TxnRequest& request, std::size_t operations_max);

base::Result<void> check_operation(const wire::RequestOp& op, std::size_t operations_max) {
  if (op.range) return check(*op.range);
  if (op.put) return check(*op.put);
  if (op.delete_range) return check(*op.delete_range);
  if (op.txn) return check_txn(*op.txn, operations_max);
  return errors::key_not_found();
}

base::Result<void> check_txn(const wire::TxnRequest& request, std::size_t operations_max) {
  const std::size_t operations =
      std::max({request.compare.size(), request.success.size(), request.failure.size()});
  if (operations > operations_max) return errors::too_many_operations();
  for (const wire::Compare& compare : request.compare)
    if (compare.key.empty()) return errors::empty_key();
  for (const auto* branch : {&request.success, &request.failure})
    for (const wire::RequestOp& op : *branch)
      if (auto ok = check_operation(op, operations_max - operations); !ok) return ok;
  return {};
}

/// The keys that a branch and what is nested in it may write. Points into the request.
struct Writes {
  std::set<std::string_view> puts;
  std::vector<Interval> removals;

  bool removes(std::string_view key) const {
    return std::any_of(removals.begin(), removals.end(),
                       [&](const Interval& range) { return range.contains(key); });
  }
};

base::Result<Writes> collect_writes(const std::vector<wire::RequestOp>& branch);

/// Of the two branches of a nested transaction one is taken, so both may put a key; nothing else may.
base::Result<void> add_nested(const wire::TxnRequest& nested, Writes& writes) {
  auto success = collect_writes(nested.success), failure = collect_writes(nested.failure);
  if (!success) return success.error();
  if (!failure) return failure.error();
  for (const Writes* branch : {&*success, &*failure})
    writes.removals.insert(writes.removals.end(), branch->removals.begin(), branch->removals.end());
  success->puts.merge(failure->puts);
  for (const std::string_view key : success->puts)
    if (writes.removes(key) || !writes.puts.insert(key).second) return errors::duplicate_key();
  return {};
}

base::Result<Writes> collect_writes(const std::vector<wire::RequestOp>& branch) {
  Writes writes;
  for (const wire::RequestOp& op : branch)
    if (op.delete_range) writes.removals.push_back({op.delete_range->key, op.delete_range->range_end});
  for (const wire::RequestOp& op : branch)
    if (op.txn)
      if (auto ok = add_nested(*op.txn, writes); !ok) return ok.error();
  for (const wire::RequestOp& op : branch)
    if (op.put && (writes.removes(op.put->key) || !writes.puts.insert(op.put->key).second))
      return errors::duplicate_key();
  return writes;
}

template <class Predicate>
bool all_operations(const wire::TxnRequest& request, const Predicate& holds) {
  for (const auto* branch : {&request.success, &request.failure})
    for (const wire::RequestOp& op : *branch)
      if (op.txn ? !all_operations(*op.txn, holds) : !holds(op)) return false;
  return true;
}

}  // namespace

base::Result<void> check(const wire::RangeRequest& request) {
  if (request.key.empty()) return errors::empty_key();
  const auto order = static_cast<int>(request.sort_order), target = static_cast<int>(request.sort_target);
  if (order < 0 || order > static_cast<int>(wire::SortOrder::descend) || target < 0 ||
      target > static_cast<int>(wire::SortTarget::value))
    return errors::invalid_sort_option();
  return {};
}

base::Result<void> check(const wire::PutRequest& request) {
  if (request.key.empty()) return errors::empty_key();
  if (request.ignore_value && !request.value.empty()) return errors::value_provided();
  if (request.ignore_lease && request.lease != 0) return errors::lease_provided();
  return {};
}

base::Result<void> check(const wire::DeleteRangeRequest& request) {
  if (request.key.empty()) return errors::empty_key();
  return {};
}

base::Result<void> check(const wire::TxnRequest& request) {
  if (auto ok = check_txn(request, kTxnOperationsMax); !ok) return ok;
  for (const auto* branch : {&request.success, &request.failure})
    if (const auto writes = collect_writes(*branch); !writes) return writes.error();
  return {};
}

base::Result<void> check(const wire::LeaseGrantRequest& request) {
  if (request.id == 0) return errors::lease_not_found();
  if (request.ttl > kLeaseTtlMax) return errors::lease_ttl_too_large();
  return {};
}

bool is_read_only(const wire::TxnRequest& request) {
  return all_operations(request, [](const wire::RequestOp& op) { return op.range.has_value(); });
}

bool is_serializable(const wire::TxnRequest& request) {
  return all_operations(request,
                        [](const wire::RequestOp& op) { return !op.range || op.range->serializable; });
}

}  // namespace raft_store::mvcc
