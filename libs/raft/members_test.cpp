#include <catch2/catch.hpp>
#include <random>
#include "raft/quorum.hpp"
#include "raft/testing/group.hpp"

/// Who decides: majorities, changes of members (§6, thesis §4), hand-over (thesis §3.10), pre-vote and the
/// quorum's check (thesis §6.2, §9.6).
using namespace raft;
using raft::testing::Group;
using Commands = std::vector<std::string>;

namespace {

std::set<NodeId> ids(std::initializer_list<int> numbers) {
  std::set<NodeId> out;
  for (const int n : numbers)
    out.insert(NodeId(static_cast<std::uint64_t>(n)));
  return out;
}

Membership voters(std::initializer_list<int> numbers, std::initializer_list<int> learners = {}) {
  Membership membership;
  membership.voters = ids(numbers);
  membership.learners = ids(learners);
  return membership;
}

}  // namespace

TEST_CASE("majorities agree with counting them all", "[raft]") {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    Membership m;
    std::map<NodeId, Index> has;
    std::map<NodeId, bool> votes;
    for (int id = 1; id <= 7; ++id) {
      if (random() % 2 == 0) m.voters.insert(NodeId(static_cast<std::uint64_t>(id)));
      if (round % 2 == 0 && random() % 2 == 0) m.outgoing.insert(NodeId(static_cast<std::uint64_t>(id)));
      has[NodeId(static_cast<std::uint64_t>(id))] = Index(random() % 5);
      if (random() % 3 != 0) votes[NodeId(static_cast<std::uint64_t>(id))] = random() % 2 == 0;
    }
    if (m.voters.empty()) continue;
    const auto count = [](const std::set<NodeId>& of, auto&& holds) {
      std::size_t n = 0;
      for (const NodeId id : of)
        n += holds(id) ? 1 : 0;
      return n;
    };
    const auto most = [&](auto&& holds) {
      return 2 * count(m.voters, holds) > m.voters.size() &&
             (m.outgoing.empty() || 2 * count(m.outgoing, holds) > m.outgoing.size());
    };
    Index highest(0);
    for (std::uint64_t i = 0; i < 5; ++i)
      if (most([&](NodeId id) { return has[id] >= Index(i); })) highest = Index(i);
    CHECK(quorum_index(m, [&](NodeId id) { return has[id]; }) == highest);
    const bool won = most([&](NodeId id) { return votes.contains(id) && votes[id]; });
    const bool may = most([&](NodeId id) { return !votes.contains(id) || votes[id]; });
    const VoteResult result = count_votes(m, votes);
    CHECK(result == (won ? VoteResult::won : may ? VoteResult::pending : VoteResult::lost));
  }
}

TEST_CASE("a learner gets the log, and neither votes nor counts", "[raft]") {
  Group group(1);
  group.elect(1);
  group.add_host(2);
  group.add_host(3);
  REQUIRE(group[1].propose_membership(voters({1}, {2})).has_value());
  group.settle();
  REQUIRE(group.propose(1, "a").has_value());
  group.tick_all(1);
  CHECK(group.host(2).applied == Commands{"a"});
  group.isolate(2);
  REQUIRE(group.propose(1, "b").has_value());
  CHECK(group.host(1).applied == Commands{"a", "b"});
  group.tick(2, 60);
  CHECK(group[2].role() == Role::follower);
  group.heal();
  REQUIRE(group[1].propose_membership(voters({1, 2})).has_value());
  group.settle();
  group.isolate(2);
  REQUIRE(group.propose(1, "c").has_value());
  CHECK(group.host(1).applied == Commands{"a", "b"});
}

TEST_CASE("a change of several voters needs both majorities", "[raft]") {
  Group group(3);
  group.elect(1);
  group.add_host(4);
  group.add_host(5);
  // Of the old ones only the leader is there; the new ones all are.
  group.cut(1, 2);
  group.cut(1, 3);
  REQUIRE(group[1].propose_membership(voters({1, 4, 5})).has_value());
  group.settle();
  CHECK(group[1].membership().joint());
  CHECK(group[1].log().committed() < group[1].log().last().index);
  CHECK(group[1].propose_membership(voters({1, 4})).error().is(base::Errc::conflict));
  SECTION("with both it is done, and the joint step left") {
    group.heal();
    group.tick_all(3);
    CHECK_FALSE(group[1].membership().joint());
    CHECK(group[4].membership().voters == ids({1, 4, 5}));
    group.cut(1, 2);
    group.cut(1, 3);
    REQUIRE(group.propose(1, "a").has_value());
    CHECK(group.host(5).applied == Commands{"a"});
  }
  SECTION("an election needs both, too") {
    for (int i = 0; i < 40; ++i)
      group.tick(4);
    group.isolate(1);
    for (int i = 0; i < 60; ++i) {
      group.tick(4);
      group.tick(5);
    }
    CHECK(group[4].role() != Role::leader);
    CHECK(group[5].role() != Role::leader);
  }
}

TEST_CASE("a configuration that is overwritten is not in force any more", "[raft]") {
  Group group(3);
  group.elect(1);
  group.isolate(1);
  REQUIRE(group[1].propose_membership(voters({1, 2, 3}, {4})).has_value());
  group.settle();
  CHECK(group[1].membership().learners == ids({4}));
  group.tick(2, 20);
  group.tick(3, 20);
  REQUIRE(group.leader() != 1);
  group.heal();
  group.tick_all(3);
  CHECK(group[1].membership() == group[2].membership());
  CHECK(group[1].membership().learners.empty());
}

TEST_CASE("a leader without a place in the new configuration sees it through, and goes", "[raft]") {
  Group group(3);
  group.elect(1);
  REQUIRE(group[1].propose_membership(voters({2, 3})).has_value());
  group.settle();
  group.tick_all(1);
  CHECK(group[1].role() == Role::follower);
  CHECK(group[2].membership().voters == ids({2, 3}));
  group.tick_all(40);
  CHECK(group.leader() != 1);
  CHECK(group.leader() != 0);
}

TEST_CASE("leadership is handed over to who has everything", "[raft]") {
  Group group(3);
  group.elect(1);
  CHECK(group[2].transfer_leadership(NodeId(3)).error().is(base::Errc::unavailable));
  CHECK(group[1].transfer_leadership(NodeId(1)).error().is(base::Errc::invalid_argument));
  CHECK(group[1].transfer_leadership(NodeId(9)).error().is(base::Errc::invalid_argument));
  group.isolate(3);
  REQUIRE(group.propose(1, "a").has_value());
  REQUIRE(group[1].transfer_leadership(NodeId(3)).has_value());
  group.settle();
  CHECK(group[1].role() == Role::leader);
  CHECK(group.propose(1, "b").error().is(base::Errc::unavailable));
  SECTION("which is given up after an election timeout") {
    group.tick(1, 5);
    group.tick(2, 1);
    group.tick(1, 5);
    CHECK(group.propose(1, "b").has_value());
    CHECK(group[1].role() == Role::leader);
  }
  SECTION("also when that takes a moment") {
    group.heal();
    group.tick(1, 2);
    CHECK(group.leader() == 3);
    CHECK(group.host(3).applied == Commands{"a"});
  }
}

TEST_CASE("who comes back from a partition disturbs nobody (pre-vote)", "[raft]") {
  Group group(3);
  group.elect(1);
  const Term term = group[1].term();
  group.isolate(3);
  for (int i = 0; i < 100; ++i) {
    group.tick(3);
    group.tick(1);
    group.tick(2);
  }
  CHECK(group[3].term() == term);
  group.heal();
  group.tick_all(30);
  CHECK(group.leader() == 1);
  CHECK(group[3].leader() == NodeId(1));
  CHECK(group[1].term() == term);
}

TEST_CASE("a leader that hears no majority steps down (check quorum)", "[raft]") {
  Group group(5);
  group.elect(1);
  group.cut(1, 2);
  group.cut(1, 3);
  group.tick(1, 25);
  CHECK(group[1].role() == Role::leader);
  group.cut(1, 4);
  group.tick(1, 25);
  CHECK(group[1].role() == Role::follower);
  CHECK(group[1].leader() == NodeId(0));
}

TEST_CASE("who hears a leader does not help to depose it", "[raft]") {
  Group group(3, [](Options& o) { o.pre_vote = false; });
  group.elect(1);
  const Term term = group[2].term();
  group[2].step({NodeId(3), NodeId(2), term + 3, RequestVote{group[2].log().last()}});
  CHECK(group[2].term() == term);
  CHECK_FALSE(group[2].has_ready());
}

TEST_CASE("a member that may not stand tells a leader of its later term", "[raft]") {
  Group group(3, [](Options& o) { o.pre_vote = o.check_quorum = false; });
  group.elect(1);
  Membership target = group[1].membership();
  target.voters.erase(NodeId(3));
  target.learners.insert(NodeId(3));
  // It has stood in vain, and is made a learner before anybody heard of that.
  group.isolate(3);
  group.elect(3);
  group.elect(3);
  REQUIRE(group[1].propose_membership(target).has_value());
  group.settle();
  group.heal();
  group.tick_all(60);
  CHECK(group[3].membership() == target);
  CHECK(group[3].leader() != NodeId(0));
  CHECK(group[3].log().last() == group[1].log().last());
}
