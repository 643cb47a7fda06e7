#include "coxctl/store/backup_text.hpp"
#include <algorithm>
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "coxctl/store/message_text.hpp"

namespace coxctl::store {
namespace {

using backup::Catalog;
using backup::Restorable;
using backup::SnapshotSummary;
using backup::StoredSegment;
using backup::StoredSnapshot;

/// A JSON object, member by member.
class Object {
 public:
  Object& text(std::string_view name, std::string_view value) { return raw(name, json_string(value)); }
  template <class N>
  Object& number(std::string_view name, N value) {
    return raw(name, std::to_string(value));
  }
  Object& raw(std::string_view name, const std::string& value) {
    out_ += (out_.empty() ? "" : ",") + json_string(name) + ":" + value;
    return *this;
  }
  std::string take() const { return "{" + out_ + "}"; }

 private:
  std::string out_;
};

template <class Items, class F>
std::string array(const Items& items, F text) {
  std::string out;
  for (const auto& item : items)
    out += (out.empty() ? "" : ",") + text(item);
  return "[" + out + "]";
}

/// As etcdctl: the first four bytes of the hash.
std::string short_hash(const std::string& digest) {
  return base::hex_encode(digest.substr(0, 4));
}

std::string number(std::int64_t value) {
  return std::to_string(value);
}

std::string range_text(const Restorable& range) {
  return range.from == range.upto ? number(range.from) : number(range.from) + "-" + number(range.upto);
}

std::string state_of(const StoredSnapshot& snapshot) {
  return snapshot.damage ? "damaged" : "sound";
}
std::string state_of(const StoredSegment& segment) {
  if (segment.damage) return "damaged";
  return segment.span.sealed ? "sealed" : segment.span.torn ? "torn" : "open";
}

std::vector<std::string> row(const StoredSnapshot& snapshot) {
  const backup::SnapshotHeader& header = snapshot.summary.header;
  return {"snapshot",
          number(header.revision),
          base::format_rfc3339(header.created),
          std::to_string(snapshot.summary.trailer.keys),
          human_bytes(snapshot.summary.file_bytes),
          state_of(snapshot),
          snapshot.path.string()};
}
std::vector<std::string> row(const StoredSegment& segment) {
  const backup::SegmentSpan& span = segment.span;
  return {"log",
          range_text({span.header.after.revision, span.end.revision}),
          base::format_rfc3339(span.last_applied),
          "",
          human_bytes(span.bytes),
          state_of(segment),
          segment.path.string()};
}

std::string json_of(const StoredSnapshot& snapshot) {
  const backup::SnapshotHeader& header = snapshot.summary.header;
  Object out;
  out.text("path", snapshot.path.string())
      .number("revision", header.revision)
      .text("state", state_of(snapshot));
  if (snapshot.damage) return out.text("damage", snapshot.damage->message).take();
  out.number("compactRevision", header.compacted).number("raftIndex", header.applied.index.value);
  out.text("created", base::format_rfc3339(header.created)).number("totalKey", snapshot.summary.trailer.keys);
  return out.number("totalSize", snapshot.summary.file_bytes).take();
}
std::string json_of(const StoredSegment& segment) {
  const backup::SegmentSpan& span = segment.span;
  Object out;
  out.text("path", segment.path.string()).text("state", state_of(segment));
  if (segment.damage) return out.text("damage", segment.damage->message).take();
  out.number("fromRevision", span.header.after.revision).number("toRevision", span.end.revision);
  out.number("fromRaftIndex", span.header.after.index.value).number("toRaftIndex", span.end.index.value);
  return out.number("totalSize", span.bytes).take();
}
std::string json_of(const Catalog& catalog) {
  return Object()
      .text("clusterID", hex_id(catalog.cluster_id))
      .raw("restorable", array(backup::restorable(catalog),
                               [](const Restorable& r) {
                                 return Object().number("from", r.from).number("to", r.upto).take();
                               }))
      .raw("snapshots", array(catalog.snapshots, [](const auto& s) { return json_of(s); }))
      .raw("segments", array(catalog.segments, [](const auto& s) { return json_of(s); }))
      .take();
}

std::string joined_ranges(const Catalog& catalog) {
  std::vector<std::string> words;
  for (const Restorable& range : backup::restorable(catalog))
    words.push_back(range_text(range));
  return words.empty() ? "none" : joined(words, ", ");
}

}  // namespace

std::string written(Format format, const Table& table, const std::string& json) {
  if (format == Format::json) return json + "\n";
  if (format == Format::table) return framed(table);
  if (format == Format::simple) return plain(table);
  std::string out;
  for (const auto& cells : table.rows)
    for (std::size_t i = 0; i < cells.size(); ++i)
      out += json_string(table.header[i]) + " : " + json_string(cells[i]) + "\n";
  return out;
}

std::string snapshot_text(const SnapshotSummary& summary, Format format) {
  const backup::SnapshotHeader& header = summary.header;
  const std::string created = base::format_rfc3339(header.created);
  const Table table{
      {"hash", "revision", "total keys", "total size", "version", "created", "compact revision", "raft index",
       "cluster id"},
      {{short_hash(summary.digest), number(header.revision), std::to_string(summary.trailer.keys),
        human_bytes(summary.file_bytes), header.written_by, created, number(header.compacted),
        std::to_string(header.applied.index.value), hex_id(header.cluster_id)}}};
  const std::string json = Object()
                               .text("sha256", base::hex_encode(summary.digest))
                               .number("revision", header.revision)
                               .number("totalKey", summary.trailer.keys)
                               .number("totalSize", summary.file_bytes)
                               .text("version", header.written_by)
                               .text("created", created)
                               .number("compactRevision", header.compacted)
                               .number("raftIndex", header.applied.index.value)
                               .number("raftTerm", header.applied.term.value)
                               .text("clusterID", hex_id(header.cluster_id))
                               .text("memberID", hex_id(header.member_id))
                               .take();
  return written(format, table, json);
}

std::string catalogs_text(const std::vector<Catalog>& catalogs, Format format) {
  if (format == Format::json)
    return Object().raw("clusters", array(catalogs, [](const Catalog& c) { return json_of(c); })).take() +
           "\n";
  std::string out;
  for (const Catalog& catalog : catalogs) {
    Table table{{"kind", "revision", "time", "keys", "size", "state", "path"}, {}};
    for (const StoredSnapshot& snapshot : catalog.snapshots)
      table.rows.push_back(row(snapshot));
    for (const StoredSegment& segment : catalog.segments)
      table.rows.push_back(row(segment));
    out += "cluster " + hex_id(catalog.cluster_id) +
           ", revisions that can be restored: " + joined_ranges(catalog) + "\n" + written(format, table, "");
  }
  return out.empty() ? "no backups\n" : out;
}

std::string restored_text(const backup::Restored& restored, Format format) {
  if (format == Format::json)
    return Object()
               .text("dataDir", restored.data_dir.string())
               .number("revision", restored.revision)
               .number("snapshotRevision", restored.from.revision)
               .number("commands", restored.commands)
               .text("clusterID", hex_id(restored.cluster_id))
               .text("memberID", hex_id(restored.member_id))
               .take() +
           "\n";
  std::string out = "restored revision " + number(restored.revision) + " to " + restored.data_dir.string() +
                    " (snapshot of revision " + number(restored.from.revision);
  if (restored.commands > 0) out += " and " + std::to_string(restored.commands) + " archived commands";
  return out + "); member " + hex_id(restored.member_id) + " of the new cluster " +
         hex_id(restored.cluster_id) + "\n";
}

}  // namespace coxctl::store
