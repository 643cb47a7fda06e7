#pragma once
#include "raft-store/gateway/routes.hpp"
#include "raft-store/gateway/waiting_line.hpp"

namespace raft_store::gateway {

/// v3electionpb.Election: /v3/election/campaign, proclaim, leader, observe, resign.
class ElectionService {
 public:
  explicit ElectionService(Core& core) : core_(core), line_(core) {}
  void add_to(Routes& routes);

  base::Awaitable<base::Result<wire::CampaignResponse>> campaign(wire::CampaignRequest request);
  base::Awaitable<base::Result<wire::HeaderResponse>> proclaim(wire::ProclaimRequest request);
  base::Awaitable<base::Result<wire::LeaderResponse>> leader(wire::LeaderRequest request);
  base::Awaitable<base::Result<wire::HeaderResponse>> resign(wire::ResignRequest request);

 private:
  /// A stream: the leader's key, and whatever it is next. Of values that follow each other fast only the last
  /// is certain to be told.
  base::Awaitable<base::Result<void>> observe(http::Exchange& exchange, Form form);
  base::Awaitable<base::Result<void>> send_leaders(std::string name, http::Exchange& exchange, Form form);

  Core& core_;
  WaitingLine line_;
};

}  // namespace raft_store::gateway
