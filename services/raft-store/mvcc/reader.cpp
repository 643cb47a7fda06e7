#include "raft-store/mvcc/reader.hpp"
#include <rocksdb/iterator.h>
#include "raft-store/mvcc/slices.hpp"
#include "raft-store/replication/give_up.hpp"

namespace raft_store::mvcc {
namespace {

/// So many steps to the next key cost about what a seek does.
constexpr int kStepsBeforeSeek = 4;

/// To the first entry at or after `target`, which lies ahead.
void advance_to(rocksdb::Iterator& it, const std::string& target) {
  for (int i = 0; i < kStepsBeforeSeek; ++i) {
    it.Next();
    if (!it.Valid() || view_of(it.key()) >= target) return;
  }
  it.Seek(target);
}

/// `target` becomes what comes after all versions of its prefix.
void to_next_key(std::string& target) {
  ++target.back();  // The end 00 01 becomes 00 02.
}

}  // namespace

storage::Bytes Version::bytes() const {
  if (value.empty()) return nullptr;
  return shared ? *shared : std::make_shared<const std::string>(value);
}

wire::KeyValue Version::key_value(bool with_value) const {
  wire::KeyValue kv;
  kv.key = key;
  kv.create_revision = head.create_revision;
  kv.mod_revision = mod_revision;
  kv.version = head.version;
  kv.lease = head.lease;
  if (with_value) kv.value = bytes();
  return kv;
}

base::Result<std::int64_t> Reader::count(const Interval& range, Revision at) const {
  std::int64_t n = 0;
  const auto done = scan(range, at, [&](const Version&) { return ++n, true; });
  if (!done) return done.error();
  return n;
}

std::string end_of_versions(const Interval& range) {
  if (range.single()) return encoding::after_key(range.key);
  std::string end;
  if (!range.unbounded()) encoding::append_key(end, range.range_end);
  return end;
}

base::Result<void> scan_versions(rocksdb::Iterator& it, const Interval& range, Revision at,
                                 const Visit& visit) {
  const std::string end = end_of_versions(range);
  std::string target, key_buffer;
  // Straight to the version asked for: a single key costs one seek.
  for (it.Seek(encoding::version_key(range.key, at)); it.Valid();) {
    const std::string_view bytes = view_of(it.key());
    if (!end.empty() && bytes >= end) break;
    const auto at_key = encoding::parse_version_key(bytes);
    if (!at_key) return corrupt("a key");
    target = at_key->prefix;
    if (at_key->revision > at) {
      encoding::append_u64(target, ~static_cast<std::uint64_t>(at));
      advance_to(it, target);
      continue;
    }
    Version version;
    version.mod_revision = at_key->revision;
    version.value = view_of(it.value());
    if (!encoding::take_head(version.value, version.head)) return corrupt("a version");
    if (version.head.version != 0) {
      version.key = encoding::unescape(at_key->prefix, key_buffer);
      if (!visit(version)) return {};
    }
    if (range.single()) break;
    to_next_key(target);
    advance_to(it, target);
  }
  if (!it.status().ok()) return to_error(it.status());
  return {};
}

base::Error to_error(const rocksdb::Status& status) {
  return replication::with_way_out(
      {status.IsCorruption() ? base::Errc::corrupt : base::Errc::internal, "store: " + status.ToString()});
}

base::Error corrupt(const char* what) {
  return base::Error(base::Errc::corrupt, std::string("store: ") + what + " on disk cannot be read");
}

}  // namespace raft_store::mvcc
