#include "raft-store/mvcc/tables.hpp"
#include "raft-store/mvcc/slices.hpp"

namespace raft_store::mvcc {
namespace {

/// What is put or read again soon: a working set, beside RocksDB's own cache of blocks.
constexpr std::size_t kRecentBytes = 32 << 20;

/// A number of `meta`; `absent` if there is none.
base::Result<std::uint64_t> read_number(const Tables& tables, std::string_view key, std::uint64_t absent) {
  std::string value;
  const rocksdb::Status status = tables.db.Get(rocksdb::ReadOptions(), tables.meta, slice_of(key), &value);
  if (status.IsNotFound()) return absent;
  if (!status.ok()) return to_error(status);
  if (value.size() != sizeof(std::uint64_t)) return corrupt("a number");
  return encoding::read_u64(value);
}

base::Result<void> check_format(const Tables& tables) {
  const auto format = read_number(tables, encoding::kFormatKey, 0);
  if (!format) return format.error();
  if (*format == encoding::kFormat) return {};
  if (*format != 0)
    return base::Error(base::Errc::unsupported,
                       "the data has format " + std::to_string(*format) + ", this program knows " +
                           std::to_string(encoding::kFormat) + ": use the version that wrote it, or newer");
  const rocksdb::Status status = tables.db.Put(
      rocksdb::WriteOptions(), tables.meta, slice_of(encoding::kFormatKey), encoding::u64(encoding::kFormat));
  if (!status.ok()) return to_error(status);
  return {};
}

base::Result<void> load_numbers(Tables& tables, Replicated& state) {
  const auto revision = read_number(tables, encoding::kRevisionKey, 1);
  if (!revision) return revision.error();
  const auto compacted = read_number(tables, encoding::kCompactedKey, 0);
  if (!compacted) return compacted.error();
  const auto swept = read_number(tables, encoding::kSweptKey, 0);
  if (!swept) return swept.error();
  state.revision = static_cast<Revision>(*revision);
  state.compacted = static_cast<Revision>(*compacted);
  tables.swept = static_cast<Revision>(*swept);
  return {};
}

}  // namespace

Tables::Tables(replication::DatabasePtr database_)
    : database(std::move(database_)),
      db(database->db()),
      versions(database->family(encoding::kVersions)),
      revisions(database->family(encoding::kRevisions)),
      index(database->family(encoding::kIndex)),
      meta(database->family(encoding::kMeta)),
      recent(std::make_unique<RecentKeys>(kRecentBytes)) {}

base::Result<Replicated> load(Tables& tables) {
  Replicated state;
  if (auto ok = check_format(tables); !ok) return ok.error();
  if (auto ok = load_numbers(tables, state); !ok) return ok.error();
  const std::unique_ptr<rocksdb::Iterator> it(tables.db.NewIterator(rocksdb::ReadOptions(), tables.meta));
  for (it->Seek(rocksdb::Slice(&encoding::kLeaseTag, 1)); it->Valid() && it->key()[0] == encoding::kLeaseTag;
       it->Next()) {
    if (it->key().size() != 1 + sizeof(std::uint64_t)) return corrupt("a lease");
    const auto id = static_cast<LeaseId>(encoding::read_u64(view_of(it->key()).substr(1)));
    const auto lease = encoding::parse_lease(id, view_of(it->value()));
    if (!lease) return corrupt("a lease");
    state.leases[id] = *lease;
  }
  for (it->Seek(rocksdb::Slice(&encoding::kAlarmTag, 1)); it->Valid() && it->key()[0] == encoding::kAlarmTag;
       it->Next()) {
    const auto alarm = encoding::parse_alarm_key(view_of(it->key()));
    if (!alarm) return corrupt("an alarm");
    state.alarms.insert({alarm->member_id, alarm->alarm});
  }
  if (!it->status().ok()) return to_error(it->status());
  return state;
}

View::View(TablesPtr tables, Revision revision, Revision compacted)
    : tables_(std::move(tables)),
      snapshot_(tables_->db.GetSnapshot()),
      revision_(revision),
      compacted_(compacted) {}

View::~View() {
  tables_->db.ReleaseSnapshot(snapshot_);
}

std::unique_ptr<rocksdb::Iterator> View::iterate(rocksdb::ColumnFamilyHandle* family,
                                                 const rocksdb::Slice* upper) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_;
  options.iterate_upper_bound = upper;
  return std::unique_ptr<rocksdb::Iterator>(tables_->db.NewIterator(options, family));
}

std::unique_ptr<rocksdb::Iterator> View::walk(rocksdb::ColumnFamilyHandle* family) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_;
  options.fill_cache = false;
  options.readahead_size = 2 << 20;
  return std::unique_ptr<rocksdb::Iterator>(tables_->db.NewIterator(options, family));
}

/// A single key.
base::Result<void> View::read(std::string_view key, Revision at, const Visit& visit) const {
  RecentKeys& recent = *tables_->recent;
  std::optional<RecentKeys::Record> known = recent.find(key, at);
  if (!known) {
    const std::string end = encoding::after_key(key);
    const rocksdb::Slice upper(end);
    const auto it = iterate(tables_->versions, &upper);
    const auto done = scan_versions(*it, {key, {}}, at, [&](const Version& v) {
      known = RecentKeys::Record{v.head, v.mod_revision, v.bytes()};
      return false;
    });
    if (!done || !known) return done;
    if (at == revision_) recent.note_read(key, *known, at);
  }
  if (known->head.version == 0) return {};
  const std::string_view value = known->value ? std::string_view(*known->value) : std::string_view();
  visit(Version{key, known->head, known->mod_revision, value, &known->value});
  return {};
}

base::Result<void> View::scan(const Interval& range, Revision at, const Visit& visit) const {
  if (range.single()) return read(range.key, at, visit);
  const std::string end = end_of_versions(range);
  const rocksdb::Slice upper(end);
  const auto it = iterate(tables_->versions, end.empty() ? nullptr : &upper);
  return scan_versions(*it, range, at, visit);
}

base::Result<std::int64_t> View::count(const Interval& range, Revision at) const {
  if (at != revision_) return Reader::count(range, at);
  const std::string end = range.single() ? std::string(range.key) + '\0' : std::string(range.range_end);
  const rocksdb::Slice upper(end);
  const auto it = iterate(tables_->index, range.unbounded() ? nullptr : &upper);
  std::int64_t n = 0;
  for (it->Seek(slice_of(range.key)); it->Valid(); it->Next())
    ++n;
  if (!it->status().ok()) return to_error(it->status());
  return n;
}

base::Result<void> View::scan_meta(
    const std::string& prefix,
    const std::function<void(std::string_view key, std::string_view value)>& visit) const {
  const auto it = iterate(tables_->meta);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next())
    visit(view_of(it->key()).substr(prefix.size()), view_of(it->value()));
  if (!it->status().ok()) return to_error(it->status());
  return {};
}

}  // namespace raft_store::mvcc
