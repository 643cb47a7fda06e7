#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include "storage/messages_other.hpp"

/// How much may be written. Pure, but for the counter.
namespace raft_store::upkeep {

namespace wire = storage::wire;

/// About what a request adds to the data; 0 if it adds nothing. Source of the numbers: etcd's
/// server/etcdserver/quota.go (transactions nested in another count here too).
std::int64_t cost_of(const wire::PutRequest& request);
std::int64_t cost_of(const wire::TxnRequest& request);
std::int64_t cost_of(const wire::LeaseGrantRequest& request);

struct QuotaOptions {
  /// --quota-backend-bytes. 0 or less: the disk alone sets the limit (etcd's 0 means 2 GB).
  std::int64_t data_bytes_max = 0;
  /// --quota-disk-reserve-bytes: what must stay free on the disk. 0: the smaller of 1 GiB and a twentieth of
  /// it. Less: the disk is not watched.
  std::int64_t disk_reserve_bytes = 0;
};

struct DiskSpace {
  std::int64_t total = 0, available = 0;
};

/// Free space below which writing is refused. 0: not watched.
std::int64_t disk_reserve(const QuotaOptions& options, const DiskSpace& disk);

/// Says yes or no to writes, between two measurements by what they add. Thread-safe.
class Quota {
 public:
  explicit Quota(QuotaOptions options) : options_(options) {}

  /// What the data takes now, and the disk it is on if it could be asked.
  void measured(std::int64_t data_bytes, const std::optional<DiskSpace>& disk);
  /// Whether this much more may be written; then it is counted.
  bool take(std::int64_t cost);
  /// Nothing may be written any more: time for the alarm NOSPACE.
  bool exhausted() const { return room_ <= 0; }
  /// The disk has less than twice its reserve.
  bool disk_is_low() const { return disk_low_; }
  /// How large the data may grow, for etcd's metric: the quota, or what the disk allows if that is less.
  std::int64_t limit() const { return limit_; }

 private:
  const QuotaOptions options_;
  std::atomic<std::int64_t> room_ = INT64_MAX, limit_ = INT64_MAX;
  std::atomic<bool> disk_low_ = false;
};

}  // namespace raft_store::upkeep
