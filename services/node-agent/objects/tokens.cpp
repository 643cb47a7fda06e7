#include "node-agent/objects/tokens.hpp"
#include <algorithm>
#include "api/types/authentication_v1.hpp"
#include "base/log.hpp"

namespace node_agent::objects {

namespace core = api::core::v1;
namespace auth = api::authentication::v1;
using base::Errc;
using base::Error;
using base::Result;

namespace {

constexpr std::chrono::hours life_max{24};

auth::TokenRequest request_for(const core::Pod& pod, const std::string& audience, std::int64_t expiration) {
  auth::TokenRequest request;
  if (!audience.empty()) request.spec.audiences = {audience};
  request.spec.expiration_seconds = expiration;
  auto& bound = request.spec.bound_object_ref.emplace();
  bound.api_version = "v1";
  bound.kind = "Pod";
  bound.name = pod.metadata.name;
  bound.uid = pod.metadata.uid;
  return request;
}

}  // namespace

base::Awaitable<Result<std::string>> Tokens::token(std::shared_ptr<const core::Pod> pod, std::string audience,
                                                   std::int64_t expiration_seconds) {
  const auto& account = pod->spec.service_account_name;
  const Key key{pod->metadata.uid, account.empty() ? "default" : account, audience, expiration_seconds};
  const auto now = clock_.now();
  if (const auto it = entries_.find(key); it != entries_.end() && now < it->second.renew_at)
    co_return it->second.token;
  auto body = api::to_json(request_for(*pod, audience, expiration_seconds));
  std::string ns = pod->metadata.namespace_, name = key.service_account, subresource = "token";
  client::WriteOptions options;
  const auto& resource = api::resource_of<core::ServiceAccount>();
  auto answer = co_await rest_->create_raw(resource, std::move(ns), std::move(name), std::move(subresource),
                                           std::move(body), std::move(options));
  auto granted = answer ? api::from_json<auth::TokenRequest>(*answer) : answer.error();
  if (granted && granted->status.token.empty())
    granted = Error(Errc::internal, "the API server answered a token request without a token");
  if (!granted) {
    const auto it = entries_.find(key);
    if (it == entries_.end() || clock_.now() >= it->second.expires_at) co_return granted.error();
    base::log::warning("cannot renew a service account's token, the old one serves on",
                       {{"pod", pod->metadata.name}, {"error", granted.error()}});
    co_return it->second.token;
  }
  const auto expires = granted->status.expiration_timestamp.at;
  const auto renew_after = std::min<std::chrono::nanoseconds>((expires - now) * 4 / 5, life_max);
  Entry fresh;
  fresh.token = std::move(granted->status.token);
  fresh.renew_at = now + renew_after;
  fresh.expires_at = expires;
  auto token = fresh.token;
  entries_[key] = std::move(fresh);
  co_return token;
}

void Tokens::forget(const std::string& pod_uid) {
  for (auto it = entries_.lower_bound(Key{pod_uid, "", "", INT64_MIN});
       it != entries_.end() && it->first.pod_uid == pod_uid;)
    it = entries_.erase(it);
}

}  // namespace node_agent::objects
