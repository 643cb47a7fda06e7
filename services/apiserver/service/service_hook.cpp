#include "apiserver/service/service_hook.hpp"

namespace apiserver {

using registry::SharedObject;

base::Awaitable<api::StatusOr<registry::WriteHook::Begun>> ServiceHook::begin(api::Object object,
                                                                              SharedObject old,
                                                                              bool dry_run) {
  auto taken = co_await allocator_->take(std::move(object), std::move(old), dry_run);
  if (!taken) co_return taken.error();
  Begun begun;
  begun.object = std::move(taken->service);
  if (!dry_run) begun.ticket = std::move(taken->claims);
  co_return begun;
}

base::Awaitable<void> ServiceHook::end(std::any ticket, SharedObject object, bool stored) {
  auto* claims = std::any_cast<allocation::Claims>(&ticket);
  if (!claims) co_return;
  const api::NamespacedName owner{std::string(api::namespace_of(*object)),
                                  std::string(api::name_of(*object))};
  co_await allocator_->settle(std::move(*claims), owner, stored);
}

base::Awaitable<void> ServiceHook::removed(SharedObject object) {
  co_await allocator_->release(std::move(object));
}

}  // namespace apiserver
