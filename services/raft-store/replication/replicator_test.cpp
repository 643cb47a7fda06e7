#include "raft-store/replication/replicator.hpp"
#include <catch2/catch.hpp>
#include "raft-store/replication/testing.hpp"

namespace raft_store::replication {
namespace {

using namespace std::chrono_literals;
using namespace testing;

std::string previous(const Replicator::Applied& applied) {
  return dynamic_cast<const Previous&>(*applied.outcome).value;
}

TEST_CASE("a member is decoded, also as versions without incarnations wrote it", "[replication]") {
  const Member member{raft::NodeId(7), "a", {"https://a:2380"}, {"https://a:2379"}, true, 42};
  const std::string bytes = encode_member(member);
  const base::Result<Member> now = decode_member(bytes);
  REQUIRE(now.has_value());
  CHECK(*now == member);
  const base::Result<Member> before = decode_member(std::string_view(bytes).substr(0, bytes.size() - 8));
  REQUIRE(before.has_value());
  CHECK(before->incarnation == 0);
  CHECK_FALSE(decode_member(std::string_view(bytes).substr(0, bytes.size() - 3)).has_value());
}

TEST_CASE("a member alone commits, reads and remembers", "[replication]") {
  const TemporaryDirectory dir;
  run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    TestMember member(runtime, dir.path(), "a");
    const std::vector<Member> cluster{{raft::NodeId(0), "a", {member.peer_url()}, {}, false}};
    member.start(cluster);
    const auto first = co_await member.replicator().propose("k=1");
    REQUIRE(first.has_value());
    CHECK(previous(*first).empty());
    const auto second = co_await member.replicator().propose("k=2");
    REQUIRE(second.has_value());
    CHECK(previous(*second) == "1");
    CHECK(second->index > first->index);
    const auto read = co_await member.replicator().linearizable_read();
    REQUIRE(read.has_value());
    CHECK(*read >= second->index);
    co_await member.stop();
    member.start(cluster);
    CHECK(member.machine().get("k") == "2");
    const auto third = co_await member.replicator().propose("k=3");
    REQUIRE(third.has_value());
    CHECK(previous(*third) == "2");
    const bool published = co_await eventually([&] {
      const ReplicatorStatus status = member.replicator().status();
      return status.members.size() == 1 &&
             status.members[0].client_urls == std::vector<std::string>{"https://a"};
    });
    CHECK(published);
    co_await member.close();
  });
}

TEST_CASE("a directory of another member is refused", "[replication]") {
  const TemporaryDirectory dir;
  base::Runtime runtime;
  const auto open = [&](const std::string& peer_url) {
    ReplicatorOptions options;
    options.name = "a";
    options.data_dir = dir.path();
    if (!peer_url.empty()) options.initial_cluster = {{raft::NodeId(0), "a", {peer_url}, {}, false}};
    Registers machine;  // It holds the database open.
    const auto replicator = Replicator::open(runtime, options, machine);
    return replicator ? base::Error() : replicator.error();
  };
  CHECK(open("").is(base::Errc::invalid_argument));
  CHECK(open("http://127.0.0.1:1").message.empty());
  CHECK(open("http://127.0.0.1:2").is(base::Errc::invalid_argument));
  CHECK(open("http://127.0.0.1:1").message.empty());
}

TEST_CASE("a directory in use is refused", "[replication]") {
  const TemporaryDirectory dir;
  base::Runtime runtime;
  ReplicatorOptions options;
  options.name = "a";
  options.data_dir = dir.path();
  options.initial_cluster = {{raft::NodeId(0), "a", {"http://127.0.0.1:1"}, {}, false}};
  Registers first, second;
  const auto open = Replicator::open(runtime, options, first);
  REQUIRE(open.has_value());
  CHECK(Replicator::open(runtime, options, second).error().is(base::Errc::unavailable));
}

}  // namespace
}  // namespace raft_store::replication
