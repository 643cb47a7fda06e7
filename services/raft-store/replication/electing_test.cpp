#include <catch2/catch.hpp>
#include "raft-store/replication/testing.hpp"

/// How soon a lost leader is replaced.
namespace raft_store::replication {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using Members = std::vector<std::unique_ptr<TestMember>>;

TestMember* leader_of(const Members& members) {
  for (const auto& member : members) {
    if (!member->running()) continue;
    const ReplicatorStatus status = member->replicator().status();
    if (status.leader == status.id) return member.get();
  }
  return nullptr;
}

TEST_CASE("a leader whose process is gone is replaced long before a timeout", "[replication]") {
  const TemporaryDirectory dir;
  run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    Members members;
    std::vector<Member> initial;
    for (const char* name : {"a", "b", "c"}) {
      members.push_back(std::make_unique<TestMember>(runtime, dir.path(), name));
      initial.push_back({raft::NodeId(0), name, {members.back()->peer_url()}, {}, false});
    }
    const auto patient = [](ReplicatorOptions& options) { options.election_timeout = 20s; };
    for (const auto& member : members)
      member->start(initial, patient);
    const auto begun = std::chrono::steady_clock::now();
    const bool led = co_await eventually([&] { return leader_of(members) != nullptr; });
    REQUIRE(led);
    TestMember* lost = leader_of(members);
    co_await lost->close();
    const bool led_again = co_await eventually([&] { return leader_of(members) != nullptr; });
    CHECK(led_again);
    CHECK(std::chrono::steady_clock::now() - begun < 15s);
    for (const auto& member : members)
      if (member.get() != lost) co_await member->close();
  });
}

}  // namespace
}  // namespace raft_store::replication
