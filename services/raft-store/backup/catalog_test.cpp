#include "raft-store/backup/catalog.hpp"
#include <catch2/catch.hpp>

/// What can be restored and what may go, from catalogs made up here.
namespace raft_store::backup {
namespace {

using std::chrono::hours;

struct Made : Catalog {
  Made& snapshot(std::uint64_t index, Revision revision, int hour = 0) {
    StoredSnapshot stored;
    stored.path = "snapshot-" + std::to_string(revision);
    stored.summary.header.revision = revision;
    stored.summary.header.applied.index = raft::Index(index);
    stored.summary.header.created = base::SystemTime(hours(hour));
    snapshots.push_back(stored);
    return *this;
  }
  Made& segment(LogPoint after, LogPoint end) {
    StoredSegment stored;
    stored.path = "log-" + std::to_string(after.index.value);
    stored.span.header.after = after;
    stored.span.end = end;
    segments.push_back(stored);
    return *this;
  }
};

LogPoint at(std::uint64_t index) {
  return {raft::Index(index), static_cast<Revision>(index + 100)};
}

std::string show(const base::Result<RecoveryPlan>& plan) {
  if (!plan) return plan.error().message;
  std::string text = plan->snapshot.path.string();
  for (const StoredSegment& segment : plan->segments)
    text += " " + segment.path.string();
  return text;
}

std::string show(const std::vector<std::filesystem::path>& paths) {
  std::string text;
  for (const auto& path : paths)
    text += (text.empty() ? "" : " ") + path.string();
  return text;
}

base::SystemTime hour(int n) {
  return base::SystemTime(hours(n));
}

TEST_CASE("a revision is reached from the newest snapshot before it, through the segments after") {
  const Catalog catalog = Made()
                              .snapshot(10, 110)
                              .snapshot(20, 120)
                              .segment(at(5), at(14))
                              .segment(at(14), at(20))
                              .segment(at(20), at(30));
  CHECK(show(plan_recovery(catalog, 110)) == "snapshot-110");
  CHECK(show(plan_recovery(catalog, 113)) == "snapshot-110 log-5");
  CHECK(show(plan_recovery(catalog, 119)) == "snapshot-110 log-5 log-14");
  CHECK(show(plan_recovery(catalog, 120)) == "snapshot-120");
  CHECK(show(plan_recovery(catalog, 130)) == "snapshot-120 log-20");
  CHECK(restorable(catalog) == std::vector<Restorable>{{110, 130}});
}

TEST_CASE("a gap is never restored over") {
  Made catalog;
  catalog.path = "DIR";
  catalog.snapshot(10, 110).segment(at(10), at(15)).segment(at(20), at(25)).snapshot(22, 122);
  CHECK(show(plan_recovery(catalog, 115)) == "snapshot-110 log-10");
  CHECK(show(plan_recovery(catalog, 118)) ==
        "revision 118 cannot be restored from DIR; revisions that can be restored: 110 to 115, 122 to 125");
  CHECK(show(plan_recovery(catalog, 121)).find("cannot be restored") != std::string::npos);
  CHECK(show(plan_recovery(catalog, 124)) == "snapshot-122 log-20");
  CHECK(show(plan_recovery(catalog, 126)).find("cannot be restored") != std::string::npos);
  CHECK(show(plan_recovery(catalog, 109)).find("cannot be restored") != std::string::npos);
}

TEST_CASE("a damaged snapshot is left out, a damaged segment is a gap") {
  Made catalog;
  catalog.snapshot(10, 110)
      .snapshot(20, 120)
      .segment(at(10), at(20))
      .segment(at(20), at(30))
      .segment(at(30), at(40));
  catalog.snapshots[1].damage = base::Error(base::Errc::corrupt, "damaged");
  CHECK(show(plan_recovery(catalog, 125)) == "snapshot-110 log-10 log-20");
  catalog.segments[1].damage = base::Error(base::Errc::corrupt, "damaged");
  CHECK(restorable(catalog) == std::vector<Restorable>{{110, 120}});
  catalog.snapshots[0].damage = base::Error(base::Errc::corrupt, "damaged");
  CHECK(show(plan_recovery(catalog, 120)).find("there is no sound snapshot") != std::string::npos);
}

TEST_CASE("snapshots past the count go, and the log that only led on from them") {
  const Catalog catalog = Made()
                              .snapshot(10, 110, 1)
                              .snapshot(20, 120, 2)
                              .snapshot(30, 130, 3)
                              .segment(at(5), at(12))
                              .segment(at(12), at(20))
                              .segment(at(20), at(30))
                              .segment(at(30), at(35));
  CHECK(show(expired(catalog, {3, {}}, hour(4))) == "");
  CHECK(show(expired(catalog, {2, {}}, hour(4))) == "snapshot-110 log-5 log-12");
  CHECK(show(expired(catalog, {1, {}}, hour(4))) == "snapshot-120 snapshot-110 log-5 log-12 log-20");
  CHECK(show(expired(catalog, {0, {}}, hour(4))) == "");
}

TEST_CASE("snapshots past the age go, but never the newest sound one") {
  Made catalog;
  catalog.snapshot(10, 110, 1).snapshot(20, 120, 2).snapshot(30, 130, 3).segment(at(10), at(40));
  CHECK(show(expired(catalog, {0, hours(2)}, hour(4))) == "snapshot-110");
  CHECK(show(expired(catalog, {0, hours(1)}, hour(100))) == "snapshot-120 snapshot-110");
  catalog.snapshots[2].damage = base::Error(base::Errc::corrupt, "damaged");
  CHECK(show(expired(catalog, {1, hours(1)}, hour(100))) == "snapshot-110");
  CHECK(show(expired(Catalog(), {1, hours(1)}, hour(100))) == "");
}

TEST_CASE("the last segment stays, and so does all log without a snapshot") {
  CHECK(show(expired(Made().snapshot(50, 150).segment(at(10), at(20)), {1, {}}, hour(1))) == "");
  CHECK(show(expired(Made().segment(at(10), at(20)).segment(at(20), at(30)), {1, {}}, hour(1))) == "");
}

}  // namespace
}  // namespace raft_store::backup
