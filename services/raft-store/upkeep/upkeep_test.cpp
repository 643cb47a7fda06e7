#include <catch2/catch.hpp>
#include "raft-store/upkeep/options.hpp"

namespace raft_store::upkeep {
namespace {

using namespace std::chrono_literals;

TEST_CASE("what automatic compaction keeps is read as etcd reads it", "[upkeep]") {
  CHECK(parse_auto_compaction("periodic", "0")->off());
  CHECK(parse_auto_compaction("periodic", "24")->period == 24h);
  CHECK(parse_auto_compaction("periodic", "90m")->period == 90min);
  CHECK(parse_auto_compaction("revision", "1000")->keep == 1000);
  CHECK(parse_auto_compaction("revision", "0")->off());
  for (const char* wrong : {"", "x", "-1", "1ms", "1000000000"})
    CHECK(
        parse_auto_compaction("periodic", wrong).error().message.starts_with("--auto-compaction-retention"));
  CHECK(parse_auto_compaction("revision", "5m").has_error());
  CHECK(parse_auto_compaction("hourly", "1").error().message.starts_with("--auto-compaction-mode"));
}

/// Runs a leader's compactor for `rounds` intervals with ten revisions in each: "round:revision ...".
std::string run(AutoCompaction& plan, int rounds) {
  std::string out;
  base::SteadyTime now{};
  Revision revision = 0;
  for (int round = 1; round <= rounds; ++round) {
    now += plan.interval();
    revision += 10;
    if (const auto due = plan.due(now, revision)) {
      out += std::to_string(round) + ":" + std::to_string(*due) + " ";
      plan.compacted(now, *due);
    }
    plan.note(revision);
  }
  return out;
}

TEST_CASE("periodic compaction below an hour compacts once a period", "[upkeep]") {
  AutoCompaction plan({10min, 0}, base::SteadyTime{}, 0);
  CHECK(plan.interval() == 1min);
  // The first at what was current at the start; then what was noted eleven intervals before, as in etcd.
  CHECK(run(plan, 35) == "10:0 20:90 30:190 ");
}

TEST_CASE("periodic compaction above an hour waits once for the period and then compacts hourly",
          "[upkeep]") {
  AutoCompaction plan({3h, 0}, base::SteadyTime{}, 0);
  CHECK(plan.interval() == 6min);
  CHECK(run(plan, 55) == "30:0 40:90 50:190 ");
}

TEST_CASE("periodic compaction that failed is due again at the next look", "[upkeep]") {
  base::SteadyTime now{};
  AutoCompaction plan({10min, 0}, now, 7);
  now += 10min;
  CHECK(plan.due(now, 9) == 7);
  now += 1min;
  CHECK(plan.due(now, 9) == 7);
  plan.compacted(now, 7);
  now += 9min;
  CHECK_FALSE(plan.due(now, 9));
}

TEST_CASE("compaction by number keeps so many revisions", "[upkeep]") {
  base::SteadyTime now{};
  AutoCompaction plan({0ns, 100}, now, 1);
  CHECK(plan.interval() == 5min);
  CHECK_FALSE(plan.due(now, 100));
  CHECK(plan.due(now, 150) == 50);
  plan.compacted(now, 50);
  CHECK_FALSE(plan.due(now, 150));
  CHECK(plan.due(now, 151) == 51);
}

wire::RequestOp put_op(std::size_t bytes) {
  wire::RequestOp op;
  op.put.emplace();
  op.put->value = std::string(bytes, 'v');
  return op;
}

TEST_CASE("what a request costs", "[upkeep]") {
  wire::PutRequest put;
  put.key = "abc";
  put.value = "de";
  CHECK(cost_of(put) == 261);
  CHECK(cost_of(wire::LeaseGrantRequest()) == 64);
  wire::TxnRequest txn;
  CHECK(cost_of(txn) == 0);
  txn.failure = {put_op(100)};
  CHECK(cost_of(txn) == 356);
  wire::RequestOp nested;
  nested.txn = std::make_shared<wire::TxnRequest>();
  nested.txn->success = {put_op(1000)};
  txn.success = {nested, put_op(0)};
  CHECK(cost_of(txn) == 1512);
}

TEST_CASE("a quota refuses what would cross it", "[upkeep]") {
  Quota quota({10'000, -1});
  CHECK(quota.take(1'000'000'000));  // Nothing was measured yet.
  quota.measured(9'000, {});
  CHECK(quota.limit() == 10'000);
  CHECK_FALSE(quota.exhausted());
  CHECK(quota.take(600));
  CHECK_FALSE(quota.take(400));
  CHECK(quota.take(399));
  CHECK(quota.take(0));
  CHECK_FALSE(quota.exhausted());
  quota.measured(10'000, DiskSpace{1'000, 0});
  CHECK(quota.exhausted());
  CHECK(quota.take(0));
  quota.measured(5'000, {});
  CHECK_FALSE(quota.exhausted());
}

TEST_CASE("the disk's reserve is a quota too", "[upkeep]") {
  constexpr std::int64_t kGiB = 1 << 30;
  CHECK(disk_reserve({}, {100 * kGiB, 0}) == kGiB);
  CHECK(disk_reserve({}, {2'000'000, 0}) == 100'000);
  CHECK(disk_reserve({0, 77}, {100 * kGiB, 0}) == 77);
  CHECK(disk_reserve({0, -1}, {100 * kGiB, 0}) == 0);
  Quota quota({0, 1'000});
  quota.measured(50'000, DiskSpace{100'000, 3'000});
  CHECK_FALSE(quota.disk_is_low());
  CHECK(quota.limit() == 52'000);
  quota.measured(50'000, DiskSpace{100'000, 1'900});
  CHECK(quota.disk_is_low());
  CHECK_FALSE(quota.exhausted());
  quota.measured(50'000, DiskSpace{100'000, 900});
  CHECK(quota.exhausted());
  CHECK_FALSE(quota.take(1));
}

MemberHash hash_of(std::uint64_t member, std::uint32_t hash, Revision compacted = 5, Revision own = 10) {
  return {member, own, {hash, 10, compacted}};
}

using Ids = std::set<std::uint64_t>;

TEST_CASE("a majority tells which member is corrupt", "[upkeep]") {
  CHECK(compare_hashes({}, 3).suspects.empty());
  CHECK(compare_hashes({hash_of(1, 7), hash_of(2, 7), hash_of(3, 7)}, 3).suspects.empty());
  CHECK(compare_hashes({hash_of(1, 7), hash_of(2, 7), hash_of(3, 8)}, 3).suspects == Ids{3});
  CHECK(compare_hashes({hash_of(1, 8), hash_of(2, 7), hash_of(3, 7)}, 3).suspects == Ids{1});
  // Two of three are asked, or all differ: nobody can tell.
  CHECK(compare_hashes({hash_of(1, 7), hash_of(2, 8)}, 3).suspects == Ids{0});
  CHECK(compare_hashes({hash_of(1, 7), hash_of(2, 8), hash_of(3, 9)}, 3).suspects == Ids{0});
  CHECK(compare_hashes({hash_of(1, 7), hash_of(2, 8)}, 2).suspects == Ids{0});
  // One that is compacted elsewhere is not compared.
  CHECK(compare_hashes({hash_of(1, 7), hash_of(2, 7), hash_of(3, 8, 4)}, 3).suspects.empty());
}

TEST_CASE("a leader's check finds members that are ahead of it and data that changes", "[upkeep]") {
  const MemberHash own = hash_of(1, 7);
  CHECK(judge_members(own, own, {hash_of(2, 7), hash_of(3, 7)}, 3).suspects.empty());
  CHECK(judge_members(own, own, {hash_of(2, 7, 5, 11), hash_of(3, 7)}, 3).suspects == Ids{2});
  CHECK(judge_members(own, own, {hash_of(2, 7), hash_of(3, 9, 6)}, 3).suspects == Ids{3});
  CHECK(judge_members(own, hash_of(1, 8), {hash_of(2, 7), hash_of(3, 7)}, 3).suspects == Ids{1});
  // It was written or compacted meanwhile: another checksum is what it should be.
  CHECK(judge_members(own, hash_of(1, 8, 6), {hash_of(2, 7)}, 3).suspects.empty());
  const Verdict verdict = judge_members(own, own, {hash_of(2, 8), hash_of(3, 7)}, 3);
  CHECK(verdict.suspects == Ids{2});
  CHECK(verdict.reasons.at(1) == "member 2 has 8 at revision 10, compacted at 5");
}

TEST_CASE("a member that starts is compared only where it can be", "[upkeep]") {
  CHECK_FALSE(differs(hash_of(1, 7), hash_of(2, 7)));
  CHECK(differs(hash_of(1, 7), hash_of(2, 8)));
  CHECK_FALSE(differs(hash_of(1, 7), hash_of(2, 8, 4)));
}

TEST_CASE("flags of self-maintenance are checked", "[upkeep]") {
  Options options;
  CHECK(make_plan(options)->compaction.off());
  options.feature_gates = {"InitialCorruptCheck=true", "CompactHashCheck=true"};
  const auto plan = make_plan(options);
  REQUIRE(plan.has_value());
  CHECK(plan->corruption.at_start);
  CHECK(plan->corruption.after_compaction);
  for (const char* gate : {"", "CompactHashCheck", "CompactHashCheck=1", "Other=true"}) {
    options.feature_gates = {gate};
    CHECK(make_plan(options).error().message.starts_with("--feature-gates"));
  }
  options.feature_gates.clear();
  options.corruption.every = 1ms;
  CHECK(make_plan(options).error().message == "--experimental-corrupt-check-time must be 0 or at least 1s");
}

}  // namespace
}  // namespace raft_store::upkeep
