#include "raft-store/gateway/lock.hpp"

namespace raft_store::gateway {

void LockService::add_to(Routes& routes) {
  constexpr const char* kService = "v3lockpb.Lock";
  routes.add("/v3/lock/lock", kService, "Lock",
             unary<wire::LockRequest, wire::LockResponse>(
                 [this](wire::LockRequest request) { return lock(std::move(request)); }));
  routes.add("/v3/lock/unlock", kService, "Unlock",
             unary<wire::UnlockRequest, wire::HeaderResponse>(
                 [this](wire::UnlockRequest request) { return unlock(std::move(request)); }));
}

base::Awaitable<base::Result<wire::LockResponse>> LockService::lock(wire::LockRequest request) {
  const auto lease = co_await line_.lease_for(request.lease);
  if (!lease) co_return lease.error();
  const auto place = co_await line_.join(request.name, *lease, "");
  if (!place) co_return place.error();
  const base::Result<void> held = co_await line_.turn(request.name, *place);
  if (!held) co_return held.error();
  co_return wire::LockResponse{core_.header(), place->key};
}

base::Awaitable<base::Result<wire::HeaderResponse>> LockService::unlock(wire::UnlockRequest request) {
  wire::DeleteRangeRequest remove;
  remove.key = std::move(request.key);
  if (auto checked = mvcc::check(remove); !checked) co_return checked.error();
  mvcc::Command command = std::move(remove);
  const auto removed = co_await core_.propose<wire::DeleteRangeResponse>(std::move(command));
  if (!removed) co_return removed.error();
  co_return wire::HeaderResponse{removed->header};
}

}  // namespace raft_store::gateway
