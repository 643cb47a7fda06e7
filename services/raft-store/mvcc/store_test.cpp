#include "raft-store/mvcc/store.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include "raft-store/mvcc/testing.hpp"

namespace raft_store::mvcc {
namespace {

using namespace testing;

std::string error_of(const base::Result<Response>& result) {
  return result ? "" : result.error().message;
}

template <class T>
T answer(const base::Result<Response>& result) {
  REQUIRE(result.has_value());
  return std::get<T>(*result);
}

TEST_CASE("puts and deletes make revisions", "[mvcc]") {
  TestStore store;
  CHECK(store->revision() == 1);
  CHECK(answer<wire::PutResponse>(store.apply(put_of("a", "1"))).header.revision == 2);
  wire::PutRequest again = put_of("a", "2");
  again.prev_kv = true;
  const auto put = answer<wire::PutResponse>(store.apply(again));
  REQUIRE(put.prev_kv);
  CHECK(value_of(*put.prev_kv) == "1");
  wire::DeleteRangeRequest remove = delete_of("a", "c");
  remove.prev_kv = true;
  const auto removed = answer<wire::DeleteRangeResponse>(store.apply(remove));
  CHECK(removed.deleted == 1);
  CHECK(removed.header.revision == 4);
  CHECK(removed.prev_kvs.at(0).version == 2);
  CHECK(answer<wire::DeleteRangeResponse>(store.apply(remove)).header.revision == 4);
  CHECK(show(store->range(everything())) == "of 0");
  CHECK(show(store->range(everything(3))) == "a=2@3 of 1");
  CHECK(show(store->range(everything(2))) == "a=1@2 of 1");
  CHECK(show(store->range(everything(5))) == "etcdserver: mvcc: required revision is a future revision");
  store.reopen();
  CHECK(store->revision() == 4);
  CHECK(show(store->range(everything(3))) == "a=2@3 of 1");
}

TEST_CASE("a put that keeps the value or the lease", "[mvcc]") {
  TestStore store;
  wire::PutRequest keep = put_of("a", "", 7);
  keep.ignore_value = true;
  CHECK(error_of(store.apply(keep)) == "etcdserver: requested lease not found");
  CHECK(store.apply(wire::LeaseGrantRequest{10, 7}).has_value());
  CHECK(error_of(store.apply(keep)) == "etcdserver: key not found");
  CHECK(store.apply(put_of("a", "1")).has_value());
  CHECK(store.apply(keep).has_value());
  CHECK(store->lease_keys(7) == std::vector<std::string>{"a"});
  wire::PutRequest keep_lease = put_of("a", "2");
  keep_lease.ignore_lease = true;
  CHECK(store.apply(keep_lease).has_value());
  CHECK(store->lease_keys(7) == std::vector<std::string>{"a"});
  CHECK(show(store->range(everything())) == "a=2@4 of 1");
  CHECK(store.apply(put_of("a", "3")).has_value());
  CHECK(store->lease_keys(7).empty());
}

TEST_CASE("nested transactions choose all paths before anything is written", "[mvcc]") {
  TestStore store;
  const auto version_is = [](std::string key, std::int64_t version) {
    wire::Compare c;
    c.key = std::move(key);
    c.version = version;
    return c;
  };
  wire::TxnRequest inner;
  inner.compare = {version_is("a", 0)};
  inner.success = {op_of(put_of("b", "fresh")), op_of(range_of("a", "c"))};
  inner.failure = {op_of(put_of("b", "late"))};
  wire::TxnRequest outer;
  outer.success = {op_of(put_of("a", "1")), op_of(inner), op_of(range_of("b"))};
  const auto response = answer<wire::TxnResponse>(store.apply(outer));
  CHECK(response.header.revision == 2);
  CHECK(response.responses.at(1).txn->succeeded);
  CHECK(show(*response.responses[1].txn->responses.at(1).range) == "a=1@2 b=fresh@2 of 2");
  CHECK(show(*response.responses[2].range) == "b=fresh@2 of 1");

  wire::TxnRequest missing = outer;
  missing.success = {op_of(put_of("c", "1")), op_of(range_of("a", "", 9))};
  CHECK(error_of(store.apply(missing)) == "etcdserver: mvcc: required revision is a future revision");
  CHECK(store->revision() == 2);
}

TEST_CASE("compares look at ranges; an absent key has no value", "[mvcc]") {
  TestStore store;
  store.apply({put_of("a", "x"), put_of("b", "x")});
  wire::TxnRequest request;
  wire::Compare c;
  c.key = "a";
  c.range_end = "c";
  c.target = wire::CompareTarget::value;
  c.value = "x";
  request.compare = {c};
  CHECK(store->txn(request)->succeeded);
  request.compare[0].result = wire::CompareResult::not_equal;
  CHECK_FALSE(store->txn(request)->succeeded);
  request.compare[0].key = "n";
  request.compare[0].range_end = "z";
  CHECK_FALSE(store->txn(request)->succeeded);
  request.compare[0].target = wire::CompareTarget::mod;
  request.compare[0].result = wire::CompareResult::less;
  request.compare[0].mod_revision = 1;
  CHECK(store->txn(request)->succeeded);
}

TEST_CASE("out of space: nothing is put until the alarm is gone", "[mvcc]") {
  TestStore store;
  wire::AlarmRequest alarm{wire::AlarmAction::activate, 5, wire::AlarmType::nospace};
  CHECK(answer<wire::AlarmResponse>(store.apply(alarm)).alarms.size() == 1);
  store.reopen();
  CHECK(store->alarms().at(0).member_id == 5);
  CHECK(error_of(store.apply(put_of("a", "1"))) == "etcdserver: mvcc: database space exceeded");
  wire::TxnRequest txn;
  txn.failure = {op_of(put_of("a", "1"))};
  CHECK(error_of(store.apply(txn)) == "etcdserver: mvcc: database space exceeded");
  CHECK(store.apply(delete_of("a")).has_value());
  alarm.action = wire::AlarmAction::deactivate;
  CHECK(answer<wire::AlarmResponse>(store.apply(alarm)).alarms.size() == 1);
  CHECK(answer<wire::AlarmResponse>(store.apply(alarm)).alarms.empty());
  CHECK(store.apply(put_of("a", "1")).has_value());
}

TEST_CASE("bytes that are no command are an outcome", "[mvcc]") {
  CHECK(decode("").error().is(base::Errc::invalid_argument));
  CHECK(decode("\x02\x01").error().is(base::Errc::unsupported));
  CHECK(decode("\x01\x7f").error().is(base::Errc::unsupported));
  CHECK(decode("\x01\x01\xff").error().is(base::Errc::invalid_argument));
  const auto command = decode(encode(LeaseRevoke{-3}));
  REQUIRE(command.has_value());
  CHECK(std::get<LeaseRevoke>(*command).id == -3);
}

TEST_CASE("what check refuses", "[mvcc]") {
  const auto message = [](const auto& request) {
    const auto checked = check(request);
    return checked ? std::string() : checked.error().message;
  };
  CHECK(message(range_of("")) == "etcdserver: key is not provided");
  wire::RangeRequest sorted = range_of("a");
  sorted.sort_target = static_cast<wire::SortTarget>(9);
  CHECK(message(sorted) == "etcdserver: invalid sort option");
  wire::PutRequest put = put_of("a", "1", 3);
  put.ignore_value = true;
  CHECK(message(put) == "etcdserver: value is provided");
  put.value.clear();
  put.ignore_lease = true;
  CHECK(message(put) == "etcdserver: lease is provided");
  wire::TxnRequest txn;
  txn.success = {wire::RequestOp()};
  CHECK(message(txn) == "etcdserver: key not found");
  txn.success = std::vector<wire::RequestOp>(129, op_of(range_of("a")));
  CHECK(message(txn) == "etcdserver: too many operations in txn request");
  wire::TxnRequest half;
  half.success = std::vector<wire::RequestOp>(65, op_of(range_of("a")));
  txn = half;
  txn.success[0] = op_of(half);
  CHECK(message(txn) == "etcdserver: too many operations in txn request");
  // Both branches of a nested transaction may put a key, and nothing beside them.
  wire::TxnRequest nested;
  nested.success = nested.failure = {op_of(put_of("k", "1"))};
  txn.success = {op_of(nested)};
  CHECK(message(txn) == "");
  txn.success = {op_of(nested), op_of(put_of("k", "2"))};
  CHECK(message(txn) == "etcdserver: duplicate key given in txn request");
  txn.success = {op_of(nested), op_of(delete_of("a", std::string(1, '\0')))};
  CHECK(message(txn) == "etcdserver: duplicate key given in txn request");
  // What one branch removes the other may put; what comes before is not held against what is removed after
  // it.
  nested.failure = {op_of(delete_of("a", "z"))};
  txn.success = {op_of(nested)};
  CHECK(message(txn) == "");
  wire::TxnRequest later;
  later.success = {op_of(put_of("m", "1"))};
  txn.success = {op_of(nested), op_of(later)};
  CHECK(message(txn) == "etcdserver: duplicate key given in txn request");
  txn.success = {op_of(later), op_of(nested)};
  CHECK(message(txn) == "");
  // Ranges that overlap, touch or enclose each other are one.
  txn.success = {op_of(delete_of("f", "h")), op_of(delete_of("a", "c")), op_of(delete_of("b", "g")),
                 op_of(delete_of("h", "i")), op_of(delete_of("x", "w"))};
  const std::size_t removals = txn.success.size();
  for (const auto& [key, free] : std::map<std::string, bool>{
           {"Z", true}, {"a", false}, {"e", false}, {"hz", false}, {"i", true}, {"x", true}}) {
    txn.success.resize(removals);
    txn.success.push_back(op_of(put_of(key, "1")));
    CHECK((message(txn) == "") == free);
  }
  CHECK(message(wire::AlarmRequest{static_cast<wire::AlarmAction>(3), 1, wire::AlarmType::nospace}) ==
        "etcdserver: unknown alarm or action");
  CHECK(message(wire::AlarmRequest{wire::AlarmAction::activate, 1, static_cast<wire::AlarmType>(-1)}) ==
        "etcdserver: unknown alarm or action");
  CHECK(message(wire::LeaseGrantRequest{9'000'000'001, 1}) == "etcdserver: too large lease TTL");
  CHECK(is_read_only(wire::TxnRequest()));
  CHECK_FALSE(is_read_only(txn));
}

/// etcd's rules, told once more without a database: all keys, then order, then what is let through.
std::vector<wire::KeyValue> plain(std::vector<wire::KeyValue> kvs, const wire::RangeRequest& r) {
  const bool whole = r.sort_order != wire::SortOrder::none || r.min_mod_revision || r.max_mod_revision ||
                     r.min_create_revision || r.max_create_revision;
  if (!whole && r.limit > 0 && kvs.size() > static_cast<std::size_t>(r.limit) + 1) kvs.resize(r.limit + 1);
  std::erase_if(kvs, [&](const wire::KeyValue& kv) {
    return (r.max_mod_revision && kv.mod_revision > r.max_mod_revision) ||
           kv.mod_revision < r.min_mod_revision ||
           (r.max_create_revision && kv.create_revision > r.max_create_revision) ||
           kv.create_revision < r.min_create_revision;
  });
  const auto less = [&](const wire::KeyValue& a, const wire::KeyValue& b) {
    switch (r.sort_target) {
      case wire::SortTarget::version:
        return a.version < b.version;
      case wire::SortTarget::create:
        return a.create_revision < b.create_revision;
      case wire::SortTarget::mod:
        return a.mod_revision < b.mod_revision;
      case wire::SortTarget::value:
        return value_of(a) < value_of(b);
      default:
        return a.key < b.key;
    }
  };
  if (r.sort_order == wire::SortOrder::descend)
    std::stable_sort(kvs.begin(), kvs.end(), [&](const auto& a, const auto& b) { return less(b, a); });
  else
    std::stable_sort(kvs.begin(), kvs.end(), less);
  if (r.limit > 0 && kvs.size() > static_cast<std::size_t>(r.limit)) kvs.resize(r.limit);
  return kvs;
}

TEST_CASE("a range in every order, filtered and limited", "[mvcc]") {
  TestStore store;
  std::mt19937 random(11);
  const auto pick = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  for (int i = 0; i < 200; ++i)
    store.apply({put_of("k" + std::to_string(pick(30)), std::string(1, static_cast<char>('a' + pick(5)))),
                 delete_of("k" + std::to_string(pick(60)))});
  const auto all = store->range(everything());
  REQUIRE(all.has_value());
  for (int i = 0; i < 500; ++i) {
    wire::RangeRequest r = everything();
    r.limit = pick(3) ? pick(20) : 0;
    r.sort_order = static_cast<wire::SortOrder>(pick(3));
    r.sort_target = static_cast<wire::SortTarget>(pick(5));
    const auto now = static_cast<int>(store->revision());
    if (pick(4) == 0) r.min_mod_revision = pick(now);
    if (pick(4) == 0) r.max_mod_revision = pick(now);
    if (pick(4) == 0) r.min_create_revision = pick(now);
    if (pick(4) == 0) r.max_create_revision = pick(now);
    r.keys_only = pick(3) == 0;
    const auto got = store->range(r);
    REQUIRE(got.has_value());
    wire::RangeResponse wanted;
    wanted.kvs = plain(all->kvs, r);
    wanted.count = all->count;
    wire::RangeRequest unlimited = r;
    unlimited.limit = 0;
    const bool filtered =
        r.min_mod_revision || r.max_mod_revision || r.min_create_revision || r.max_create_revision;
    const auto passing = filtered ? plain(all->kvs, unlimited) : all->kvs;
    wanted.more = r.limit > 0 && passing.size() > static_cast<std::size_t>(r.limit);
    if (r.keys_only)
      for (auto& kv : wanted.kvs)
        kv.value = nullptr;
    REQUIRE(show(*got) == show(wanted));
  }
}

}  // namespace
}  // namespace raft_store::mvcc
