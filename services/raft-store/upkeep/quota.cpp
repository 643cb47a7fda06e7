#include "raft-store/upkeep/quota.hpp"
#include <algorithm>

namespace raft_store::upkeep {
namespace {

constexpr std::int64_t kKeyOverhead = 256, kLeaseCost = 64;
constexpr std::int64_t kReserveMax = 1 << 30, kReserveShare = 20;

std::int64_t cost_of_branch(const std::vector<wire::RequestOp>& branch) {
  std::int64_t sum = 0;
  for (const wire::RequestOp& op : branch) {
    if (op.put) sum += cost_of(*op.put);
    if (op.txn) sum += cost_of(*op.txn);
  }
  return sum;
}

}  // namespace

std::int64_t cost_of(const wire::PutRequest& request) {
  return kKeyOverhead + static_cast<std::int64_t>(request.key.size() + request.value.size());
}

std::int64_t cost_of(const wire::TxnRequest& request) {
  return std::max(cost_of_branch(request.success), cost_of_branch(request.failure));
}

std::int64_t cost_of(const wire::LeaseGrantRequest&) {
  return kLeaseCost;
}

std::int64_t disk_reserve(const QuotaOptions& options, const DiskSpace& disk) {
  if (options.disk_reserve_bytes != 0) return std::max<std::int64_t>(options.disk_reserve_bytes, 0);
  return std::min(kReserveMax, disk.total / kReserveShare);
}

void Quota::measured(std::int64_t data_bytes, const std::optional<DiskSpace>& disk) {
  std::int64_t limit = options_.data_bytes_max > 0 ? options_.data_bytes_max : INT64_MAX;
  const std::int64_t reserve = disk ? disk_reserve(options_, *disk) : 0;
  if (reserve > 0) {
    limit = std::min(limit, data_bytes + disk->available - reserve);
    disk_low_ = disk->available < 2 * reserve;
  }
  limit_ = limit;
  room_ = limit == INT64_MAX ? limit : limit - data_bytes;
}

bool Quota::take(std::int64_t cost) {
  if (cost == 0) return true;
  if (room_.fetch_sub(cost) > cost) return true;
  room_ += cost;
  return false;
}

}  // namespace raft_store::upkeep
