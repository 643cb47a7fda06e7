#pragma once
#include <memory>
#include <mutex>
#include <set>
#include "apiserver/allocation/allocator.hpp"
#include "apiserver/allocation/repair.hpp"
#include "apiserver/registry/registry.hpp"

namespace apiserver {

/// Reservations in the store: an address is an IPAddress object, which clients see, and a port a key of its
/// own beside the objects. Thread-safe.
class StoredReservations final : public allocation::Reservations {
 public:
  /// `registry` (one without the hook of Services, which asks here) outlives this.
  StoredReservations(std::shared_ptr<storage::Store> store, registry::Registry& registry)
      : store_(std::move(store)), registry_(registry) {}

  bool seems_taken(const std::string& ip) const override;
  bool seems_taken(std::int64_t port) const override;
  base::Awaitable<api::StatusOr<allocation::Reserved>> take_ip(std::string ip,
                                                               api::NamespacedName owner) override;
  base::Awaitable<api::StatusOr<allocation::Reserved>> take_port(std::int64_t port,
                                                                 api::NamespacedName owner) override;
  base::Awaitable<void> give_ip(std::string ip, api::NamespacedName owner) override;
  base::Awaitable<void> give_port(std::int64_t port, api::NamespacedName owner) override;

  /// Everything that is reserved. Also brings the hint of ports up to date.
  base::Awaitable<api::StatusOr<allocation::Holdings>> all();

 private:
  void note_port(std::int64_t port, bool taken);

  const std::shared_ptr<storage::Store> store_;
  registry::Registry& registry_;
  mutable std::mutex mutex_;
  std::set<std::int64_t> ports_;  ///< Known to be taken; guarded by mutex_.
};

}  // namespace apiserver
