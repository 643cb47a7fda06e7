#include "apiserver/allocation/allocator.hpp"
#include <algorithm>

namespace apiserver::allocation {
namespace {

using api::NamespacedName;
using api::StatusError;
using api::StatusOr;
using api::field::Path;

/// Reservations tried before a nearly full range counts as full: bounds the writes of one request.
constexpr int attempts_max = 256;
/// Candidates looked at for each of them.
constexpr std::uint64_t probes_max = 65536;

StatusError invalid(const NamespacedName& owner, const Path& path, boost::json::value value,
                    std::string detail) {
  api::field::Errors errors;
  errors.invalid(path, std::move(value), std::move(detail));
  return StatusError::invalid({"", "v1", "Service"}, owner.name, errors);
}

Path ip_path(const IpClaim& claim) {
  return Path("spec").child("clusterIPs").index(claim.index);
}

Path port_path(const PortClaim& claim) {
  if (claim.health_check) return Path("spec").child("healthCheckNodePort");
  return Path("spec").child("ports").index(claim.indices.front()).child("nodePort");
}

/// Candidates in [start, size) from a random one on, then those in [0, start): first the range for dynamic
/// use, then the one kept for named requests.
class Candidates {
 public:
  Candidates(std::uint64_t start, std::uint64_t size, std::uint64_t offset)
      : start_(start), size_(size), offset_(offset) {}
  bool next(std::uint64_t& candidate) {
    if (count_ == size_) return false;
    const auto upper = size_ - start_;
    candidate = count_ < upper ? start_ + (offset_ + count_) % upper : count_ - upper;
    ++count_;
    return true;
  }

 private:
  std::uint64_t start_, size_, offset_, count_ = 0;
};

}  // namespace

ServiceAllocator::ServiceAllocator(Options options, std::shared_ptr<Reservations> reservations)
    : options_(std::move(options)), reservations_(std::move(reservations)) {}

base::Awaitable<StatusOr<IpClaim>> ServiceAllocator::take_named(IpClaim claim, const IpRange& range,
                                                                NamespacedName owner, bool dry_run) {
  const auto prefix = "failed to allocate IP " + claim.ip + ": ";
  if (!range.index_of(claim.ip))
    co_return invalid(owner, ip_path(claim), boost::json::string(claim.ip),
                      prefix + "the provided IP (" + claim.ip +
                          ") is not in the valid range. The range of valid IPs is " + range.text());
  if (dry_run) co_return claim;
  const auto reserved = co_await reservations_->take_ip(claim.ip, owner);
  if (reserved.has_error()) co_return reserved.error();
  if (*reserved == Reserved::another)
    co_return invalid(owner, ip_path(claim), boost::json::string(claim.ip),
                      prefix + "provided IP is already allocated");
  claim.held_before = *reserved == Reserved::before;
  co_return claim;
}

base::Awaitable<StatusOr<IpClaim>> ServiceAllocator::take_ip(IpClaim claim, NamespacedName owner,
                                                             bool dry_run) {
  const auto range = std::find_if(options_.ip_ranges.begin(), options_.ip_ranges.end(),
                                  [&](const auto& r) { return r.family() == claim.family; });
  if (range == options_.ip_ranges.end())
    co_return invalid(owner, Path("spec").child("ipFamilies").index(claim.index),
                      boost::json::string(claim.family), "not configured on this cluster");
  if (!claim.ip.empty()) co_return co_await take_named(claim, *range, owner, dry_run);
  const auto start = range->dynamic_start();
  const auto size = std::min(range->size(), start + probes_max);
  Candidates candidates(start, size, options_.random(size - start));
  std::uint64_t index = 0;
  for (int attempts = 0; attempts < attempts_max && candidates.next(index);) {
    claim.ip = range->at(index);
    if (reservations_->seems_taken(claim.ip)) continue;
    if (dry_run) co_return claim;
    ++attempts;
    const auto reserved = co_await reservations_->take_ip(claim.ip, owner);
    if (reserved.has_error()) co_return reserved.error();
    if (*reserved == Reserved::now) co_return claim;
  }
  co_return StatusError::internal("failed to allocate a serviceIP: range is full");
}

base::Awaitable<StatusOr<PortClaim>> ServiceAllocator::take_named(PortClaim claim, NamespacedName owner,
                                                                  bool dry_run) {
  const auto& range = options_.port_range;
  if (!range.contains(claim.port))
    co_return invalid(owner, port_path(claim), claim.port,
                      "provided port is not in the valid range. The range of valid ports is " + range.text());
  if (dry_run) co_return claim;
  const auto reserved = co_await reservations_->take_port(claim.port, owner);
  if (reserved.has_error()) co_return reserved.error();
  if (*reserved == Reserved::another)
    co_return invalid(owner, port_path(claim), claim.port, "provided port is already allocated");
  claim.held_before = *reserved == Reserved::before;
  co_return claim;
}

base::Awaitable<StatusOr<PortClaim>> ServiceAllocator::take_port(PortClaim claim, NamespacedName owner,
                                                                 bool dry_run) {
  if (claim.port != 0) co_return co_await take_named(claim, owner, dry_run);
  const auto& range = options_.port_range;
  const auto start = static_cast<std::uint64_t>(range.dynamic_start());
  const auto size = static_cast<std::uint64_t>(range.size());
  Candidates candidates(start, size, options_.random(size - start));
  std::uint64_t index = 0;
  for (int attempts = 0; attempts < attempts_max && candidates.next(index);) {
    claim.port = range.first + static_cast<std::int64_t>(index);
    if (reservations_->seems_taken(claim.port)) continue;
    if (dry_run) co_return claim;
    ++attempts;
    const auto reserved = co_await reservations_->take_port(claim.port, owner);
    if (reserved.has_error()) co_return reserved.error();
    if (*reserved == Reserved::now) co_return claim;
  }
  co_return StatusError::internal("failed to allocate a nodePort: range is full");
}

base::Awaitable<StatusOr<void>> ServiceAllocator::take_all(Claims& claims, NamespacedName owner,
                                                           bool dry_run) {
  for (std::size_t i = 0; i < claims.ips.size(); ++i) {
    const auto ip = co_await take_ip(claims.ips[i], owner, dry_run);
    if (ip.has_error()) {
      claims.ips.resize(i);
      claims.ports.clear();
      co_return ip.error();
    }
    claims.ips[i] = *ip;
  }
  for (std::size_t i = 0; i < claims.ports.size(); ++i) {
    const auto port = co_await take_port(claims.ports[i], owner, dry_run);
    if (port.has_error()) {
      claims.ports.resize(i);
      co_return port.error();
    }
    claims.ports[i] = *port;
  }
  co_return StatusOr<void>();
}

base::Awaitable<StatusOr<ServiceAllocator::Taken>> ServiceAllocator::take(
    api::Object service, std::shared_ptr<const api::Object> old, bool dry_run) {
  auto claims = claims_of(service, old.get());
  const NamespacedName owner{std::string(api::namespace_of(service)), std::string(api::name_of(service))};
  const auto done = co_await take_all(claims, owner, dry_run);
  if (done.has_error()) {
    if (!dry_run) co_await settle(std::move(claims), owner, false);
    co_return done.error();
  }
  apply(claims, service);
  Taken taken;
  taken.service = std::move(service);
  if (!dry_run) taken.claims = std::move(claims);
  co_return taken;
}

base::Awaitable<void> ServiceAllocator::settle(Claims claims, NamespacedName owner, bool stored) {
  if (stored) {
    for (const auto& ip : claims.released_ips)
      co_await reservations_->give_ip(ip, owner);
    for (const auto port : claims.released_ports)
      co_await reservations_->give_port(port, owner);
    co_return;
  }
  for (const auto& claim : claims.ips)
    if (!claim.held_before) co_await reservations_->give_ip(claim.ip, owner);
  for (const auto& claim : claims.ports)
    if (!claim.held_before) co_await reservations_->give_port(claim.port, owner);
}

base::Awaitable<void> ServiceAllocator::release(std::shared_ptr<const api::Object> service) {
  const NamespacedName owner{std::string(api::namespace_of(*service)), std::string(api::name_of(*service))};
  auto claims = held_by(*service);
  co_await settle(std::move(claims), owner, true);
}

}  // namespace apiserver::allocation
