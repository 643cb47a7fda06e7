#include <catch2/catch.hpp>
#include "raft-store/mvcc/testing.hpp"
#include "raft-store/upkeep/compactor.hpp"
#include "raft-store/upkeep/corruption_checker.hpp"
#include "raft-store/upkeep/space_keeper.hpp"
#include "storage/codec.hpp"

/// The loops around the rules, on a real store and with peers that are small servers.
namespace raft_store::upkeep {
namespace {

using namespace std::chrono_literals;
using mvcc::testing::put_of;
using mvcc::testing::TestStore;
constexpr std::uint64_t kCluster = 77;

/// Leads a cluster whose log is the store itself.
class LoneReplicator final : public replication::Replicator {
 public:
  explicit LoneReplicator(TestStore& store) : store_(store) {
    status_.cluster_id = kCluster;
    status_.id = status_.leader = raft::NodeId(1);
    status_.members = {{raft::NodeId(1), "self", {"http://127.0.0.1:1"}, {}, false}};
  }
  void add_peer(std::uint64_t id, const http::Server& server) {
    const std::string url = "http://127.0.0.1:" + std::to_string(server.port());
    status_.members.push_back({raft::NodeId(id), "peer", {url}, {}, false});
  }

  void start() override {}
  base::Awaitable<void> stop() override { co_return; }
  base::Awaitable<base::Result<Applied>> propose(std::string command) override {
    const auto decoded = mvcc::decode(command);
    if (!decoded) co_return decoded.error();
    auto outcome = std::make_shared<mvcc::Outcome>(store_.apply(*decoded));
    co_return Applied{raft::Index(1), std::move(outcome)};
  }
  base::Awaitable<base::Result<raft::Index>> linearizable_read() override { co_return raft::Index(1); }
  base::Awaitable<void> serve_peer(http::Exchange&) override { co_return; }
  replication::ReplicatorStatus status() const override { return status_; }
  replication::Standing standing() const override { return {status_.leader, raft::Term(1)}; }
  base::Awaitable<base::Result<void>> put_member(replication::Member) override { co_return refused(); }
  base::Awaitable<base::Result<void>> remove_member(raft::NodeId) override { co_return refused(); }
  base::Awaitable<base::Result<void>> transfer_leadership(raft::NodeId) override { co_return refused(); }
  replication::DatabasePtr database() const override { return nullptr; }

 private:
  static base::Error refused() { return {base::Errc::unsupported, "not in this test"}; }

  TestStore& store_;
  replication::ReplicatorStatus status_;
};

/// A peer that says what it is told to say.
struct Peer {
  std::uint64_t id = 0;
  mvcc::HashKv hash;
  std::uint64_t cluster = kCluster;
  std::unique_ptr<http::Server> server;

  void listen(base::Runtime& runtime) {
    server =
        http::Server::listen(runtime.executor(), {}, [this](http::Exchange& e) { return answer(e); }).value();
  }
  base::Awaitable<void> answer(http::Exchange& exchange) {
    mvcc::wire::HashKvResponse response;
    response.header.cluster_id = cluster;
    response.header.member_id = id;
    response.header.revision = hash.hash_revision;
    response.hash = hash.hash;
    response.compact_revision = hash.compact_revision;
    http::Response out;
    out.body = mvcc::wire::encode_proto(response);
    base::ignore_error(co_await exchange.respond(std::move(out)));
  }
};

/// A store with a little in it, and two peers that hold the same.
struct Cluster {
  TestStore store;
  LoneReplicator replicator{store};
  Peer peers[2];
  std::unique_ptr<CorruptionChecker> checker;

  explicit Cluster(base::Runtime& runtime) {
    for (int i = 0; i < 5; ++i)
      REQUIRE(store.apply(put_of("key", std::to_string(i))).has_value());
    REQUIRE(store.apply(mvcc::wire::CompactionRequest{4, false}).has_value());
    const mvcc::HashKv hash = store->hash_kv(0).value();
    for (std::uint64_t i = 0; i < 2; ++i) {
      peers[i].id = i + 2;
      peers[i].hash = hash;
      peers[i].listen(runtime);
      replicator.add_peer(peers[i].id, *peers[i].server);
    }
    checker = std::make_unique<CorruptionChecker>(replicator, *store, runtime.executor(),
                                                  runtime.blocking_pool(), CorruptionCheckOptions{});
  }
  base::Awaitable<void> close() {
    for (const Peer& peer : peers)
      co_await peer.server->stop(0ms);
  }
  std::string alarms() {
    std::string out;
    for (const auto& alarm : store->alarms())
      out += names(alarm.alarm)[static_cast<std::size_t>(alarm.alarm)] + std::string(" of ") +
             std::to_string(alarm.member_id) + " ";
    return out;
  }
};

void with_cluster(std::function<base::Awaitable<void>(Cluster&)> body) {
  replication::testing::run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    Cluster cluster(runtime);
    co_await body(cluster);
    co_await cluster.close();
  });
}

TEST_CASE("members that hold the same raise nothing", "[upkeep]") {
  with_cluster([](Cluster& cluster) -> base::Awaitable<void> {
    const auto start = co_await cluster.checker->check_at_start();
    CHECK(start.has_value());
    const auto verdict = co_await cluster.checker->check_members();
    REQUIRE(verdict.has_value());
    CHECK(verdict->suspects.empty());
    CHECK(cluster.alarms().empty());
  });
}

TEST_CASE("a member that differs is named in the alarm, once", "[upkeep]") {
  with_cluster([](Cluster& cluster) -> base::Awaitable<void> {
    cluster.peers[1].hash.hash ^= 1;
    const auto start = co_await cluster.checker->check_at_start();
    CHECK(start.error().is(base::Errc::corrupt));
    for (int i = 0; i < 2; ++i) {
      const auto verdict = co_await cluster.checker->check_members();
      REQUIRE(verdict.has_value());
      CHECK(verdict->suspects == std::set<std::uint64_t>{3});
      CHECK(cluster.alarms() == "CORRUPT of 3 ");
    }
  });
}

TEST_CASE("a member that is away, or of another cluster, is left out", "[upkeep]") {
  with_cluster([](Cluster& cluster) -> base::Awaitable<void> {
    cluster.peers[1].hash.hash ^= 1;
    cluster.peers[1].cluster = 5;
    co_await cluster.peers[0].server->stop(0ms);
    const auto start = co_await cluster.checker->check_at_start();
    CHECK(start.has_value());
    const auto verdict = co_await cluster.checker->check_members();
    REQUIRE(verdict.has_value());
    CHECK(verdict->suspects.empty());
  });
}

TEST_CASE("the check after a compaction compares at the compacted revision", "[upkeep]") {
  with_cluster([](Cluster& cluster) -> base::Awaitable<void> {
    const mvcc::HashKv compacted = cluster.store->hash_kv(4).value();
    cluster.peers[0].hash = cluster.peers[1].hash = compacted;
    REQUIRE(cluster.store.apply(put_of("key", "later")).has_value());
    auto verdict = co_await cluster.checker->check_compaction();
    REQUIRE(verdict.has_value());
    CHECK(verdict->suspects.empty());
    // Compared once: nobody is asked again before the next compaction.
    cluster.peers[0].hash.hash ^= 1;
    verdict = co_await cluster.checker->check_compaction();
    CHECK(verdict->suspects.empty());
    REQUIRE(cluster.store.apply(mvcc::wire::CompactionRequest{5, false}).has_value());
    const mvcc::HashKv next = cluster.store->hash_kv(5).value();
    cluster.peers[0].hash = cluster.peers[1].hash = next;
    cluster.peers[0].hash.hash ^= 1;
    verdict = co_await cluster.checker->check_compaction();
    CHECK(verdict->suspects == std::set<std::uint64_t>{2});
  });
}

TEST_CASE("without room the alarm is raised; taken back, it comes again until there is room", "[upkeep]") {
  replication::testing::run([](base::Runtime& runtime) -> base::Awaitable<void> {
    TestStore store;
    LoneReplicator replicator(store);
    Quota quota({1, -1});
    SpaceKeeper keeper(replicator, *store, quota, ".", runtime.blocking_pool());
    base::TaskGroup tasks(runtime.make_strand(), "test");
    tasks.spawn("space", [&] { return keeper.run(); });
    const bool raised = co_await replication::testing::eventually([&] { return !store->alarms().empty(); });
    CHECK(raised);
    CHECK_FALSE(quota.take(1));
    tasks.cancel();
    co_await tasks.join();
    CHECK(store->alarms().at(0).member_id == 1);
    CHECK(store->alarms().at(0).alarm == mvcc::wire::AlarmType::nospace);
  });
}

TEST_CASE("a leader compacts by itself", "[upkeep]") {
  replication::testing::run([](base::Runtime& runtime) -> base::Awaitable<void> {
    TestStore store;
    LoneReplicator replicator(store);
    for (int i = 0; i < 5; ++i)
      REQUIRE(store.apply(put_of("key", std::to_string(i))).has_value());
    Compactor compactor({100ms, 0}, replicator, *store);
    base::TaskGroup tasks(runtime.make_strand(), "test");
    tasks.spawn("compactor", [&] { return compactor.run(); });
    const bool done =
        co_await replication::testing::eventually([&] { return store->compact_revision() == 6; });
    CHECK(done);
    tasks.cancel();
    co_await tasks.join();
  });
}

}  // namespace
}  // namespace raft_store::upkeep
