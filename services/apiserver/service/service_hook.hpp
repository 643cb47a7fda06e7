#pragma once
#include <memory>
#include "apiserver/allocation/allocator.hpp"
#include "apiserver/registry/hooks.hpp"

namespace apiserver {

/// Addresses and ports around the writes of Services. Thread-safe.
class ServiceHook final : public registry::WriteHook {
 public:
  explicit ServiceHook(std::shared_ptr<allocation::ServiceAllocator> allocator)
      : allocator_(std::move(allocator)) {}

  base::Awaitable<api::StatusOr<Begun>> begin(api::Object object, registry::SharedObject old,
                                              bool dry_run) override;
  base::Awaitable<void> end(std::any ticket, registry::SharedObject object, bool stored) override;
  base::Awaitable<void> removed(registry::SharedObject object) override;

 private:
  const std::shared_ptr<allocation::ServiceAllocator> allocator_;
};

}  // namespace apiserver
