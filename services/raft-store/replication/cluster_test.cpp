#include <algorithm>
#include <catch2/catch.hpp>
#include "raft-store/replication/joining.hpp"
#include "raft-store/replication/testing.hpp"

/// Three members in one process, over real sockets.
namespace raft_store::replication {
namespace {

using namespace std::chrono_literals;
using namespace testing;

struct Cluster {
  Cluster(base::Runtime& runtime, const std::filesystem::path& dir) {
    for (const char* name : {"a", "b", "c"}) {
      members.push_back(std::make_unique<TestMember>(runtime, dir, name));
      initial.push_back({raft::NodeId(0), name, {members.back()->peer_url()}, {}, false});
    }
  }
  void start_all(std::function<void(ReplicatorOptions&)> adjust_ = {}) {
    adjust = std::move(adjust_);
    for (const auto& member : members)
      member->start(initial, adjust);
  }
  void start(int i) { members[i]->start(initial, adjust); }
  TestMember& operator[](int i) { return *members[i]; }

  /// The running member that the others follow; -1: none (now).
  int leader() const {
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (!members[i]->running() || members[i]->cut_off) continue;
      const ReplicatorStatus status = members[i]->replicator().status();
      if (status.leader == status.id) return static_cast<int>(i);
    }
    return -1;
  }
  int follower() const { return (leader() + 1) % 3; }

  base::Awaitable<void> close() {
    for (const auto& member : members)
      co_await member->close();
  }

  std::vector<std::unique_ptr<TestMember>> members;
  std::vector<Member> initial;
  std::function<void(ReplicatorOptions&)> adjust;
};

/// Again where the outcome is unknown: to set a register twice does no harm.
base::Awaitable<bool> put(TestMember& member, std::string command) {
  for (int i = 0; i < 5; ++i) {
    const auto applied = co_await member.replicator().propose(command);
    if (applied) co_return true;
    co_await base::sleep_for(50ms);
  }
  co_return false;
}

base::Awaitable<bool> has_leader(Cluster& cluster) {
  co_return co_await eventually([&] { return cluster.leader() >= 0; });
}

TEST_CASE("three members replicate; reads on a follower see acknowledged writes", "[replication]") {
  const TemporaryDirectory dir;
  run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    Cluster cluster(runtime, dir.path());
    cluster.start_all();
    const bool led = co_await has_leader(cluster);
    REQUIRE(led);
    TestMember& leader = cluster[cluster.leader()];
    TestMember& follower = cluster[cluster.follower()];
    for (int i = 0; i < 20; ++i) {
      const std::string value = std::to_string(i);
      const bool at_leader = co_await put(leader, "k=" + value);
      CHECK(at_leader);
      const auto read = co_await follower.replicator().linearizable_read();
      CHECK(read.has_value());
      CHECK(follower.machine().get("k") == value);
    }
    const bool through_follower = co_await put(follower, "f=1");
    CHECK(through_follower);
    const auto read = co_await leader.replicator().linearizable_read();
    CHECK(read.has_value());
    CHECK(leader.machine().get("f") == "1");
    const bool published = co_await eventually([&] {
      const auto members = follower.replicator().status().members;
      return std::all_of(members.begin(), members.end(),
                         [](const Member& m) { return m.client_urls.size() == 1; });
    });
    CHECK(published);
    co_await cluster.close();
  });
}

TEST_CASE("the loss of the leader is survived, and it catches up from the log", "[replication]") {
  const TemporaryDirectory dir;
  run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    Cluster cluster(runtime, dir.path());
    cluster.start_all();
    const bool led = co_await has_leader(cluster);
    REQUIRE(led);
    const int lost = cluster.leader();
    const bool before = co_await put(cluster[lost], "k=before");
    CHECK(before);
    co_await cluster[lost].stop();
    const bool led_again = co_await has_leader(cluster);
    REQUIRE(led_again);
    const bool after = co_await put(cluster[cluster.leader()], "k=after");
    CHECK(after);
    cluster.start(lost);
    const bool caught_up = co_await eventually([&] { return cluster[lost].machine().get("k") == "after"; });
    CHECK(caught_up);
    co_await cluster.close();
  });
}

TEST_CASE("reads by a leader's lease see what was acknowledged, over the loss of a leader too",
          "[replication]") {
  const TemporaryDirectory dir;
  run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    Cluster cluster(runtime, dir.path());
    cluster.start_all([](ReplicatorOptions& options) { options.lease_reads = true; });
    for (int round = 0; round < 2; ++round) {
      const bool led = co_await has_leader(cluster);
      REQUIRE(led);
      const int leader = cluster.leader();
      for (int i = 0; i < 20; ++i) {
        const std::string value = std::to_string(round) + "." + std::to_string(i);
        const bool written = co_await put(cluster[leader], "k=" + value);
        CHECK(written);
        for (int id = 0; id < 3; ++id) {
          if (!cluster[id].running()) continue;
          const auto read = co_await cluster[id].replicator().linearizable_read();
          CHECK((!read || cluster[id].machine().get("k") == value));
        }
      }
      if (round == 0) co_await cluster[leader].stop();
    }
    co_await cluster.close();
  });
}

TEST_CASE("a leader without a majority serves no read and takes no write", "[replication]") {
  const TemporaryDirectory dir;
  run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    Cluster cluster(runtime, dir.path());
    cluster.start_all();
    const bool led = co_await has_leader(cluster);
    REQUIRE(led);
    const int old = cluster.leader();
    for (int i = 0; i < 3; ++i)
      if (i != old) co_await cluster[i].stop();
    const auto read = co_await cluster[old].replicator().linearizable_read();
    CHECK_FALSE(read.has_value());
    const auto write = co_await cluster[old].replicator().propose("k=1");
    CHECK_FALSE(write.has_value());
    co_await cluster.close();
  });
}

TEST_CASE("a member far behind gets a snapshot", "[replication]") {
  const TemporaryDirectory dir;
  run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    Cluster cluster(runtime, dir.path());
    cluster.start_all([](ReplicatorOptions& options) { options.snapshot_entries = 20; });
    const bool led = co_await has_leader(cluster);
    REQUIRE(led);
    const int behind = cluster.follower();
    co_await cluster[behind].stop();
    // Longer than messages wait for a peer that refused them, or those would do without a snapshot.
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
    for (int i = 0; i < 100 || std::chrono::steady_clock::now() < until; ++i) {
      const std::string key = "k" + std::to_string(i);
      const bool done = co_await put(cluster[cluster.leader()], key + "=v");
      REQUIRE(done);
    }
    cluster.start(behind);
    const bool caught_up = co_await eventually([&] { return cluster[behind].machine().get("k99") == "v"; });
    CHECK(caught_up);
    CHECK(cluster[behind].machine().opened() == 2);
    CHECK(cluster[behind].machine().get("k0") == "v");
    // It goes on from there, and what was installed is what a restart finds.
    const bool more = co_await put(cluster[behind], "after=1");
    CHECK(more);
    co_await cluster[behind].stop();
    cluster.start(behind);
    CHECK(cluster[behind].machine().opened() == 1);
    CHECK(cluster[behind].machine().get("k0") == "v");
    const bool follows = co_await eventually([&] { return cluster[behind].machine().get("after") == "1"; });
    CHECK(follows);
    co_await cluster.close();
  });
}

TEST_CASE("leadership is handed over; a member is removed", "[replication]") {
  const TemporaryDirectory dir;
  run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    Cluster cluster(runtime, dir.path());
    cluster.start_all();
    const bool led = co_await has_leader(cluster);
    REQUIRE(led);
    const bool first = co_await put(cluster[cluster.leader()], "k=1");
    CHECK(first);
    const int from = cluster.leader(), to = cluster.follower();
    const raft::NodeId target = cluster[to].replicator().status().id;
    const auto moved = co_await cluster[from].replicator().transfer_leadership(target);
    CHECK(moved.has_value());
    const bool leads = co_await eventually([&] { return cluster.leader() == to; });
    REQUIRE(leads);
    const raft::NodeId old = cluster[from].replicator().status().id;
    bool removed = false;
    for (int i = 0; i < 100 && !removed; ++i) {  // Members may be publishing themselves.
      const auto result = co_await cluster[to].replicator().remove_member(old);
      removed = result.has_value();
      if (!removed) co_await base::sleep_for(50ms);
    }
    CHECK(removed);
    co_await cluster[from].stop();
    CHECK(cluster[to].replicator().status().members.size() == 2);
    const bool second = co_await put(cluster[to], "k=2");
    CHECK(second);
    co_await cluster.close();
  });
}

TEST_CASE("a leader removes itself", "[replication]") {
  const TemporaryDirectory dir;
  run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    Cluster cluster(runtime, dir.path());
    cluster.start_all();
    const bool led = co_await has_leader(cluster);
    REQUIRE(led);
    const bool published = co_await eventually([&] {
      const auto members = cluster[cluster.leader()].replicator().status().members;
      return std::all_of(members.begin(), members.end(),
                         [](const Member& m) { return m.client_urls.size() == 1; });
    });
    REQUIRE(published);
    const int old = cluster.leader();
    const raft::NodeId id = cluster[old].replicator().status().id;
    auto removed = co_await cluster[old].replicator().remove_member(id);
    while (!removed && removed.error().is(base::Errc::conflict)) {  // The last one's publishing is under way.
      co_await base::sleep_for(5ms);
      removed = co_await cluster[old].replicator().remove_member(id);
    }
    CHECK(removed.error().message == "");
    co_await cluster[old].stop();
    const bool led_again = co_await has_leader(cluster);
    REQUIRE(led_again);
    const bool written = co_await put(cluster[cluster.leader()], "k=1");
    CHECK(written);
    CHECK(cluster[cluster.leader()].replicator().status().members.size() == 2);
    co_await cluster.close();
  });
}

TEST_CASE("a member joins as a learner, catches up, votes", "[replication]") {
  const TemporaryDirectory dir;
  // With all of the log, and with a log that begins after configurations it never knew.
  const std::size_t kept = GENERATE(20'000, 20);
  run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    Cluster cluster(runtime, dir.path() / std::to_string(kept));
    cluster.start_all([kept](ReplicatorOptions& options) { options.snapshot_entries = kept; });
    const bool led = co_await has_leader(cluster);
    REQUIRE(led);
    for (int i = 0; i < 50; ++i) {
      const std::string key = "k" + std::to_string(i);
      const bool done = co_await put(cluster[cluster.leader()], key + "=v");
      REQUIRE(done);
    }
    TestMember fresh(runtime, dir.path() / std::to_string(kept), "d");
    Member added{raft::NodeId(4711), "", {fresh.peer_url()}, {}, true};
    const auto change = [&]() -> base::Awaitable<bool> {  // Members may be publishing themselves.
      for (int i = 0; i < 200; ++i) {
        const auto changed = co_await cluster[cluster.leader()].replicator().put_member(added);
        if (changed) co_return true;
        co_await base::sleep_for(20ms);
      }
      co_return false;
    };
    const bool is_added = co_await change();
    REQUIRE(is_added);
    added.learner = false;
    const auto early = co_await cluster[cluster.leader()].replicator().put_member(added);
    CHECK(early.error().is(base::Errc::conflict));

    const std::vector<std::string> urls{fresh.peer_url()};
    auto view = co_await ask_cluster(runtime.executor(), cluster.initial[0].peer_urls, nullptr, urls);
    REQUIRE(view.has_value());
    CHECK(view->members.size() == 4);
    find_by_url(view->members, urls)->name = "d";
    const std::uint64_t cluster_id = view->cluster_id;
    fresh.start(view->members, [cluster_id](ReplicatorOptions& options) {
      options.join_existing = true;
      options.cluster_id = cluster_id;
    });
    const bool caught_up = co_await eventually([&] { return fresh.machine().get("k49") == "v"; });
    CHECK(caught_up);
    CHECK(fresh.replicator().status().id == raft::NodeId(4711));
    const bool promoted = co_await change();
    CHECK(promoted);
    const bool votes = co_await eventually([&] { return !fresh.replicator().status().learner; });
    CHECK(votes);
    const bool written = co_await put(fresh, "d=1");
    CHECK(written);
    // It starts again without asking anybody.
    co_await fresh.stop();
    fresh.start({}, [](ReplicatorOptions& options) { options.join_existing = true; });
    const bool more = co_await put(cluster[cluster.leader()], "d=2");
    CHECK(more);
    const bool follows = co_await eventually([&] { return fresh.machine().get("d") == "2"; });
    CHECK(follows);
    co_await fresh.close();
    co_await cluster.close();
  });
}

}  // namespace
}  // namespace raft_store::replication
