#pragma once
#include <functional>
#include "base/error.hpp"
#include "raft-store/mvcc/encoding.hpp"
#include "raft-store/mvcc/interval.hpp"
#include "raft-store/mvcc/publication.hpp"

namespace rocksdb {
class Iterator;
class Status;
}  // namespace rocksdb

namespace raft_store::mvcc {

/// A live version of a key, during a visit. Copying the value is up to the visitor.
struct Version {
  std::string_view key;
  encoding::VersionHead head;
  Revision mod_revision = 0;
  std::string_view value;
  const storage::Bytes* shared = nullptr;  ///< The value, if it is shared already.

  storage::Bytes bytes() const;  ///< Null if it is empty.
  wire::KeyValue key_value(bool with_value) const;
};
/// False ends the scan.
using Visit = std::function<bool(const Version&)>;

/// The keys as some moment shows them: a published one (View), or within a transaction (WriteState).
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Revision revision() const = 0;
  virtual Revision compacted() const = 0;
  /// The keys alive at revision `at` (in [compacted, revision]), ascending. Errors: corrupt, internal.
  virtual base::Result<void> scan(const Interval& range, Revision at, const Visit& visit) const = 0;
  /// How many a scan would visit.
  virtual base::Result<std::int64_t> count(const Interval& range, Revision at) const;
};

/// Scans the column family `versions`. The iterator may be used again afterwards.
base::Result<void> scan_versions(rocksdb::Iterator& it, const Interval& range, Revision at,
                                 const Visit& visit);
/// Where the scan of a range ends, exclusive; empty: nowhere.
std::string end_of_versions(const Interval& range);

base::Error to_error(const rocksdb::Status& status);
base::Error corrupt(const char* what);

/// A range that gives its keys as it comes upon them: no order but theirs, no filter, and the keys
/// themselves.
bool is_plain(const wire::RangeRequest& request);
/// What a plain range is, without a message. `begin` is told the revision first. Errors: as read_range;
/// `begin` was not called if the first two.
struct RangeEnd {
  bool more = false;
  std::int64_t count = 0;
};
base::Result<RangeEnd> visit_range(const Reader& reader, const wire::RangeRequest& request,
                                   const std::function<void(Revision)>& begin,
                                   const std::function<void(const Version&)>& add);

/// Every option of etcd's range; header.revision is the reader's. The request has passed `check`. Errors:
/// compacted, future_revision; corrupt, internal.
base::Result<wire::RangeResponse> read_range(const Reader& reader, const wire::RangeRequest& request);

}  // namespace raft_store::mvcc
