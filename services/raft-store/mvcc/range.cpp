#include <algorithm>
#include "raft-store/mvcc/reader.hpp"
#include "storage/errors.hpp"

namespace raft_store::mvcc {
namespace {

bool has_filters(const wire::RangeRequest& r) {
  return r.min_mod_revision != 0 || r.max_mod_revision != 0 || r.min_create_revision != 0 ||
         r.max_create_revision != 0;
}

bool passes(const wire::RangeRequest& r, const Version& v) {
  const auto within = [](Revision revision, Revision min, Revision max) {
    return (min == 0 || revision >= min) && (max == 0 || revision <= max);
  };
  return within(v.mod_revision, r.min_mod_revision, r.max_mod_revision) &&
         within(v.head.create_revision, r.min_create_revision, r.max_create_revision);
}

/// True if the keys' own order is not the one asked for.
bool needs_sorting(const wire::RangeRequest& r) {
  return r.sort_target != wire::SortTarget::key || r.sort_order == wire::SortOrder::descend;
}

std::string_view value_of(const wire::KeyValue& kv) {
  return kv.value ? std::string_view(*kv.value) : std::string_view();
}

bool sorts_before(wire::SortTarget target, const wire::KeyValue& a, const wire::KeyValue& b) {
  switch (target) {
    case wire::SortTarget::key:
      return a.key < b.key;
    case wire::SortTarget::version:
      return a.version < b.version;
    case wire::SortTarget::create:
      return a.create_revision < b.create_revision;
    case wire::SortTarget::mod:
      return a.mod_revision < b.mod_revision;
    case wire::SortTarget::value:
      return value_of(a) < value_of(b);
  }
  return false;
}

/// Ties keep the order of their keys.
void sort(const wire::RangeRequest& r, std::vector<wire::KeyValue>& kvs) {
  const bool descending = r.sort_order == wire::SortOrder::descend;
  std::stable_sort(kvs.begin(), kvs.end(), [&](const wire::KeyValue& a, const wire::KeyValue& b) {
    return descending ? sorts_before(r.sort_target, b, a) : sorts_before(r.sort_target, a, b);
  });
}

/// Visits without sorting. `fetch_max`: so many keys are read, 0: all; the others are counted only.
base::Result<RangeEnd> collect(const Reader& reader, const wire::RangeRequest& r, Revision at,
                               std::int64_t fetch_max, const std::function<void(const Version&)>& add) {
  RangeEnd end;
  std::string rest;
  const auto done = reader.scan({r.key, r.range_end}, at, [&](const Version& v) {
    if (fetch_max > 0 && end.count == fetch_max) {
      rest = v.key;
      return false;
    }
    ++end.count;
    add(v);
    return true;
  });
  if (!done) return done.error();
  if (rest.empty()) return end;
  const auto others = reader.count({rest, r.range_end}, at);
  if (!others) return others.error();
  end.count += *others;
  end.more = true;
  return end;
}

/// The revision that is read. Errors: compacted, future_revision.
base::Result<Revision> revision_to_read(const Reader& reader, const wire::RangeRequest& r) {
  const Revision now = reader.revision();
  if (r.revision > now) return storage::errors::future_revision();
  if (r.revision > 0 && r.revision < reader.compacted()) return storage::errors::compacted();
  return r.revision > 0 ? r.revision : now;
}

}  // namespace

bool is_plain(const wire::RangeRequest& r) {
  return !r.count_only && r.sort_order == wire::SortOrder::none && r.sort_target == wire::SortTarget::key &&
         !has_filters(r);
}

base::Result<RangeEnd> visit_range(const Reader& reader, const wire::RangeRequest& r,
                                   const std::function<void(Revision)>& begin,
                                   const std::function<void(const Version&)>& add) {
  const base::Result<Revision> at = revision_to_read(reader, r);
  if (!at) return at.error();
  begin(reader.revision());
  return collect(reader, r, *at, std::max<std::int64_t>(r.limit, 0), add);
}

base::Result<wire::RangeResponse> read_range(const Reader& reader, const wire::RangeRequest& r) {
  const base::Result<Revision> at = revision_to_read(reader, r);
  if (!at) return at.error();
  wire::RangeResponse response;
  response.header.revision = reader.revision();
  if (r.count_only) {
    const auto count = reader.count({r.key, r.range_end}, *at);
    if (!count) return count.error();
    response.count = *count;
    return response;
  }
  // As etcd: an order or a filter looks at all keys. Another target without an order sorts only what the
  // limit lets through, and one more.
  std::int64_t fetch_max = std::max<std::int64_t>(r.limit, 0);
  if (r.sort_order != wire::SortOrder::none || has_filters(r)) fetch_max = 0;
  const bool sorted = needs_sorting(r);
  if (fetch_max > 0 && sorted) ++fetch_max;
  const bool with_value = !r.keys_only || r.sort_target == wire::SortTarget::value;
  const auto end = collect(reader, r, *at, fetch_max, [&](const Version& v) {
    if (passes(r, v)) response.kvs.push_back(v.key_value(with_value));
  });
  if (!end) return end.error();
  response.count = end->count;
  response.more = end->more;
  if (sorted) sort(r, response.kvs);
  if (r.limit > 0 && response.kvs.size() > static_cast<std::size_t>(r.limit)) {
    response.kvs.resize(static_cast<std::size_t>(r.limit));
    response.more = true;
  }
  if (r.keys_only)
    for (wire::KeyValue& kv : response.kvs)
      kv.value = nullptr;
  return response;
}

}  // namespace raft_store::mvcc
