#pragma once
#include <map>
#include <memory>
#include <string>
#include "api/types/authorization_v1.hpp"
#include "base/async.hpp"
#include "base/clock.hpp"
#include "client/rest.hpp"
#include "http/message.hpp"

namespace node_agent::server {

/// What a request to the node's server counts as: a verb on nodes/proxy, nodes/log, nodes/stats,
/// nodes/metrics, nodes/pods, nodes/healthz. Pure. Source: "Kubelet authentication/authorization".
api::authorization::v1::ResourceAttributes node_request_attributes(const std::string& node,
                                                                   const std::string& method,
                                                                   const std::string& path);

/// Decides about requests to the node's server. Members of system:masters may do everything, as the API
/// server would say too; for others the API server is asked (SubjectAccessReview), and its answer kept: five
/// minutes if it allowed, 30 seconds if not. Who shows no verified certificate may only ask for the node's
/// health. Belongs to the strand given to its owner.
class RequestAuthorizer {
 public:
  RequestAuthorizer(std::shared_ptr<client::RestClient> rest, const base::Clock& clock, std::string node)
      : rest_(std::move(rest)), clock_(clock), node_(std::move(node)) {}
  /// Errors: unauthenticated; permission_denied with upstream's words; unavailable (the API cannot be asked).
  base::Awaitable<base::Result<void>> check(http::PeerCertificate peer, std::string method, std::string path);

 private:
  struct Answer {
    bool allowed;
    base::SteadyTime until;
  };
  std::shared_ptr<client::RestClient> rest_;
  const base::Clock& clock_;
  std::string node_;
  std::map<std::string, Answer> answers_;
};

}  // namespace node_agent::server
