#pragma once
#include "raft-store/gateway/at_leader.hpp"

namespace raft_store::gateway {

/// etcdserverpb.Lease: /v3/lease/grant, revoke, keepalive, timetolive, leases, and the last four but
/// keepalive under /v3/kv/lease/ too. Time is the leader's: keepalive and timetolive are answered there.
class LeaseService {
 public:
  explicit LeaseService(Core& core) : core_(core) {}
  void add_to(LeaderRoutes& routes);

  base::Awaitable<base::Result<wire::LeaseGrantResponse>> grant(wire::LeaseGrantRequest request);
  base::Awaitable<base::Result<wire::HeaderResponse>> revoke(wire::LeaseIdRequest request);
  /// At the leader. A lease that is not there has TTL 0.
  base::Awaitable<base::Result<wire::LeaseKeepAliveResponse>> renew(wire::LeaseIdRequest request);
  /// At the leader. A lease that is not there has TTL -1.
  base::Awaitable<base::Result<wire::LeaseTimeToLiveResponse>> time_to_live(
      wire::LeaseTimeToLiveRequest request);
  base::Awaitable<base::Result<wire::LeaseLeasesResponse>> leases(wire::EmptyRequest request);

 private:
  /// Leads for certain, holds all that was acknowledged, and counts the time of leases.
  base::Awaitable<base::Result<void>> at_the_leader();
  using Renewal = base::Result<wire::LeaseKeepAliveResponse>;
  /// In protobuf one question and one answer; in JSON a stream of both, each answer in an envelope.
  base::Awaitable<base::Result<void>> keep_alive(http::Exchange& exchange, Form form);
  base::Awaitable<base::Result<void>> keep_alive_json(http::Exchange& exchange);
  base::Awaitable<base::Result<void>> keep_alive_proto(http::Exchange& exchange);
  base::Awaitable<Renewal> renew_message(Form form, std::string message);

  Core& core_;
  std::function<base::Awaitable<Renewal>(wire::LeaseIdRequest)> renew_;  ///< Here or at the leader.
};

}  // namespace raft_store::gateway
