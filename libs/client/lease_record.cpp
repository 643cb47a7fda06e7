#include "client/lease_record.hpp"

namespace client {

bool LeaseRecord::may_claim(const Lease& lease, base::SteadyTime now) {
  const auto& spec = lease.spec;
  if (!seen_at_ || !(spec == seen_)) {
    seen_ = spec;
    seen_at_ = now;
  }
  if (spec.holder_identity.empty() || spec.holder_identity == options_.identity) return true;
  const std::chrono::seconds announced(spec.lease_duration_seconds.value_or(0));
  return *seen_at_ + announced <= now;
}

LeaseRecord::Lease LeaseRecord::claim(const std::optional<Lease>& read, base::SystemTime now) const {
  Lease lease = read.value_or(Lease{});
  lease.metadata.namespace_ = options_.lease_namespace;
  lease.metadata.name = options_.lease_name;
  auto& spec = lease.spec;
  const bool ours = spec.holder_identity == options_.identity;
  if (!ours) {
    spec.acquire_time = api::MicroTime{now};
    spec.lease_transitions = read ? spec.lease_transitions.value_or(0) + 1 : 0;
  }
  spec.holder_identity = options_.identity;
  spec.lease_duration_seconds =
      std::chrono::duration_cast<std::chrono::seconds>(options_.lease_duration).count();
  spec.renew_time = api::MicroTime{now};
  return lease;
}

LeaseRecord::Lease LeaseRecord::release(const Lease& held, base::SystemTime now) const {
  Lease lease = held;
  lease.spec.holder_identity.clear();
  lease.spec.lease_duration_seconds = 1;
  lease.spec.renew_time = api::MicroTime{now};
  lease.spec.acquire_time = api::MicroTime{now};
  return lease;
}

}  // namespace client
