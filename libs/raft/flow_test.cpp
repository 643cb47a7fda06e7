#include <catch2/catch.hpp>
#include "raft/testing/group.hpp"

/// How entries travel: windows, batches, probes and snapshots.
using namespace raft;
using raft::testing::Group;

namespace {

std::vector<AppendEntries> appends_to(const Ready& ready, int to) {
  std::vector<AppendEntries> out;
  for (const Message& m : ready.messages)
    if (const auto* append = std::get_if<AppendEntries>(&m.body);
        append && m.to == NodeId(static_cast<std::uint64_t>(to)) && !append->entries.empty())
      out.push_back(*append);
  return out;
}

Data text(std::size_t bytes) {
  return make_data(std::string(bytes, 'x'));
}

/// Leads, with followers that answer nothing from now on.
struct Silent {
  explicit Silent(std::function<void(Options&)> adjust) : group(3, std::move(adjust)) {
    group.elect(1);
    group.tick_all(2);
    REQUIRE(group[1].status().peers.at(NodeId(2)).state == Progress::State::replicate);
  }
  Ready propose(std::size_t bytes, int times = 1) {
    for (int i = 0; i < times; ++i)
      REQUIRE(group[1].propose({text(bytes)}).has_value());
    return group[1].take_ready();
  }
  Group group;
};

}  // namespace

TEST_CASE("appends follow each other without waiting, up to the window's messages", "[raft]") {
  Silent s([](Options& o) { o.inflight_messages_max = 3; });
  const std::vector<AppendEntries> sent = appends_to(s.propose(10, 5), 2);
  REQUIRE(sent.size() == 3);
  for (std::size_t i = 1; i < sent.size(); ++i)
    CHECK(sent[i].previous.index == sent[i - 1].previous.index + 1);
  Node& leader = s.group[1];
  const Message answer{NodeId(2), NodeId(1), leader.term(), AppendResponse{sent[0].previous.index + 1}};
  leader.step(answer);
  // One more has room, and takes with it what has come together meanwhile.
  const std::vector<AppendEntries> more = appends_to(leader.take_ready(), 2);
  REQUIRE(more.size() == 1);
  CHECK(more[0].entries.size() == 2);
}

TEST_CASE("and up to the window's bytes", "[raft]") {
  Silent s([](Options& o) { o.inflight_bytes_max = 250; });
  CHECK(appends_to(s.propose(100, 6), 2).size() == 3);
}

TEST_CASE("a message takes as much as it may, and at least one entry", "[raft]") {
  Silent s([](Options& o) {
    o.append_bytes_max = 300;
    o.inflight_messages_max = 1;
  });
  s.propose(100, 6);
  Node& leader = s.group[1];
  leader.step({NodeId(2), NodeId(1), leader.term(), AppendResponse{Index(2)}});
  std::vector<AppendEntries> sent = appends_to(leader.take_ready(), 2);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].entries.size() == 2);
  s.propose(1000);
  leader.step({NodeId(2), NodeId(1), leader.term(), AppendResponse{Index(7)}});
  sent = appends_to(leader.take_ready(), 2);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].entries.size() == 1);
}

TEST_CASE("what is proposed and not committed is bounded", "[raft]") {
  Silent s([](Options& o) { o.uncommitted_bytes_max = 250; });
  s.propose(100, 2);
  Node& leader = s.group[1];
  CHECK(leader.propose({text(100)}).error().is(base::Errc::resource_exhausted));
  leader.persisted();
  leader.step({NodeId(2), NodeId(1), leader.term(), AppendResponse{leader.log().last().index}});
  CHECK(leader.log().committed() == leader.log().last().index);
  CHECK(leader.propose({text(1000)}).has_value());  // A single one may exceed it.
}

TEST_CASE("a lost append is sent again after a heartbeat is answered", "[raft]") {
  Group group(3);
  group.elect(1);
  group.tick_all(1);
  group.filter = [](const Message& m) {
    return m.to != NodeId(3) || !std::holds_alternative<AppendEntries>(m.body);
  };
  REQUIRE(group.propose(1, "a").has_value());
  REQUIRE(group.propose(1, "b").has_value());
  CHECK(group[3].log().last().index < group[1].log().last().index);
  group.filter = {};
  group.tick_all(2);
  CHECK(group.host(3).applied == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a snapshot under way holds up nobody but its receiver", "[raft]") {
  Group group(3);
  group.elect(1);
  group.isolate(3);
  for (int i = 0; i < 20; ++i)
    REQUIRE(group.propose(1, "k" + std::to_string(i)).has_value());
  Node& leader = group[1];
  leader.compact(leader.log().applied());
  leader.step({NodeId(3), NodeId(1), leader.term(), AppendResponse{leader.log().last().index, true, {}}});
  CHECK(leader.take_ready().snapshots_wanted == std::vector<NodeId>{NodeId(3)});
  REQUIRE(leader.status().peers.at(NodeId(3)).state == Progress::State::snapshot);
  const Index before = leader.log().committed();
  REQUIRE(group.propose(1, "more").has_value());
  CHECK(leader.log().committed() > before);
  CHECK(leader.status().peers.at(NodeId(3)).state == Progress::State::snapshot);
  leader.report_snapshot(NodeId(3), false, Index(0));  // It is asked for again.
  group.heal();
  group.tick_all(4);
  CHECK(group.host(3).applied == group.host(1).applied);
}

TEST_CASE("a peer that is silent is sent no snapshot", "[raft]") {
  Group group(3);
  group.elect(1);
  group.isolate(3);
  group.tick(1, 3);
  for (int i = 0; i < 20; ++i)
    REQUIRE(group.propose(1, "k").has_value());
  group[1].compact(group[1].log().applied());
  int snapshots = 0;
  group.filter = [&](const Message& m) {
    snapshots += std::holds_alternative<InstallSnapshot>(m.body) ? 1 : 0;
    return true;
  };
  group.tick_all(12);
  CHECK(snapshots == 0);
  group.heal();
  group.tick_all(5);
  CHECK(snapshots > 0);
  CHECK(group[3].log().last() == group[1].log().last());
}
