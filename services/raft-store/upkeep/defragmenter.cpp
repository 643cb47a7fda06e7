#include "raft-store/upkeep/defragmenter.hpp"
#include <rocksdb/db.h>
#include <rocksdb/metadata.h>
#include <algorithm>
#include <chrono>
#include <optional>
#include "raft-store/replication/open_database.hpp"

namespace raft_store::upkeep {
namespace {

using namespace std::chrono_literals;
/// A step takes about so much of the lowest level, and what lies over it.
constexpr std::uint64_t kStepBytes = 128 << 20;
constexpr auto kPause = 10ms;

std::vector<double> buckets() {
  std::vector<double> bounds;
  for (double bound = 0.1; bounds.size() < 13; bound *= 2)
    bounds.push_back(bound);
  return bounds;
}

/// A range of keys of one family, both ends included; an end that is missing is open.
struct Step {
  std::string family;
  std::optional<std::string> begin, end;
};

/// Cuts a family where files of its lowest level begin.
std::vector<Step> steps_of(const std::string& family, const std::vector<rocksdb::LiveFileMetaData>& all) {
  std::vector<rocksdb::LiveFileMetaData> files;
  int lowest = 0;
  for (const auto& file : all)
    if (file.column_family_name == family) lowest = std::max(lowest, file.level);
  for (const auto& file : all)
    if (file.column_family_name == family && file.level == lowest && lowest > 0) files.push_back(file);
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.smallestkey < b.smallestkey; });
  std::vector<Step> steps{{family, {}, {}}};
  std::uint64_t bytes = 0;
  for (const auto& file : files) {
    if (bytes >= kStepBytes) {
      steps.back().end = file.smallestkey;
      steps.push_back({family, file.smallestkey, {}});
      bytes = 0;
    }
    bytes += file.size;
  }
  return steps;
}

std::vector<Step> plan(const replication::Database& database, const std::vector<std::string>& families) {
  std::vector<rocksdb::LiveFileMetaData> files;
  database.db().GetLiveFilesMetaData(&files);
  std::vector<Step> all;
  for (const std::string& family : families) {
    std::vector<Step> steps = steps_of(family, files);
    std::move(steps.begin(), steps.end(), std::back_inserter(all));
  }
  return all;
}

base::Result<void> compact(const replication::Database& database, const Step& step) {
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const rocksdb::Slice begin(step.begin.value_or("")), end(step.end.value_or(""));
  const rocksdb::Status status = database.db().CompactRange(
      options, database.family(step.family), step.begin ? &begin : nullptr, step.end ? &end : nullptr);
  if (!status.ok()) return base::Error(base::Errc::internal, "etcdserver: " + status.ToString());
  return {};
}

}  // namespace

Defragmenter::Defragmenter(replication::Replicator& replicator, std::vector<std::string> families,
                           base::Executor pool, base::metrics::Registry& registry)
    : replicator_(replicator),
      families_(std::move(families)),
      pool_(std::move(pool)),
      seconds_(
          registry.histogram("etcd_disk_backend_defrag_duration_seconds", "Defragmentations.", buckets())),
      inflight_(registry.gauge("etcd_disk_defrag_inflight", "Whether a defragmentation is under way.")) {
  families_.emplace_back(replication::kLogFamily);
}

base::Awaitable<base::Result<void>> Defragmenter::run() {
  if (running_.exchange(true))
    co_return base::Error(base::Errc::unavailable, "etcdserver: a defragmentation is under way");
  const std::shared_ptr<void> done(nullptr, [this](void*) {
    inflight_.set(0);
    running_ = false;
  });
  inflight_.set(1);
  const auto begun = std::chrono::steady_clock::now();
  auto result = co_await run_steps();
  if (result)
    seconds_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  co_return result;
}

base::Awaitable<base::Result<void>> Defragmenter::run_steps() {
  const replication::DatabasePtr database = replicator_.database();
  for (const Step& step : plan(*database, families_)) {
    base::Result<void> compacted;
    std::function<void()> work = [&] { compacted = compact(*database, step); };
    co_await base::run_blocking(pool_, std::move(work));
    if (!compacted) co_return compacted.error();
    const bool slept = co_await base::sleep_for(kPause);
    if (!slept) co_return base::Error(base::Errc::unavailable, "etcdserver: server stopped");
  }
  co_return base::Result<void>();
}

}  // namespace raft_store::upkeep
