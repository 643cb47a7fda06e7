#include <catch2/catch.hpp>
#include <map>
#include <random>
#include "raft-store/mvcc/testing.hpp"
#include "storage/convert.hpp"
#include "storage/memory_state.hpp"

/// Long random sequences, the store against the model in memory.
namespace raft_store::mvcc {
namespace {

using namespace testing;

std::string show(const storage::KeyValue& kv) {
  return kv.key + "=" + *kv.value + "@" + std::to_string(kv.mod_revision) + "c" +
         std::to_string(kv.create_revision) + "v" + std::to_string(kv.version) + "l" +
         std::to_string(kv.lease);
}

std::string show(const std::vector<storage::KeyValue>& kvs) {
  std::string text;
  for (const auto& kv : kvs)
    text += show(kv) + " ";
  return text;
}

std::string show(const storage::RangeResponse& r) {
  return show(r.kvs) + "of " + std::to_string(r.count) + (r.more ? "+" : "");
}

std::string show(const base::Result<storage::RangeResponse>& r) {
  return r ? show(*r) + " at " + std::to_string(r->revision) : r.error().message;
}

std::string show(const base::Result<storage::TxnResponse>& r) {
  if (!r) return r.error().message;
  std::string text = std::to_string(r->revision) + (r->succeeded ? " yes:" : " no:");
  for (const auto& op : r->responses)
    text +=
        " [" + show(op.range) + " deleted " + std::to_string(op.deleted) + " prev " + show(op.prev_kvs) + "]";
  return text;
}

/// Makes requests over a few keys that are awkward to sort.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  int pick(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  bool chance(int percent) { return pick(100) < percent; }
  std::string key() {
    static const std::vector<std::string> keys = {std::string(1, '\0'),
                                                  "a",
                                                  std::string("a\0", 2),
                                                  std::string("a\0b", 3),
                                                  std::string("a\0\xff", 3),
                                                  std::string("a\1", 2),
                                                  "ab",
                                                  "abc",
                                                  "b",
                                                  "c",
                                                  "\xff",
                                                  "\xff\xff"};
    return keys[pick(static_cast<int>(keys.size()))];
  }
  std::string range_end() {
    if (chance(40)) return "";
    return chance(20) ? std::string(1, '\0') : key();
  }
  storage::RangeRequest range(Revision revision, Revision compacted) {
    storage::RangeRequest request;
    request.key = key();
    request.range_end = range_end();
    if (chance(50)) request.limit = pick(4);
    if (chance(40)) request.revision = compacted - 1 + pick(static_cast<int>(revision - compacted) + 3);
    request.keys_only = chance(20);
    request.count_only = chance(20);
    return request;
  }
  storage::Compare compare(Revision revision) {
    storage::Compare c;
    c.key = key();
    c.target = static_cast<storage::Compare::Target>(pick(5));
    c.result = static_cast<storage::Compare::Result>(pick(4));
    c.number = c.target == storage::Compare::Target::version || c.target == storage::Compare::Target::lease
                   ? pick(4)
                   : pick(static_cast<int>(revision) + 2);
    c.value = value();
    return c;
  }
  std::string value() {
    return std::string(static_cast<std::size_t>(pick(3)), static_cast<char>('x' + pick(3)));
  }
  storage::Operation operation(Revision revision, Revision compacted, LeaseId leases) {
    storage::Operation op;
    op.kind = static_cast<storage::Operation::Kind>(pick(3));
    op.put = {key(), value(), chance(40) ? pick(static_cast<int>(leases) + 2) : 0, chance(50)};
    op.remove = {key(), range_end(), chance(50)};
    op.range = range(revision, compacted);
    return op;
  }
  storage::TxnRequest txn(Revision revision, Revision compacted, LeaseId leases) {
    storage::TxnRequest request;
    for (int n = pick(3); n > 0; --n)
      request.compares.push_back(compare(revision));
    for (int n = pick(4); n > 0; --n)
      request.success.push_back(operation(revision, compacted, leases));
    for (int n = pick(3); n > 0; --n)
      request.failure.push_back(operation(revision, compacted, leases));
    return request;
  }

 private:
  std::mt19937 random_;
};

/// Two stores get the same commands in different batches and at different times of sweeping.
struct Pair {
  explicit Pair(unsigned seed) : make(seed) {}

  void write() {
    std::vector<Command> commands;
    std::vector<std::string> wanted;
    for (int n = 1 + make.pick(6); n > 0; --n)
      add(commands, wanted);
    std::vector<std::string> got, got_alone;
    for (const auto& result : store.apply(commands))
      got.push_back(show_result(result));
    for (const Command& command : commands)
      got_alone.push_back(show_result(alone.apply(command)));
    REQUIRE(got == wanted);
    REQUIRE(got_alone == wanted);
    REQUIRE(store->revision() == model.revision());
    REQUIRE(store->compact_revision() == model.compacted());
  }

  void add(std::vector<Command>& commands, std::vector<std::string>& wanted) {
    const int kind = make.pick(20);
    if (kind == 0) {
      const Revision upto =
          model.compacted() + make.pick(static_cast<int>(model.revision() - model.compacted()) + 3);
      commands.push_back(wire::CompactionRequest{upto, false});
      const auto done = model.compact(upto);
      wanted.push_back(done ? "ok" : done.error().message);
    } else if (kind == 1) {
      const LeaseId id = model.grant(10, {});
      ++leases;
      commands.push_back(wire::LeaseGrantRequest{10, id});
      wanted.push_back("lease " + std::to_string(id));
    } else if (kind == 2) {
      const LeaseId id = make.pick(static_cast<int>(leases) + 2);
      commands.push_back(LeaseRevoke{id});
      const auto done = model.revoke(id);
      wanted.push_back(done ? "ok" : done.error().message);
    } else {
      const auto request = make.txn(model.revision(), model.compacted(), leases);
      commands.push_back(storage::to_wire(request));
      wanted.push_back(show(model.txn(request)));
    }
  }

  static std::string show_result(const base::Result<Response>& result) {
    if (!result) return result.error().message;
    if (const auto* txn = std::get_if<wire::TxnResponse>(&*result))
      return show(base::Result<storage::TxnResponse>(storage::from_wire(*txn)));
    if (const auto* grant = std::get_if<wire::LeaseGrantResponse>(&*result))
      return "lease " + std::to_string(grant->id);
    return "ok";
  }

  void read() {
    const auto request = make.range(model.revision(), model.compacted());
    const auto got = store->range(storage::to_wire(request));
    const auto answer = got ? base::Result<storage::RangeResponse>(storage::from_wire(*got))
                            : base::Result<storage::RangeResponse>(got.error());
    REQUIRE(show(answer) == show(model.range(request)));
  }

  void read_history() {
    storage::WatchRequest watch;
    watch.key = make.key();
    watch.range_end = make.range_end();
    watch.prev_kv = true;
    const Revision from =
        model.compacted() - 1 + make.pick(static_cast<int>(model.revision() - model.compacted()) + 3);
    if (from < 1) return;
    const auto wanted = model.events(watch, from, 1'000'000);
    std::vector<storage::WatchEvent> got;
    HistoryRequest request{watch.key, watch.range_end, from, 2, 1 << 20, 7};
    for (;;) {
      const auto history = store->history(request);
      REQUIRE(history.has_value() == wanted.has_value());
      if (!history) return;
      REQUIRE(history->upto <= history->revision);
      wire::WatchResponse response;
      for (const auto& event : history->events)
        response.events.push_back(*event);
      for (auto& event : storage::from_wire(std::move(response)).events)
        got.push_back(std::move(event));
      if (history->upto == history->revision) break;
      request.from = history->upto + 1;
    }
    compare(got, wanted->events);
  }

  void compare(const std::vector<storage::WatchEvent>& got, const std::vector<storage::WatchEvent>& wanted) {
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      REQUIRE(got[i].removed == wanted[i].removed);
      REQUIRE(show(got[i].kv) == show(wanted[i].kv));
      const bool has_previous =
          wanted[i].prev_kv.version != 0 && wanted[i].kv.mod_revision > model.compacted();
      REQUIRE(got[i].prev_kv.version == (has_previous ? wanted[i].prev_kv.version : 0));
      if (has_previous) REQUIRE(show(got[i].prev_kv) == show(wanted[i].prev_kv));
    }
  }

  void check_lease() {
    const LeaseId id = make.pick(static_cast<int>(leases) + 2);
    const auto now = model.range(all());
    std::vector<std::string> wanted;
    for (const auto& kv : now->kvs)
      if (id != 0 && kv.lease == id) wanted.push_back(kv.key);
    REQUIRE(store->lease_keys(id) == wanted);
  }

  static storage::RangeRequest all() {
    storage::RangeRequest request;
    request.key = request.range_end = std::string(1, '\0');
    return request;
  }

  void check_hashes() {
    const Revision at =
        model.compacted() + make.pick(static_cast<int>(model.revision() - model.compacted()) + 1);
    const auto a = store->hash_kv(at), b = alone->hash_kv(at);
    REQUIRE(a.has_value());
    REQUIRE(b.has_value());
    REQUIRE(a->hash == b->hash);
  }

  Generator make;
  storage::MemoryState model;
  TestStore store, alone;
  LeaseId leases = 0;
};

TEST_CASE("the store answers as the model does", "[mvcc]") {
  for (const unsigned seed : {1u, 2u, 3u, 4u}) {
    CAPTURE(seed);
    Pair pair(seed);
    for (int step = 0; step < 600; ++step) {
      CAPTURE(step);
      pair.write();
      for (int n = 0; n < 4; ++n)
        pair.read();
      pair.read_history();
      pair.check_lease();
      if (pair.make.chance(20)) pair.check_hashes();
      if (pair.make.chance(10)) pair.store.sweep_all(3);
      if (pair.make.chance(5)) pair.alone.sweep_all(1000);
      if (pair.make.chance(2)) pair.store.reopen();
    }
  }
}

TEST_CASE("what is compacted goes from the disk, and nothing else", "[mvcc]") {
  Pair pair(7);
  for (int step = 0; step < 200; ++step)
    pair.write();
  const Revision now = pair.model.revision();
  if (pair.model.compacted() < now) REQUIRE(pair.store.apply(wire::CompactionRequest{now, true}).has_value());
  pair.store.sweep_all(5);
  CHECK(pair.store->swept_revision() == now);
  const auto alive = pair.store->range(everything());
  CHECK(pair.store.entries("index") == alive->kvs.size());
  CHECK(pair.store.entries("revisions") == 1);
  // The tombstones of the compacted revision itself stay for those who watch from there.
  HistoryRequest history{std::string(1, '\0'), std::string(1, '\0'), now};
  const auto last = pair.store->history(history);
  REQUIRE(last.has_value());
  std::size_t removed = 0;
  for (const auto& event : last->events)
    removed += event->type == wire::EventType::remove;
  CHECK(pair.store.entries("versions") == alive->kvs.size() + removed);
}

}  // namespace
}  // namespace raft_store::mvcc
