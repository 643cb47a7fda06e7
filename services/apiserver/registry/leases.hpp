#pragma once
#include <memory>
#include <mutex>
#include "base/clock.hpp"
#include "storage/store.hpp"

namespace apiserver::registry {

/// The store's leases for objects that are kept for a time only. One lease serves what is written within a
/// minute (or a twentieth of the time, if that is less), up to a thousand objects, as upstream's lease
/// manager: an object lives for the time given and up to that minute longer. Thread-safe.
class Leases {
 public:
  /// `clock` outlives this.
  Leases(std::shared_ptr<storage::Store> store, std::chrono::seconds lifetime, const base::Clock& clock);
  /// The lease for one more object. Errors: the store's.
  base::Awaitable<base::Result<storage::LeaseId>> take();

 private:
  storage::LeaseId take_present();

  const std::shared_ptr<storage::Store> store_;
  const std::chrono::seconds lifetime_, reuse_;
  const base::Clock& clock_;
  std::mutex mutex_;  ///< Guards what follows.
  storage::LeaseId id_ = 0;
  base::SteadyTime usable_until_{};
  int objects_ = 0;
};

}  // namespace apiserver::registry
