#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>
#include "api/object.hpp"
#include "api/resource.hpp"
#include "api/status.hpp"
#include "apiserver/allocation/ranges.hpp"
#include "apiserver/allocation/service_claims.hpp"
#include "base/async.hpp"

/// Cluster IPs and node ports of Services.
///
/// What is taken is a reservation in the store, made before the Service is written and given up after it is
/// gone: an address as an IPAddress object (as upstream since 1.33), a port as a key. Creating one that
/// exists fails, so any number of API servers can draw from one range. A crash between the two writes leaves
/// a reservation without a Service, which `repair.hpp` finds.
namespace apiserver::allocation {

enum class Reserved {
  now,      ///< By this call.
  before,   ///< It was the owner's already: not to be given up when the write fails.
  another,  ///< It is somebody else's.
};

/// Where reservations are kept. Thread-safe.
class Reservations {
 public:
  virtual ~Reservations() = default;
  /// Quick and possibly stale: a hint where not to try.
  virtual bool seems_taken(const std::string& ip) const = 0;
  virtual bool seems_taken(std::int64_t port) const = 0;
  virtual base::Awaitable<api::StatusOr<Reserved>> take_ip(std::string ip, api::NamespacedName owner) = 0;
  virtual base::Awaitable<api::StatusOr<Reserved>> take_port(std::int64_t port,
                                                             api::NamespacedName owner) = 0;
  /// Gives up what is `owner`'s; what is another's stays.
  virtual base::Awaitable<void> give_ip(std::string ip, api::NamespacedName owner) = 0;
  virtual base::Awaitable<void> give_port(std::int64_t port, api::NamespacedName owner) = 0;
};

struct Options {
  std::vector<IpRange> ip_ranges;  ///< At most one a family; the first is the family of services by default.
  PortRange port_range;
  std::function<std::uint64_t(std::uint64_t)> random;  ///< Uniform in [0, n).
};

/// Thread-safe.
class ServiceAllocator {
 public:
  ServiceAllocator(Options options, std::shared_ptr<Reservations> reservations);

  /// Takes what `service` (after defaults and validation) needs and writes it into the object returned.
  /// `old` empty: a create. With `dry_run` nothing is taken and free ones are only shown.
  /// Errors: Invalid (a named one is taken or out of range), InternalError (the range is full), or the
  /// store's. After an error nothing is held that was not before.
  struct Taken {
    api::Object service;
    Claims claims;
  };
  base::Awaitable<api::StatusOr<Taken>> take(api::Object service, std::shared_ptr<const api::Object> old,
                                             bool dry_run);
  /// After the write: gives up what the update released, or all that `take` took if it was not stored.
  base::Awaitable<void> settle(Claims claims, api::NamespacedName owner, bool stored);
  /// After a delete.
  base::Awaitable<void> release(std::shared_ptr<const api::Object> service);

  const Options& options() const noexcept { return options_; }

 private:
  base::Awaitable<api::StatusOr<IpClaim>> take_ip(IpClaim claim, api::NamespacedName owner, bool dry_run);
  base::Awaitable<api::StatusOr<IpClaim>> take_named(IpClaim claim, const IpRange& range,
                                                     api::NamespacedName owner, bool dry_run);
  base::Awaitable<api::StatusOr<PortClaim>> take_port(PortClaim claim, api::NamespacedName owner,
                                                      bool dry_run);
  base::Awaitable<api::StatusOr<PortClaim>> take_named(PortClaim claim, api::NamespacedName owner,
                                                       bool dry_run);
  base::Awaitable<api::StatusOr<void>> take_all(Claims& claims, api::NamespacedName owner, bool dry_run);

  Options options_;
  std::shared_ptr<Reservations> reservations_;
};

}  // namespace apiserver::allocation
