#include "raft/core.hpp"
#include <catch2/catch.hpp>
#include "raft/testing/group.hpp"

using namespace raft;
using raft::testing::Group;
using Commands = std::vector<std::string>;

TEST_CASE("a group of one commits at once", "[raft]") {
  Group group(1);
  group.elect(1);
  REQUIRE(group.leader() == 1);
  REQUIRE(group.propose(1, "a").has_value());
  CHECK(group.host(1).applied == Commands{"a"});
  REQUIRE(group[1].read_index(5).has_value());
  group.settle();
  REQUIRE(group.host(1).reads.size() == 1);
  CHECK(group.host(1).reads[0].index == Index(2));
}

TEST_CASE("three members elect one and replicate", "[raft]") {
  Group group(3);
  group.elect(2);
  REQUIRE(group.leader() == 2);
  REQUIRE(group.propose(2, "a").has_value());
  REQUIRE(group.propose(1, "b").has_value());  // Through a follower.
  group.tick_all(1);
  for (int id = 1; id <= 3; ++id)
    CHECK(group.host(id).applied == Commands{"a", "b"});
  CHECK(group[3].leader() == NodeId(2));
}

TEST_CASE("nothing is acknowledged before it is written", "[raft]") {
  Group group(3);
  group.elect(1);
  Node& follower = group[2];
  const EntryId last = follower.log().last();
  const Entry entry{{last.term, last.index + 1}, EntryKind::command, make_data("x")};
  follower.step({NodeId(1), NodeId(2), last.term, AppendEntries{last, {entry}, last.index + 1}});
  const Ready first = follower.take_ready();
  REQUIRE(first.needs_write);
  CHECK(first.must_sync);
  CHECK(first.messages.empty());
  CHECK(first.committed.empty());  // Committed, and not durable here.
  REQUIRE(first.messages_after_write.size() == 1);
  // What arrives during the write waits for the next one.
  follower.step({NodeId(1), NodeId(2), last.term, Heartbeat{last.index, 0}});
  CHECK(follower.take_ready().messages_after_write.empty());
  follower.persisted();
  const Ready second = follower.take_ready();
  CHECK(second.committed.size() == 1);
  CHECK(second.messages_after_write.size() == 1);
}

TEST_CASE("a leader's own vote and entries count when they are durable", "[raft]") {
  Group group(1, [](Options& o) { o.pre_vote = false; });
  Node& node = group[1];
  node.campaign();
  CHECK(node.role() == Role::candidate);
  CHECK(node.take_ready().must_sync);
  CHECK(node.role() == Role::candidate);
  node.persisted();
  CHECK(node.role() == Role::leader);
  CHECK(node.log().committed() == Index(0));
  CHECK(node.take_ready().committed.empty());
  node.persisted();
  CHECK(node.log().committed() == Index(1));
}

TEST_CASE("a member votes once a term, and remembers it", "[raft]") {
  Group group(3);
  const auto ask = [&](int from) {
    group[3].step({NodeId(from), NodeId(3), Term(5), RequestVote{}});
    const Ready ready = group[3].take_ready();
    if (ready.hard_state) group.host(3).hard_state = *ready.hard_state;
    if (ready.needs_write) group[3].persisted();
    return std::get<VoteResponse>(ready.messages_after_write.at(0).body).granted;
  };
  CHECK(ask(1));
  CHECK_FALSE(ask(2));
  CHECK(ask(1));
  group.restart(3);
  CHECK_FALSE(ask(2));
}

TEST_CASE("only an up-to-date log wins (§5.4.1)", "[raft]") {
  Group group(3);
  group.elect(1);
  group.isolate(3);
  REQUIRE(group.propose(1, "a").has_value());
  group.isolate(1);
  group.heal();
  group.isolate(1);
  for (int i = 0; i < 60; ++i) {
    group.tick(3);
    group.tick(2);
  }
  CHECK(group.leader() == 2);
  CHECK(group.host(3).applied == Commands{"a"});
}

TEST_CASE("an entry of an earlier term is not committed by counting copies (figure 8)", "[raft]") {
  Group group(5, [](Options& o) {
    o.pre_vote = o.check_quorum = false;
    o.append_bytes_max = 1;  // An entry a message.
  });
  group.elect(1);
  for (int id : {3, 4, 5})
    group.cut(1, id);
  REQUIRE(group.propose(1, "old").has_value());  // On 1 and 2 alone.
  group.isolate(1);
  group.cut(5, 2);
  group.filter = [](const Message& m) { return !std::holds_alternative<AppendEntries>(m.body); };
  group.elect(5);  // Term 2, with the votes of 3 and 4.
  REQUIRE(group.leader() == 5);
  REQUIRE(group.propose(5, "new").has_value());  // On 5 alone.
  // 1 comes back, leads again and copies "old" to the others, but nothing of its own term gets through.
  group.restart(1);
  group.heal();
  group.isolate(5);
  const Term old_term = group[1].log().last().term;
  group.filter = [&](const Message& m) {
    const auto* append = std::get_if<AppendEntries>(&m.body);
    return !append || append->entries.empty() || append->entries.back().id.term == old_term ||
           !group[static_cast<int>(m.to.value)].log().matches(append->previous);
  };
  group.elect(1);
  group.elect(1);
  REQUIRE(group.leader() == 1);
  CHECK(group[3].log().last() == EntryId{old_term, Index(2)});
  CHECK(group[1].log().committed() == Index(1));
  // So 5 may still replace it everywhere.
  group.filter = {};
  group.heal();
  group.isolate(1);
  group.cut(2, 5);
  group.restart(5);
  for (int i = 0; i < 3 && group[5].role() != Role::leader; ++i)
    group.elect(5);
  REQUIRE(group[5].role() == Role::leader);
  group.heal();
  group.tick_all(40);
  for (int id = 1; id <= 5; ++id)
    CHECK(group.host(id).applied == Commands{"new"});
}

TEST_CASE("a follower's conflicting tail is replaced (§5.3)", "[raft]") {
  Group group(3);
  group.elect(1);
  group.isolate(1);
  for (int i = 0; i < 5; ++i)
    REQUIRE(group.propose(1, "lost").has_value());
  group.tick(2, 20);
  group.tick(3, 20);
  const int leader = group.leader();
  REQUIRE(leader != 1);
  REQUIRE(group.propose(leader, "kept").has_value());
  group.heal();
  group.tick_all(3);
  for (int id = 1; id <= 3; ++id)
    CHECK(group.host(id).applied == Commands{"kept"});
  CHECK(group[1].log().last() == group[leader].log().last());
}

TEST_CASE("a learner forgets a leader that it no longer hears", "[raft]") {
  Group group(3);
  group.elect(1);
  Membership target = group[1].membership();
  target.voters.erase(NodeId(3));
  target.learners.insert(NodeId(3));
  REQUIRE(group[1].propose_membership(target).has_value());
  group.settle();
  group.isolate(3);
  const EntryId last = group[3].log().last();
  for (int i = 0; i < 60; ++i) {
    group.tick(3);
    if (i < 20) continue;  // Twice the election ticks: nothing is to be protected any more.
    group[3].step({NodeId(2), NodeId(3), group[3].term() + 1, RequestVote{last, true}});
    const Ready ready = group[3].take_ready();
    REQUIRE(ready.messages_after_write.size() == 1);
    CHECK(std::get<VoteResponse>(ready.messages_after_write[0].body).granted);
  }
  CHECK(group[3].leader() == NodeId(0));
}
