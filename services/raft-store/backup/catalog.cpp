#include "raft-store/backup/catalog.hpp"
#include <algorithm>
#include <charconv>
#include <cstdio>

namespace raft_store::backup {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kSnapshotPrefix = "snapshot-", kSegmentPrefix = "log-";
constexpr int kClusterIdDigits = 16;

/// Twenty digits: names sort as numbers do.
std::string padded(std::uint64_t number) {
  char text[21];
  std::snprintf(text, sizeof text, "%020llu", static_cast<unsigned long long>(number));
  return text;
}

/// All of `text` as a number.
std::optional<std::uint64_t> number(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc() || stopped != end) return {};
  return value;
}

std::optional<LogPoint> parse_snapshot_name(std::string_view name) {
  if (!name.starts_with(kSnapshotPrefix)) return {};
  name.remove_prefix(kSnapshotPrefix.size());
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos) return {};
  const auto revision = number(name.substr(0, dash)), index = number(name.substr(dash + 1));
  if (!revision || !index) return {};
  return LogPoint{raft::Index(*index), static_cast<Revision>(*revision)};
}

std::optional<raft::Index> parse_segment_name(std::string_view name) {
  if (!name.starts_with(kSegmentPrefix)) return {};
  const auto after = number(name.substr(kSegmentPrefix.size()));
  if (!after) return {};
  return raft::Index(*after);
}

base::Error other_cluster(const fs::path& path) {
  return {base::Errc::corrupt, path.string() + ": it belongs to another cluster than its folder"};
}

StoredSnapshot look_at_snapshot(const fs::path& path, const LogPoint& named, std::uint64_t cluster_id) {
  StoredSnapshot stored{path, {}, {}};
  auto summary = read_summary(path);
  if (summary && summary->header.cluster_id != cluster_id) summary = other_cluster(path);
  if (summary) {
    stored.summary = std::move(*summary);
    return stored;
  }
  stored.damage = summary.error();
  stored.summary.header.revision = named.revision;
  stored.summary.header.applied.index = named.index;
  return stored;
}

StoredSegment look_at_segment(const fs::path& path, raft::Index after, std::uint64_t cluster_id) {
  StoredSegment stored{path, {}, {}};
  auto span = read_span(path);
  if (span && span->header.cluster_id != cluster_id) span = other_cluster(path);
  if (span) {
    stored.span = std::move(*span);
    return stored;
  }
  stored.damage = span.error();
  stored.span.header.after.index = stored.span.end.index = after;
  return stored;
}

/// Segments that follow each other without a gap from the snapshot on, as far as they go.
std::vector<const StoredSegment*> chain_from(const Catalog& catalog, const StoredSnapshot& snapshot) {
  std::vector<const StoredSegment*> chain;
  raft::Index at = snapshot.summary.header.applied.index;
  for (const StoredSegment& segment : catalog.segments) {
    if (segment.damage || segment.span.end.index <= at) continue;
    if (segment.span.header.after.index > at) break;
    chain.push_back(&segment);
    at = segment.span.end.index;
  }
  return chain;
}

Restorable reach_of(const Catalog& catalog, const StoredSnapshot& snapshot) {
  const Revision from = snapshot.summary.header.revision;
  const auto chain = chain_from(catalog, snapshot);
  return {from, chain.empty() ? from : std::max(from, chain.back()->span.end.revision)};
}

std::string describe(const std::vector<Restorable>& ranges) {
  if (ranges.empty()) return "there is no sound snapshot";
  std::string text = "revisions that can be restored:";
  for (const Restorable& range : ranges)
    text += " " + std::to_string(range.from) +
            (range.from == range.upto ? "" : " to " + std::to_string(range.upto)) + ",";
  text.pop_back();
  return text;
}

}  // namespace

fs::path cluster_path(const fs::path& dir, std::uint64_t cluster_id) {
  char text[kClusterIdDigits + 1];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(cluster_id));
  return dir / text;
}

fs::path snapshot_path(const fs::path& cluster, const SnapshotHeader& header) {
  return cluster / (std::string(kSnapshotPrefix) + padded(static_cast<std::uint64_t>(header.revision)) + "-" +
                    padded(header.applied.index.value));
}

fs::path segment_path(const fs::path& cluster, raft::Index after) {
  return cluster / (std::string(kSegmentPrefix) + padded(after.value));
}

base::Result<Catalog> read_catalog(const fs::path& path) {
  Catalog catalog;
  catalog.path = path;
  catalog.cluster_id = number(path.filename().string(), 16).value_or(0);
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error))
    files.push_back(it->path());
  if (error) return base::Error(base::Errc::internal, "read " + path.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    if (const auto point = parse_snapshot_name(name))
      catalog.snapshots.push_back(look_at_snapshot(file, *point, catalog.cluster_id));
    else if (const auto after = parse_segment_name(name))
      catalog.segments.push_back(look_at_segment(file, *after, catalog.cluster_id));
  }
  return catalog;
}

base::Result<std::vector<Catalog>> read_catalogs(const fs::path& dir) {
  std::error_code error;
  if (!fs::is_directory(dir, error))
    return base::Error(base::Errc::not_found, dir.string() + " is not a directory that can be read");
  std::vector<Catalog> catalogs;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.size() != kClusterIdDigits || !number(name, 16) || !it->is_directory()) continue;
    auto catalog = read_catalog(it->path());
    if (!catalog) return catalog.error();
    catalogs.push_back(std::move(*catalog));
  }
  if (error) return base::Error(base::Errc::internal, "read " + dir.string() + ": " + error.message());
  std::sort(catalogs.begin(), catalogs.end(),
            [](const Catalog& a, const Catalog& b) { return a.cluster_id < b.cluster_id; });
  return catalogs;
}

std::vector<Restorable> restorable(const Catalog& catalog) {
  std::vector<Restorable> ranges;
  for (const StoredSnapshot& snapshot : catalog.snapshots) {
    if (snapshot.damage) continue;
    const Restorable next = reach_of(catalog, snapshot);
    if (!ranges.empty() && next.from <= ranges.back().upto + 1)
      ranges.back().upto = std::max(ranges.back().upto, next.upto);
    else
      ranges.push_back(next);
  }
  return ranges;
}

base::Result<RecoveryPlan> plan_recovery(const Catalog& catalog, Revision revision) {
  for (auto snapshot = catalog.snapshots.rbegin(); snapshot != catalog.snapshots.rend(); ++snapshot) {
    if (snapshot->damage || snapshot->summary.header.revision > revision) continue;
    RecoveryPlan plan{*snapshot, {}};
    if (snapshot->summary.header.revision == revision) return plan;
    for (const StoredSegment* segment : chain_from(catalog, *snapshot)) {
      plan.segments.push_back(*segment);
      if (segment->span.end.revision >= revision) return plan;
    }
  }
  return base::Error(base::Errc::not_found, "revision " + std::to_string(revision) +
                                                " cannot be restored from " + catalog.path.string() + "; " +
                                                describe(restorable(catalog)));
}

std::vector<fs::path> expired(const Catalog& catalog, const Retention& retention, base::SystemTime now) {
  std::vector<fs::path> out;
  std::size_t kept = 0;
  std::optional<raft::Index> oldest_kept;
  for (auto snapshot = catalog.snapshots.rbegin(); snapshot != catalog.snapshots.rend(); ++snapshot) {
    if (snapshot->damage) continue;  // Whoever damaged it may want to know; nothing is lost by leaving it.
    const bool too_many = retention.count > 0 && kept >= retention.count;
    const bool too_old = retention.age.count() > 0 && now - snapshot->summary.header.created > retention.age;
    if (kept > 0 && (too_many || too_old)) {
      out.push_back(snapshot->path);
      continue;
    }
    ++kept;
    oldest_kept = snapshot->summary.header.applied.index;
  }
  if (!oldest_kept) return out;
  // The one that is written to is the last one and stays.
  for (std::size_t i = 0; i + 1 < catalog.segments.size(); ++i)
    if (catalog.segments[i + 1].span.header.after.index <= *oldest_kept)
      out.push_back(catalog.segments[i].path);
  return out;
}

}  // namespace raft_store::backup
