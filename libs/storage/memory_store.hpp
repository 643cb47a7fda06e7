#pragma once
#include <memory>
#include "base/clock.hpp"
#include "storage/store.hpp"

namespace storage {

/// A Store in this process' memory with etcd's full semantics: for tests, and as the oracle of the real ones.
/// Thread-safe. What it keeps grows until `compact`. Watch streams may outlive it.
class MemoryStore final : public Store {
 public:
  /// `clock` (for leases) must outlive the store.
  explicit MemoryStore(const base::Clock& clock = base::Clock::real());
  ~MemoryStore() override;

  base::Awaitable<base::Result<RangeResponse>> range(RangeRequest request) override;
  base::Awaitable<base::Result<TxnResponse>> txn(TxnRequest request) override;
  base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> watch(WatchRequest request) override;
  base::Awaitable<base::Result<LeaseId>> grant_lease(std::int64_t ttl) override;
  base::Awaitable<base::Result<void>> keep_lease_alive(LeaseId id) override;
  base::Awaitable<base::Result<void>> revoke_lease(LeaseId id) override;
  base::Awaitable<base::Result<void>> compact(Revision revision) override;

  /// Ends the leases whose time has passed; every call above does so first. For a test that moved its clock.
  void expire_leases();
  /// From now on every call and every open watch fails with `unavailable`, until `restore`: a store that is
  /// away.
  void interrupt();
  void restore();
  Revision revision() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace storage
