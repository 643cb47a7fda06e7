#include "raft-store/backup/restore.hpp"
#include <catch2/catch.hpp>
#include <map>
#include "raft-store/backup/archive_writer.hpp"
#include "raft-store/backup/testing.hpp"
#include "raft-store/mvcc/testing.hpp"
#include "raft/config.hpp"

/// From backups to a data directory of a new cluster.
namespace raft_store::backup {
namespace {

namespace fs = std::filesystem;
namespace wire = storage::wire;
using testing::Opened;
using testing::TestMember;

RestoreOptions options_for(const fs::path& data_dir) {
  RestoreOptions options;
  options.data_dir = data_dir;
  options.name = "new";
  return options;
}

TEST_CASE("a restored member has the data, its history and its leases, and is another one") {
  TestMember member;
  member.put("a", "1");
  member.put("a", "2");
  member.apply(wire::LeaseGrantRequest{60, 5});
  member.apply(mvcc::testing::put_of("leased", "x", 5));
  member.apply(wire::AlarmRequest{wire::AlarmAction::activate, 7, wire::AlarmType::nospace});
  const fs::path file = member.dir.path() / "file", data_dir = member.dir.path() / "new";
  REQUIRE(save_snapshot(*member.snapshot(), file).has_value());
  RestoreOptions options = options_for(data_dir);
  options.initial_cluster = {"new=https://127.0.0.1:2380", "other=https://127.0.0.1:2390"};
  const auto restored = restore_snapshot(file, options);
  REQUIRE(restored.has_value());
  CHECK(restored->revision == 4);
  CHECK(restored->cluster_id != testing::kClusterId);

  const Opened opened(data_dir);
  CHECK(testing::show(opened.store) == testing::show(member.store));
  CHECK(testing::show(opened.store, 2) == "a=1@2 of 1");
  REQUIRE(opened.store.leases().size() == 1);
  CHECK(opened.store.leases()[0].ttl == 60);
  CHECK(opened.store.lease_keys(5) == std::vector<std::string>{"leased"});
  CHECK(opened.store.alarms().empty());
  CHECK(opened.store.hash_kv(0)->hash == member.store.hash_kv(0)->hash);
  CHECK(opened.position.identity.cluster_id == restored->cluster_id);
  CHECK(opened.position.identity.id.value == restored->member_id);
  CHECK(opened.position.applied.id == raft::EntryId{raft::Term(1), raft::Index(1)});
  CHECK(opened.position.applied.membership.voters.size() == 2);
  replication::LogStore log(opened.database);
  const auto start = log.load();
  REQUIRE(start.has_value());
  CHECK(start->entries.empty());
  CHECK(start->hard_state.commit == raft::Index(1));
}

TEST_CASE("what does not fit is refused before anything is made") {
  TestMember member;
  const fs::path file = member.dir.path() / "file", data_dir = member.dir.path() / "new";
  REQUIRE(save_snapshot(*member.snapshot(), file).has_value());
  const auto refused = [&](const RestoreOptions& options) {
    const auto result = restore_snapshot(file, options);
    REQUIRE_FALSE(result.has_value());
    return result.error().message;
  };
  RestoreOptions options = options_for(data_dir);
  options.initial_cluster = {"other=https://127.0.0.1:2380"};
  CHECK(refused(options) == "--initial-cluster does not contain --name \"new\"");
  options.initial_cluster = {"new=https://127.0.0.1:9999"};
  CHECK(refused(options).find("--initial-advertise-peer-urls is https://127.0.0.1:2380") !=
        std::string::npos);
  options = options_for(data_dir);
  options.bump_revision = 5;
  CHECK(refused(options).find("--bump-revision needs --mark-compacted") == 0);
  options.bump_revision = 0;
  options.mark_compacted = true;
  CHECK(refused(options).find("--mark-compacted is for use with --bump-revision") == 0);
  CHECK_FALSE(fs::exists(data_dir));
  fs::create_directory(data_dir);
  testing::write_file(data_dir / "something", "x");
  CHECK(refused(options_for(data_dir)).find("is not empty") != std::string::npos);
}

TEST_CASE("a damaged snapshot leaves no data directory that could be started") {
  TestMember member;
  member.put("a", "1");
  const fs::path file = member.dir.path() / "file", data_dir = member.dir.path() / "new";
  REQUIRE(save_snapshot(*member.snapshot(), file).has_value());
  const std::string sound = testing::read_file(file);
  std::string damaged = sound;
  damaged[damaged.size() - 1] = static_cast<char>(damaged.back() ^ 1);
  testing::write_file(file, damaged);
  const auto refused = restore_snapshot(file, options_for(data_dir));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == file.string() + ": its SHA-256 does not match");
  CHECK(fs::is_empty(data_dir));
  testing::write_file(file, sound.substr(0, sound.size() - kDigestBytes));
  CHECK_FALSE(restore_snapshot(file, options_for(data_dir)).has_value());
  RestoreOptions skip = options_for(data_dir);
  skip.skip_hash_check = true;
  CHECK(restore_snapshot(file, skip).has_value());
}

TEST_CASE("a bumped store goes on later, and sends old watches away") {
  TestMember member;
  member.put("a", "1");
  const fs::path file = member.dir.path() / "file", data_dir = member.dir.path() / "new";
  REQUIRE(save_snapshot(*member.snapshot(), file).has_value());
  RestoreOptions options = options_for(data_dir);
  options.bump_revision = 1000;
  options.mark_compacted = true;
  const auto restored = restore_snapshot(file, options);
  REQUIRE(restored.has_value());
  CHECK(restored->revision == 1002);
  Opened opened(data_dir);
  CHECK(opened.store.revision() == 1002);
  CHECK(opened.store.compact_revision() == 1002);
  CHECK(testing::show(opened.store) == "a=1@2 of 1");
  mvcc::HistoryRequest request;
  request.key = "a";
  request.from = 500;
  CHECK_FALSE(opened.store.history(request).has_value());
  request.from = 1002;
  const auto history = opened.store.history(request);
  REQUIRE(history.has_value());
  CHECK(history->upto == 1002);
  while (opened.store.sweep(100).value()) {
  }
  CHECK(testing::show(opened.store) == "a=1@2 of 1");
}

/// A backup directory that is written as the daemon does.
struct Archive {
  explicit Archive(TestMember& m)
      : member(m), dir(m.dir.path() / "backups"), folder(dir), writer(folder, {}) {
    folder.open(testing::kClusterId).value();
  }
  void write() { writer.write(member.frames(), *member.database).value(); }
  void snapshot() {
    const auto source = member.snapshot();
    const auto saved = save_snapshot(*source, snapshot_path(folder.path(), source->header()));
    REQUIRE(saved.has_value());
    folder.note_snapshot(saved->header);
  }
  Catalog catalog() const { return read_catalogs(dir).value().at(0); }
  base::Result<Restored> restore(Revision revision) {
    const fs::path data_dir = member.dir.path() / ("at-" + std::to_string(revision));
    fs::remove_all(data_dir);
    return restore_revision(catalog(), revision, options_for(data_dir));
  }
  /// Everything at the revision, as a restored store has it now.
  std::string restored(Revision revision) {
    const auto done = restore(revision);
    if (!done) return done.error().message;
    const Opened opened(done->data_dir);
    CHECK(opened.store.revision() == revision);
    return testing::show(opened.store);
  }

  TestMember& member;
  const fs::path dir;
  Folder folder;
  ArchiveWriter writer;
};

TEST_CASE("every revision between two snapshots can be restored") {
  TestMember member;
  Archive archive(member);
  std::map<Revision, std::string> states;
  const auto note = [&] { states[member.store.revision()] = testing::show(member.store); };
  archive.snapshot();
  note();
  for (int round = 0; round < 3; ++round) {
    const std::string key = "k" + std::to_string(round);
    member.put(key, "1");
    note();
    archive.write();
    member.apply(wire::LeaseGrantRequest{60, round + 1});
    member.apply(mvcc::testing::put_of(key, "2", round + 1));
    note();
    wire::TxnRequest txn;
    txn.success = {mvcc::testing::op_of(mvcc::testing::put_of("x", key)),
                   mvcc::testing::op_of(mvcc::testing::put_of("y", key))};
    member.apply(txn);
    note();
    if (round == 1) member.apply(mvcc::LeaseRevoke{1});
    note();
    member.apply(wire::CompactionRequest{member.store.revision() - 1});
    archive.write();
    archive.snapshot();
  }
  REQUIRE(archive.writer.seal().has_value());
  CHECK(archive.writer.gaps() == 0);
  CHECK(restorable(archive.catalog()) == std::vector<Restorable>{{1, member.store.revision()}});
  for (const auto& [revision, state] : states)
    CHECK(archive.restored(revision) == state);
  CHECK(archive.restored(1000).find("revision 1000 cannot be restored") == 0);
}

TEST_CASE("what the archive missed is found in the member's own log") {
  TestMember member;
  Archive archive(member);
  archive.snapshot();
  member.put("a", "1");
  archive.write();
  member.put("a", "2");
  (void)member.frames();  // Lost with a process that was killed.
  archive.write();        // Shows where the log stands, and that suffices.
  CHECK(archive.restored(3) == "a=2@3 of 1");
  (void)member.frames();
  member.put("a", "3");
  (void)member.frames();
  member.put("a", "4");
  archive.write();
  CHECK(archive.writer.gaps() == 0);
  CHECK(archive.restored(4) == "a=3@4 of 1");
  CHECK(archive.restored(5) == "a=4@5 of 1");
}

TEST_CASE("frames from before the snapshot are passed over, also where they lie in one segment") {
  TestMember member;
  Archive archive(member);
  archive.snapshot();
  for (int i = 2; i <= 9; ++i) {
    member.put("a", std::to_string(i));
    archive.write();
  }
  const auto source = member.snapshot();
  REQUIRE(save_snapshot(*source, snapshot_path(archive.folder.path(), source->header())).has_value());
  member.put("a", "10");
  archive.write();
  REQUIRE(archive.catalog().segments.size() == 1);
  CHECK(archive.restored(10) == "a=10@10 of 1");
  CHECK(archive.restored(5) == "a=5@5 of 1");
}

TEST_CASE("a gap is seen, said, and closed by a snapshot") {
  TestMember member;
  Archive archive(member);
  archive.snapshot();
  archive.write();
  CHECK_FALSE(archive.writer.wants_snapshot());
  member.put("a", "1");
  archive.write();
  member.put("a", "2");
  (void)member.frames();
  member.compact_log(raft::Index(2));
  member.put("a", "3");
  archive.write();
  CHECK(archive.writer.gaps() == 1);
  CHECK(archive.writer.wants_snapshot());
  CHECK(archive.restored(2) == "a=1@2 of 1");
  CHECK(archive.restored(3).find("can be restored: 1 to 2") != std::string::npos);
  CHECK(archive.restored(4).find("can be restored: 1 to 2") != std::string::npos);
  archive.snapshot();
  CHECK_FALSE(archive.writer.wants_snapshot());
  member.put("a", "4");
  archive.write();
  CHECK(archive.restored(4) == "a=3@4 of 1");
  CHECK(archive.restored(5) == "a=4@5 of 1");
  CHECK(archive.restored(3).find("can be restored: 1 to 2, 4 to 5") != std::string::npos);
}

TEST_CASE("after a restart the archive goes on where its last whole frame ends") {
  TestMember member;
  std::string torn;
  fs::path segment;
  {
    Archive archive(member);
    archive.snapshot();
    member.put("a", "1");
    archive.write();
    member.put("a", "2");
    archive.write();
    segment = archive.catalog().segments.at(0).path;
  }
  const std::string whole = testing::read_file(segment);
  testing::write_file(segment, whole.substr(0, whole.size() - 3));
  Archive again(member);
  member.put("a", "3");
  again.write();
  REQUIRE(again.catalog().segments.size() == 2);
  CHECK(again.catalog().segments[0].span.torn);
  CHECK(again.writer.gaps() == 0);
  CHECK(again.restored(3) == "a=2@3 of 1");
  CHECK(again.restored(4) == "a=3@4 of 1");
}

TEST_CASE("commands that are applied again are archived once") {
  TestMember member;
  Archive archive(member);
  archive.snapshot();
  member.put("a", "1");
  member.put("a", "2");
  std::vector<Frame> frames = member.frames();
  archive.writer.write(frames, *member.database).value();
  // As one batch, after a crash that took the data back.
  Frame both{frames.at(0).after, frames.back().upto, {}, {}};
  for (const Frame& frame : frames)
    both.commands.insert(both.commands.end(), frame.commands.begin(), frame.commands.end());
  archive.writer.write({both}, *member.database).value();
  member.put("a", "3");
  both.upto = {raft::Index(3), 4};
  both.commands.push_back(member.frames().at(0).commands.at(0));
  archive.writer.write({both}, *member.database).value();
  CHECK(archive.restored(3) == "a=2@3 of 1");
  CHECK(archive.restored(4) == "a=3@4 of 1");
}

TEST_CASE("a folder is one process's") {
  TestMember member;
  Archive archive(member);
  Folder other(archive.dir);
  const auto refused = other.open(testing::kClusterId);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().is(base::Errc::unavailable));
  CHECK(Folder(archive.dir).open(2).has_value());
}

}  // namespace
}  // namespace raft_store::backup
