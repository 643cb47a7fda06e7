#include <catch2/catch.hpp>
#include "raft/testing/group.hpp"

using namespace raft;
using raft::testing::Group;

namespace {

constexpr std::int64_t kTick = 1000;

/// A group whose clocks all tell `now`, which moves with the ticks.
struct Clocked {
  explicit Clocked(int members)
      : group(members, [](Options& o) { o.lease_length = (o.election_ticks - 1) * kTick; }), size(members) {
    for (int i = 0; i < 100 && group.leader() == 0; ++i)
      tick();
    REQUIRE(group.leader() != 0);
    tick();
  }
  void tell_time() {
    for (int id = 1; id <= size; ++id)
      group[id].note_time(now);
  }
  void tick() {
    now += kTick;
    tell_time();
    group.tick_all(1);
  }
  /// A read at `id`: is it confirmed without a message to anybody?
  bool reads_alone(int id) {
    const std::size_t before = group.host(id).reads.size();
    group.isolate(id);
    REQUIRE(group[id].read_index(++context).has_value());
    group.settle();
    group.heal();
    return group.host(id).reads.size() > before;
  }
  int other(int than) const { return than % size + 1; }

  Group group;
  const int size;
  std::int64_t now = 0;
  std::uint64_t context = 0;
};

}  // namespace

TEST_CASE("a follower reads through its leader", "[raft]") {
  Group group(3);
  group.elect(1);
  REQUIRE(group.propose(1, "a").has_value());
  REQUIRE(group[2].read_index(7).has_value());
  group.settle();
  REQUIRE(group.host(2).reads.size() == 1);
  CHECK(group.host(2).reads[0].context == 7);
  CHECK(group.host(2).reads[0].index == group[1].log().committed());
}

TEST_CASE("a leader that is cut off confirms no read, and drops those that wait when it steps down",
          "[raft]") {
  Group group(3);
  group.elect(1);
  group.isolate(1);
  REQUIRE(group[1].read_index(1).has_value());
  group.settle();
  CHECK(group.host(1).reads.empty());
  group.tick(1, 20);
  CHECK(group[1].role() == Role::follower);
  CHECK(group.host(1).reads_dropped == std::vector<std::uint64_t>{1});
  CHECK(group[1].read_index(2).error().is(base::Errc::unavailable));
}

TEST_CASE("a new leader reads only once it has committed something of its own", "[raft]") {
  Group group(3);
  group.elect(1);
  REQUIRE(group.propose(1, "a").has_value());
  group.filter = [](const Message& m) { return !std::holds_alternative<AppendEntries>(m.body); };
  group.elect(2);
  group.elect(2);  // Its followers still protected the former one at first.
  group.tick(2, 20);
  group.elect(2);
  if (group[2].role() != Role::leader) {  // Check quorum: they forget it with time.
    group.isolate(1);
    for (int i = 0; i < 60 && group[2].role() != Role::leader; ++i)
      group.tick_all(1);
  }
  const int leader = group.leader();
  REQUIRE(group[leader].read_index(9).has_value());
  group.settle();
  CHECK(group.host(leader).reads.empty());
  group.filter = {};
  group.tick_all(2);
  REQUIRE(group.host(leader).reads.size() == 1);
  CHECK(group.host(leader).reads[0].index == group[leader].log().last().index);
}

TEST_CASE("one round confirms all reads before it", "[raft]") {
  Group group(5);
  group.elect(1);
  int heartbeats = 0;
  group.filter = [&](const Message& m) {
    heartbeats += std::holds_alternative<Heartbeat>(m.body) ? 1 : 0;
    return !std::holds_alternative<HeartbeatResponse>(m.body) ||
           std::get<HeartbeatResponse>(m.body).read == 3;
  };
  for (std::uint64_t context = 1; context <= 3; ++context)
    REQUIRE(group[1].read_index(context).has_value());
  group.settle();
  CHECK(group.host(1).reads.size() == 3);
  CHECK(heartbeats == 12);
}

TEST_CASE("a leader reads within its lease without asking (thesis §6.4.1)", "[raft]") {
  Clocked c(3);
  const int leader = c.group.leader();
  CHECK(c.reads_alone(leader));
  // The lease counts from when the heartbeat was sent, not from its answer.
  c.now += 8 * kTick;
  c.tell_time();
  CHECK(c.reads_alone(leader));
  c.now += kTick;
  c.tell_time();
  CHECK_FALSE(c.reads_alone(leader));
  c.tick();
  CHECK(c.reads_alone(leader));
}

TEST_CASE("a lease needs a majority of the configuration in force", "[raft]") {
  Clocked c(5);
  const int leader = c.group.leader();
  for (int id = 1; id <= 5; ++id)
    if (id != leader && id != c.other(leader)) c.group.cut(leader, id);
  const std::int64_t alone_since = c.now;
  for (int i = 0; i < 8; ++i) {
    c.now += kTick;
    c.tell_time();
    c.group.tick(leader);
  }
  CHECK(c.now - alone_since == 8 * kTick);
  REQUIRE(c.group[leader].read_index(1).has_value());
  CHECK(c.group[leader].take_ready().reads.size() == 1);
  c.now += kTick;
  c.tell_time();
  REQUIRE(c.group[leader].read_index(2).has_value());
  CHECK(c.group[leader].take_ready().reads.empty());
}

TEST_CASE("a leader that hands over has no lease for the rest of its term", "[raft]") {
  Clocked c(3);
  const int leader = c.group.leader();
  c.group.filter = [](const Message& m) { return !std::holds_alternative<TimeoutNow>(m.body); };
  REQUIRE(c.group[leader].transfer_leadership(NodeId(c.other(leader))).has_value());
  c.group.settle();
  CHECK_FALSE(c.reads_alone(leader));
  for (int i = 0; i < 15; ++i)  // The transfer is given up; the order to stand may still arrive.
    c.tick();
  REQUIRE(c.group[leader].role() == Role::leader);
  CHECK(c.group.propose(leader, "a").has_value());
  CHECK_FALSE(c.reads_alone(leader));
}

TEST_CASE("who answered a leader helps no other for an election timeout", "[raft]") {
  Clocked c(3);
  const int leader = c.group.leader(), voter = c.other(leader), candidate = c.other(voter);
  Node& node = c.group[voter];
  const auto asks = [&](Term term, bool transfer) {
    node.step({NodeId(candidate), NodeId(voter), term, RequestVote{node.log().last(), false, transfer}});
    const Ready ready = node.take_ready();
    if (ready.needs_write) node.persisted();
    for (const Message& m : ready.messages_after_write)
      if (const auto* vote = std::get_if<VoteResponse>(&m.body)) return vote->granted;
    return false;
  };
  const Term term = node.term();
  CHECK_FALSE(asks(term + 1, false));
  CHECK(node.term() == term);
  // Not even when it hears of a later term from elsewhere, and so of no leader.
  node.step({NodeId(candidate), NodeId(voter), term + 2, VoteResponse{false, false}});
  CHECK(node.leader() == NodeId(0));
  CHECK_FALSE(asks(term + 2, false));
  CHECK_FALSE(asks(term + 3, false));
  node.campaign();
  CHECK(node.role() == Role::follower);
  SECTION("but for the leader's own wish") {
    CHECK(asks(term + 3, true));
  }
  SECTION("then it does") {
    for (int i = 0; i < 10; ++i)
      node.tick();
    CHECK(asks(term + 4, false));
  }
}

TEST_CASE("who has just started may have promised anything", "[raft]") {
  Clocked c(3);
  const int leader = c.group.leader(), voter = c.other(leader), candidate = c.other(voter);
  c.group.restart(voter);
  Node& node = c.group[voter];
  const RequestVote request{node.log().last(), true};
  const Message m{NodeId(candidate), NodeId(voter), node.term() + 1, request};
  node.step(m);
  CHECK_FALSE(node.has_ready());
  for (int i = 0; i < 10; ++i)
    node.tick();
  node.step(m);
  const Ready ready = node.take_ready();
  REQUIRE_FALSE(ready.messages_after_write.empty());
}

TEST_CASE("a member alone leads at once, with leases too", "[raft]") {
  Group group(1, [](Options& o) { o.lease_length = 9 * kTick; });
  group.elect(1);
  CHECK(group.leader() == 1);
  group.restart(1);
  group.elect(1);
  CHECK(group.leader() == 1);
}
