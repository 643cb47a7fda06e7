#include <algorithm>
#include <map>
#include <optional>
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

/// Key ranges, overlapping ones made one, so that a look takes a logarithm of them: a request can hold many
/// thousands. Points into the request.
class Ranges {
 public:
  void add(const Interval& range) {
    if (range.single())
      keys_.insert(range.key);
    else if (range.unbounded() || range.key < range.range_end)
      join(range.key, range.unbounded() ? std::nullopt : End(range.range_end));
  }
  void add(const Ranges& others) {
    keys_.insert(others.keys_.begin(), others.keys_.end());
    for (const auto& [begin, end] : others.spans_)
      join(begin, end);
  }
  bool contains(std::string_view key) const {
    if (keys_.contains(key)) return true;
    const auto after = spans_.upper_bound(key);
    return after != spans_.begin() && reaches(std::prev(after)->second, key);
  }

 private:
  using End = std::optional<std::string_view>;  ///< None: no end.
  static bool reaches(const End& end, std::string_view key) { return !end || key < *end; }

  void join(std::string_view begin, End end) {
    auto next = spans_.upper_bound(begin);
    if (next != spans_.begin() && reaches(std::prev(next)->second, begin)) begin = (--next)->first;
    for (; next != spans_.end() && (!end || next->first <= *end); next = spans_.erase(next))
      if (end && reaches(next->second, *end)) end = next->second;
    spans_.emplace(begin, end);
  }

  std::set<std::string_view> keys_;
  std::map<std::string_view, End> spans_;  ///< Begin to end, apart from each other.
};

/// The keys that a branch and what is nested in it may write. Points into the request.
struct Writes {
  std::set<std::string_view> puts;
  Ranges removals;
};

base::Result<Writes> collect_writes(const std::vector<wire::RequestOp>& branch);

/// Of the two branches of a nested transaction one is taken: what one puts the other may put or remove. What
/// is removed counts against those that come after it only, as in etcd.
base::Result<void> add_nested(const wire::TxnRequest& nested, Writes& writes) {
  auto success = collect_writes(nested.success), failure = collect_writes(nested.failure);
  if (!success) return success.error();
  if (!failure) return failure.error();
  success->puts.merge(failure->puts);
  for (const std::string_view key : success->puts)
    if (writes.removals.contains(key) || !writes.puts.insert(key).second) return errors::duplicate_key();
  for (const Writes* branch : {&*success, &*failure})
    writes.removals.add(branch->removals);
  return {};
}

base::Result<Writes> collect_writes(const std::vector<wire::RequestOp>& branch) {
  Writes writes;
  for (const wire::RequestOp& op : branch)
    if (op.delete_range) writes.removals.add(Interval{op.delete_range->key, op.delete_range->range_end});
  for (const wire::RequestOp& op : branch)
    if (op.txn)
      if (auto ok = add_nested(*op.txn, writes); !ok) return ok.error();
  for (const wire::RequestOp& op : branch)
    if (op.put && (writes.removals.contains(op.put->key) || !writes.puts.insert(op.put->key).second))
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

base::Result<void> check(const wire::AlarmRequest& request) {
  const auto known = [](auto value) {
    const auto number = static_cast<int>(value);
    return number >= 0 && number < static_cast<int>(names(value).size());
  };
  if (known(request.action) && known(request.alarm)) return {};
  return base::Error(base::Errc::invalid_argument, "etcdserver: unknown alarm or action");
}

bool is_read_only(const wire::TxnRequest& request) {
  return all_operations(request, [](const wire::RequestOp& op) { return op.range.has_value(); });
}

bool is_serializable(const wire::TxnRequest& request) {
  return all_operations(request,
                        [](const wire::RequestOp& op) { return !op.range || op.range->serializable; });
}

}  // namespace raft_store::mvcc
