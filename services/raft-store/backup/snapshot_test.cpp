#include <catch2/catch.hpp>
#include "raft-store/backup/testing.hpp"
#include "raft-store/mvcc/testing.hpp"

/// Snapshot files: what they carry, and that no damage goes unseen.
namespace raft_store::backup {
namespace {

namespace fs = std::filesystem;
using testing::TestMember;

base::Result<SnapshotSummary> verified(const fs::path& path, const std::string& bytes) {
  testing::write_file(path, bytes);
  return verify_snapshot(path);
}

TEST_CASE("a snapshot file says whose it is and as of when") {
  TestMember member;
  member.put("a", "1");
  member.put("b", "2");
  member.apply(mvcc::testing::delete_of("a"));
  member.apply(storage::wire::CompactionRequest{3});
  const fs::path path = member.dir.path() / "file";
  const auto source = member.snapshot();
  member.put("later", "not in it");
  const auto saved = save_snapshot(*source, path);
  REQUIRE(saved.has_value());
  CHECK(saved->header.cluster_id == testing::kClusterId);
  CHECK(saved->header.member_id == 7);
  CHECK(saved->header.revision == 4);
  CHECK(saved->header.compacted == 3);
  CHECK(saved->header.applied.index == raft::Index(4));
  CHECK(saved->trailer.keys == 1);
  CHECK(saved->file_bytes == fs::file_size(path));
  CHECK(saved->digest.size() == kDigestBytes);
  CHECK(source->remaining() == 0);
  const auto summary = read_summary(path);
  REQUIRE(summary.has_value());
  CHECK(summary->header == saved->header);
  CHECK(summary->trailer == saved->trailer);
  CHECK(summary->digest == saved->digest);
  CHECK_FALSE(fs::exists(path.string() + ".partial"));
}

TEST_CASE("many and large entries make many pieces") {
  TestMember member;
  for (int i = 0; i < 20; ++i)
    member.put("k" + std::to_string(i), std::string(100'000, 'x'));
  const fs::path path = member.dir.path() / "file";
  const auto source = member.snapshot();
  std::uint64_t told = 0;
  const auto saved = save_snapshot(*source, path, [&](std::uint64_t done, std::uint64_t total) {
    CHECK(done <= total);
    return ++told > 0;
  });
  REQUIRE(saved.has_value());
  CHECK(saved->trailer.keys == 20);
  CHECK(told > 16);
}

TEST_CASE("whatever byte of a snapshot is changed, it is refused") {
  TestMember member;
  member.put("a", "1");
  member.put("b", "2");
  const fs::path path = member.dir.path() / "file";
  REQUIRE(save_snapshot(*member.snapshot(), path).has_value());
  const std::string sound = testing::read_file(path);
  REQUIRE(verified(path, sound).has_value());
  for (std::size_t at = 0; at < sound.size(); ++at) {
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    const auto result = verified(path, damaged);
    INFO("byte " << at);
    REQUIRE_FALSE(result.has_value());
    const bool named = result.error().is(base::Errc::corrupt) || result.error().is(base::Errc::unsupported);
    CHECK(named);
    CHECK(result.error().message.find(path.string()) == 0);
  }
}

TEST_CASE("a snapshot that is cut short or goes on after its end is refused") {
  TestMember member;
  member.put("a", "1");
  const fs::path path = member.dir.path() / "file";
  REQUIRE(save_snapshot(*member.snapshot(), path).has_value());
  const std::string sound = testing::read_file(path);
  for (std::size_t size = 0; size < sound.size(); ++size) {
    INFO("cut to " << size);
    CHECK_FALSE(verified(path, sound.substr(0, size)).has_value());
    CHECK_FALSE(read_summary(path).has_value());
  }
  CHECK_FALSE(verified(path, sound + "x").has_value());
}

TEST_CASE("a newer format is refused with what to do") {
  TestMember member;
  const fs::path path = member.dir.path() / "file";
  REQUIRE(save_snapshot(*member.snapshot(), path).has_value());
  std::string newer = testing::read_file(path);
  newer[8] = 9;
  const auto result = verified(path, newer);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().is(base::Errc::unsupported));
  CHECK(result.error().message.find("use the version that wrote it") != std::string::npos);
}

TEST_CASE("what stops or cannot be written leaves no file") {
  TestMember member;
  member.put("a", "1");
  const fs::path path = member.dir.path() / "file";
  const auto stopped =
      save_snapshot(*member.snapshot(), path, [](std::uint64_t, std::uint64_t) { return false; });
  REQUIRE_FALSE(stopped.has_value());
  CHECK(stopped.error().is(base::Errc::cancelled));
  const auto full = save_snapshot(*member.snapshot(), "/dev/full/file");
  CHECK_FALSE(full.has_value());
  for (const auto& entry : fs::directory_iterator(member.dir.path()))
    CHECK(entry.path().filename() == "db");
}

}  // namespace
}  // namespace raft_store::backup
