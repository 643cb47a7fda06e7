#include "apiserver/registry/leases.hpp"
#include <algorithm>

namespace apiserver::registry {
namespace {

constexpr int objects_max = 1000;

}  // namespace

Leases::Leases(std::shared_ptr<storage::Store> store, std::chrono::seconds lifetime, const base::Clock& clock)
    : store_(std::move(store)),
      lifetime_(lifetime),
      reuse_(std::min(std::chrono::seconds(60), lifetime / 20)),
      clock_(clock) {}

storage::LeaseId Leases::take_present() {
  std::lock_guard lock(mutex_);
  if (id_ == 0 || objects_ >= objects_max || clock_.steady_now() >= usable_until_) return 0;
  ++objects_;
  return id_;
}

base::Awaitable<base::Result<storage::LeaseId>> Leases::take() {
  if (const auto present = take_present()) co_return present;
  // Writers that come together here each make one: the last is kept, the others run out with their objects.
  const auto asked = clock_.steady_now();
  const auto granted = co_await store_->grant_lease((lifetime_ + reuse_).count());
  if (!granted) co_return granted.error();
  std::lock_guard lock(mutex_);
  id_ = *granted;
  usable_until_ = asked + reuse_;
  objects_ = 1;
  co_return *granted;
}

}  // namespace apiserver::registry
