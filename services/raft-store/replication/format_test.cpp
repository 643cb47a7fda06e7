#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <catch2/catch.hpp>
#include <fstream>
#include "raft-store/replication/active_database.hpp"
#include "raft-store/replication/log_store.hpp"
#include "raft-store/replication/snapshot_archive.hpp"
#include "raft-store/replication/testing.hpp"

/// What a member finds on its disk: torn ends are mended, damage is refused, newer formats are refused.
namespace raft_store::replication {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryDirectory;

constexpr int kEntries = 200;
const std::vector<std::string> kFamilies{"data"};

raft::Entry entry_at(std::uint64_t index) {
  const std::string data = "entry " + std::to_string(index) + " " + std::string(300, 'x');
  return {{raft::Term(1), raft::Index(index)}, raft::EntryKind::command, raft::make_data(data)};
}

raft::Membership alone() {
  raft::Membership membership;
  membership.voters.insert(raft::NodeId(7));
  return membership;
}

/// A member's database with entries, each written and synced by itself; in between, unsynced, the data.
struct Written {
  explicit Written(bool flushed = false) {
    const fs::path live = dir.path() / "live";
    OpenDatabasePtr database = open_database(live, kFamilies).value();
    LogStore log(database);
    log.bootstrap({4711, raft::NodeId(7)}, alone()).value();
    for (std::uint64_t i = 1; i <= kEntries; ++i) {
      log.write(raft::HardState{raft::Term(1), raft::NodeId(7), raft::Index(i - 1)}, {entry_at(i)}, true)
          .value();
      rocksdb::WriteBatch batch;
      batch.Put(database->family("data"), "k" + std::to_string(i), "v" + std::to_string(i));
      log.stamp_applied(batch, {{raft::Term(1), raft::Index(i)}, alone()});
      REQUIRE(database->db().Write(rocksdb::WriteOptions(), &batch).ok());
    }
    if (flushed)
      for (const std::string_view family : {kLogFamily, std::string_view("data")})
        REQUIRE(database->db().Flush(rocksdb::FlushOptions(), database->family(family)).ok());
    // As a killed process leaves it: one that stops has flushed everything.
    fs::copy(live, path, fs::copy_options::recursive);
  }

  /// The file whose name ends so; the largest of them.
  fs::path file(const std::string& ending, const std::string& beginning = "") const {
    fs::path found;
    for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
      const std::string name = entry.path().filename().string();
      if (!name.ends_with(ending) || !name.starts_with(beginning)) continue;
      if (found.empty() || fs::file_size(entry.path()) > fs::file_size(found)) found = entry.path();
    }
    REQUIRE_FALSE(found.empty());
    return found;
  }

  /// Everything that can be read; an error if something cannot.
  base::Result<raft::Start> read() const {
    const base::Result<OpenDatabasePtr> database = open_database(path, kFamilies);
    if (!database) return database.error();
    LogStore log(*database);
    if (const auto format = log.check_format(); !format) return format.error();
    if (const auto identity = log.identity(); !identity) return identity.error();
    base::Result<raft::Start> start = log.load();
    if (!start) return start;
    rocksdb::DB& db = (*database)->db();
    const std::unique_ptr<rocksdb::Iterator> it(
        db.NewIterator(rocksdb::ReadOptions(), (*database)->family("data")));
    std::size_t keys = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next())
      ++keys;
    if (!it->status().ok()) return base::Error(base::Errc::corrupt, it->status().ToString());
    CHECK(keys == start->applied.value);
    return start;
  }

  const TemporaryDirectory dir;
  const fs::path path = dir.path() / "db-1";
};

void flip(const fs::path& file, std::uint64_t at) {
  std::fstream io(file, std::ios::in | std::ios::out | std::ios::binary);
  io.seekg(static_cast<std::streamoff>(at));
  char byte = 0;
  io.get(byte);
  io.seekp(static_cast<std::streamoff>(at));
  io.put(static_cast<char>(byte ^ 0x55));
}

}  // namespace

TEST_CASE("what was written is found", "[replication]") {
  const Written written(GENERATE(false, true));
  const base::Result<raft::Start> start = written.read();
  REQUIRE(start.has_value());
  CHECK(start->entries.size() == kEntries);
  CHECK(start->applied == raft::Index(kEntries));
}

TEST_CASE("a torn tail of the write-ahead log is mended", "[replication]") {
  const Written written;
  const fs::path wal = written.file(".log");
  const std::uint64_t size = fs::file_size(wal);
  SECTION("cut short") {
    fs::resize_file(wal, size - 20);
  }
  SECTION("with bytes that never came") {
    fs::resize_file(wal, size + 100);
  }
  SECTION("with other bytes") {
    std::ofstream(wal, std::ios::app | std::ios::binary) << std::string(50, '\x42');
  }
  SECTION("the last record changed") {
    flip(wal, size - 5);
  }
  const base::Result<raft::Start> start = written.read();
  REQUIRE(start.has_value());
  CHECK(start->entries.size() >= kEntries - 1);
  CHECK(start->applied.value >= kEntries - 1);
  CHECK(written.read()->entries.size() == start->entries.size());
}

TEST_CASE("what was torn does not stay to trouble a checkpoint", "[replication]") {
  const Written written;
  std::ofstream(written.path / "999999.log", std::ios::binary) << std::string(50, '\x42');
  const OpenDatabasePtr database = open_database(written.path, kFamilies).value();
  CHECK(make_checkpoint(*database, written.dir.path() / "checkpoint").has_value());
}

TEST_CASE("a write-ahead log that is damaged where it was durable is refused", "[replication]") {
  const Written written;
  const fs::path wal = written.file(".log");
  flip(wal, fs::file_size(wal) * static_cast<std::uint64_t>(GENERATE(1, 3, 5, 7, 9)) / 10);
  const base::Result<raft::Start> start = written.read();
  REQUIRE_FALSE(start.has_value());
  CHECK(start.error().is(base::Errc::corrupt));
  CHECK_THAT(start.error().message, Catch::Contains("the write-ahead log is damaged at ") &&
                                        Catch::Contains("remove the member") &&
                                        Catch::Contains("restore a backup"));
}

TEST_CASE("also where whole blocks of it are lost", "[replication]") {
  const Written written;
  const fs::path wal = written.file(".log");
  {
    std::fstream io(wal, std::ios::in | std::ios::out | std::ios::binary);
    io.seekp(30'000);
    io << std::string(40'000, '\0');
  }
  CHECK(written.read().error().is(base::Errc::corrupt));
}

TEST_CASE("a table that is damaged is never read as something else", "[replication]") {
  const Written written(true);
  const base::Result<raft::Start> whole = written.read();
  const fs::path table = written.file(".sst");
  const std::uint64_t size = fs::file_size(table);
  int refused = 0;
  for (std::uint64_t part = 0; part < 20; ++part) {
    const std::uint64_t at = size * part / 20 + 1;
    flip(table, at);
    const base::Result<raft::Start> start = written.read();
    if (!start) {
      ++refused;
      CHECK(start.error().is(base::Errc::corrupt));
    } else {  // In what nothing depends on, such as the table's statistics.
      CHECK(start->entries.size() == whole->entries.size());
    }
    flip(table, at);
  }
  CHECK(refused > 10);
  CHECK(written.read().has_value());
}

TEST_CASE("damage to the manifest, or a file that is missing, is refused", "[replication]") {
  const Written written(true);
  const auto refused = [&](const char* what) {
    const base::Result<raft::Start> start = written.read();
    REQUIRE_FALSE(start.has_value());
    CHECK(start.error().is(base::Errc::corrupt));
    CHECK_THAT(start.error().message, Catch::Contains(what) && Catch::Contains("remove the member"));
  };
  SECTION("manifest") {
    flip(written.file("", "MANIFEST-"), 40);
    refused("MANIFEST");
  }
  SECTION("no manifest") {
    fs::remove(written.file("", "MANIFEST-"));
    refused("MANIFEST");
  }
  SECTION("what names the manifest") {
    flip(written.file("CURRENT"), 12);
    refused("CURRENT");
  }
  SECTION("nothing that names it: no new database is made") {
    fs::remove(written.file("CURRENT"));
    refused("CURRENT is missing");
  }
  SECTION("a table") {
    fs::remove(written.file(".sst"));
    refused("No such file");
  }
}

TEST_CASE("the file active is checked", "[replication]") {
  const TemporaryDirectory dir;
  const fs::path active = dir.path() / "member" / "active";
  const fs::path first = active_database(dir.path()).value();
  CHECK(first == dir.path() / "member" / "db-1");
  CHECK(active_database(dir.path()).value() == first);  // Named, and empty yet.
  { open_database(first, kFamilies).value(); }
  for (std::uint64_t at = 0; at < fs::file_size(active) - 1; ++at) {
    flip(active, at);
    CHECK(active_database(dir.path()).error().is(base::Errc::corrupt));
    flip(active, at);
  }
  CHECK(fs::exists(first / "CURRENT"));
  fs::remove(active);
  const base::Result<fs::path> missing = active_database(dir.path());
  REQUIRE_FALSE(missing.has_value());
  CHECK_THAT(missing.error().message, Catch::Contains("active is missing"));
  // As it was before it had a checksum.
  std::ofstream(active) << "db-1\n";
  CHECK(active_database(dir.path()).value() == first);
  std::ofstream(active) << "db-2\n";
  CHECK_FALSE(active_database(dir.path()).has_value());
  CHECK(fs::exists(first / "CURRENT"));
  // And where nothing is left of what it names.
  REQUIRE(make_active(dir.path(), first).has_value());
  fs::remove_all(first);
  CHECK_THAT(active_database(dir.path()).error().message, Catch::Contains("db-1 is missing"));
}

TEST_CASE("a format that this program does not know is refused", "[replication]") {
  const Written written;
  {
    const OpenDatabasePtr database = open_database(written.path, kFamilies).value();
    const std::string newer("\x02\0\0\0\0\0\0\0", 8);
    REQUIRE(database->db().Put(rocksdb::WriteOptions(), database->family(kLogFamily), "f", newer).ok());
  }
  const base::Result<raft::Start> start = written.read();
  REQUIRE_FALSE(start.has_value());
  CHECK(start.error().is(base::Errc::unsupported));
  CHECK_THAT(start.error().message, Catch::Contains("format 2"));
}

TEST_CASE("a record of the log that is not one of ours is refused", "[replication]") {
  const Written written;
  const auto [key, value] = GENERATE(table<const char*, const char*>(
      {{"h", "short"}, {"i", ""}, {"a", "\x01"}, {"c", "\x01"}, {"e\0\0\0\0\0\0\0\x05", "no entry"}}));
  {
    const OpenDatabasePtr database = open_database(written.path, kFamilies).value();
    const rocksdb::Slice at = key[0] == 'e' ? rocksdb::Slice(key, 9) : rocksdb::Slice(key);
    REQUIRE(database->db().Put(rocksdb::WriteOptions(), database->family(kLogFamily), at, value).ok());
  }
  CHECK(written.read().error().is(base::Errc::corrupt));
}

TEST_CASE("who joins may restart before the log has told it of the members", "[replication]") {
  const TemporaryDirectory dir;
  const OpenDatabasePtr database = open_database(dir.path() / "db-1", kFamilies).value();
  LogStore log(database);
  log.bootstrap({4711, raft::NodeId(8)}, {}).value();
  log.write(raft::HardState{raft::Term(1), raft::NodeId(0), raft::Index(1)}, {entry_at(1)}, true).value();
  rocksdb::WriteBatch batch;
  log.stamp_applied(batch, {{raft::Term(1), raft::Index(1)}, {}});
  REQUIRE(database->db().Write(rocksdb::WriteOptions(), &batch).ok());
  const base::Result<raft::Start> start = log.load();
  REQUIRE(start.has_value());
  CHECK(start->applied == raft::Index(1));
}

}  // namespace raft_store::replication
