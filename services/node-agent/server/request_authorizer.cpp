#include "node-agent/server/request_authorizer.hpp"
#include <algorithm>

namespace node_agent::server {

namespace authz = api::authorization::v1;
using base::Errc;
using base::Error;

namespace {

constexpr std::size_t answers_max = 1000;

std::string subresource_of(const std::string& path) {
  const std::pair<const char*, const char*> prefixes[] = {
      {"/stats", "stats"},     {"/metrics", "metrics"}, {"/logs", "log"},      {"/pods", "pods"},
      {"/healthz", "healthz"}, {"/livez", "healthz"},   {"/readyz", "healthz"}};
  for (const auto& [prefix, subresource] : prefixes)
    if (path == prefix || path.starts_with(std::string(prefix) + "/")) return subresource;
  return "proxy";
}

std::string verb_of(const std::string& method) {
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return "delete";
  return "get";
}

bool is_health(const std::string& path) {
  return subresource_of(path) == "healthz";
}

}  // namespace

authz::ResourceAttributes node_request_attributes(const std::string& node, const std::string& method,
                                                  const std::string& path) {
  authz::ResourceAttributes a;
  a.verb = verb_of(method);
  a.version = "v1";
  a.resource = "nodes";
  a.subresource = subresource_of(path);
  a.name = node;
  return a;
}

base::Awaitable<base::Result<void>> RequestAuthorizer::check(http::PeerCertificate peer, std::string method,
                                                             std::string path) {
  if (is_health(path)) co_return base::Result<void>();
  if (peer.common_name.empty()) co_return Error(Errc::unauthenticated, "Unauthorized");
  const auto& groups = peer.organizations;
  if (std::find(groups.begin(), groups.end(), "system:masters") != groups.end())
    co_return base::Result<void>();
  authz::SubjectAccessReview review;
  review.spec.user = peer.common_name;
  review.spec.groups = groups;
  review.spec.groups.push_back("system:authenticated");
  review.spec.resource_attributes = node_request_attributes(node_, method, path);
  const auto& attributes = *review.spec.resource_attributes;
  std::string key = peer.fingerprint + "|" + attributes.verb + "|" + attributes.subresource;
  const Error refusal(Errc::permission_denied,
                      "Forbidden (user=" + peer.common_name + ", verb=" + attributes.verb +
                          ", resource=nodes, subresource(s)=[" + attributes.subresource + "])");
  const auto known = answers_.find(key);
  if (known != answers_.end() && clock_.steady_now() < known->second.until) {
    if (known->second.allowed) co_return base::Result<void>();
    co_return refusal;
  }
  auto answer = co_await rest_->create(std::move(review));
  if (!answer) co_return Error(Errc::unavailable, "Internal Error: " + answer.error().message);
  const bool allowed = answer->status.allowed;
  if (answers_.size() >= answers_max) answers_.clear();
  answers_[key] = {allowed,
                   clock_.steady_now() + (allowed ? std::chrono::seconds(300) : std::chrono::seconds(30))};
  if (!allowed) co_return refusal;
  co_return base::Result<void>();
}

}  // namespace node_agent::server
