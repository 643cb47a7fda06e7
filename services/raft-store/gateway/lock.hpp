#pragma once
#include "raft-store/gateway/routes.hpp"
#include "raft-store/gateway/waiting_line.hpp"

namespace raft_store::gateway {

/// v3lockpb.Lock: /v3/lock/lock, unlock. A lock waits as long as its key is there: what ends the wait of a
/// client that went away is the end of its lease.
class LockService {
 public:
  explicit LockService(Core& core) : core_(core), line_(core) {}
  void add_to(Routes& routes);

  base::Awaitable<base::Result<wire::LockResponse>> lock(wire::LockRequest request);
  base::Awaitable<base::Result<wire::HeaderResponse>> unlock(wire::UnlockRequest request);

 private:
  Core& core_;
  WaitingLine line_;
};

}  // namespace raft_store::gateway
