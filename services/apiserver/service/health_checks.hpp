#pragma once
#include <atomic>
#include "apiserver/bootstrap/bootstrap.hpp"
#include "apiserver/cache/caches.hpp"
#include "apiserver/service/policy_feed.hpp"
#include "apiserver/service/store_monitor.hpp"
#include "frame/frame.hpp"

namespace apiserver {

/// What the checks look at. Everything outlives the health.
struct HealthSources {
  const StoreMonitor* store = nullptr;
  const cache::Caches* caches = nullptr;
  const PolicyFeed* policy = nullptr;
  const bootstrap::Bootstrap* bootstrap = nullptr;
  const std::atomic<bool>* stopping = nullptr;
};

/// Upstream's checks, as far as there is something to check: /livez and /readyz have the same, and readiness
/// also waits for the caches and ends with the shutdown.
void add_health_checks(frame::Health& health, const HealthSources& sources);

}  // namespace apiserver
