#include "apiserver/service/health_checks.hpp"

namespace apiserver {
namespace {

base::Result<void> when(bool good, const char* otherwise) {
  if (good) return {};
  return base::Error(base::Errc::unavailable, otherwise);
}

}  // namespace

void add_health_checks(frame::Health& health, const HealthSources& s) {
  using Kind = frame::Health::Kind;
  health.add("ping", Kind::both, [] { return base::Result<void>(); });
  health.add("etcd", Kind::both, [s] { return when(s.store->serving(), "the store does not answer"); });
  health.add("etcd-readiness", Kind::ready,
             [s] { return when(s.store->serving(), "the store does not answer"); });
  health.add("informer-sync", Kind::ready,
             [s] { return when(s.caches->ready() && s.policy->synced(), "the store is not read yet"); });
  for (const auto* hook :
       {"poststarthook/start-system-namespaces-controller", "poststarthook/rbac/bootstrap-roles",
        "poststarthook/scheduling/bootstrap-system-priority-classes",
        "poststarthook/start-kube-apiserver-identity-lease-controller", "poststarthook/bootstrap-controller"})
    health.add(hook, Kind::both, [s] { return when(s.bootstrap->done(), "not finished"); });
  health.add("shutdown", Kind::ready, [s] { return when(!*s.stopping, "shutting down"); });
}

}  // namespace apiserver
