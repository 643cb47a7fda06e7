#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include "base/async.hpp"
#include "client/rest.hpp"

namespace client {

/// Leader election on a coordination.k8s.io/v1 Lease. At most one holder acts, given clocks that run at
/// similar rates (not that agree); it does not fence: a holder that was paused may act for a moment after it
/// lost.
struct LeaderElectionOptions {
  std::string lease_namespace = "kube-system", lease_name, identity;
  std::chrono::milliseconds lease_duration{15'000}, renew_deadline{10'000}, retry_period{2'000};
};

/// Runs `lead` while this process holds the lease. Returns when the lease is lost, `lead` returned, or it is
/// cancelled (the lease is then released so that the next one need not wait). The caller exits when the lease
/// is lost.
base::Awaitable<base::Result<void>> run_leader_elected(std::shared_ptr<RestClient> rest,
                                                       LeaderElectionOptions options,
                                                       std::function<base::Awaitable<void>()> lead);

}  // namespace client
