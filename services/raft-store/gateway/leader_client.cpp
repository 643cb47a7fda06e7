#include "raft-store/gateway/leader_client.hpp"
#include "storage/errors.hpp"

namespace raft_store::gateway {

LeaderClient::LeaderClient(Core& core, base::Executor executor, std::shared_ptr<http::TlsContext> tls)
    : core_(core), executor_(std::move(executor)), tls_(std::move(tls)) {}

LeaderClient::~LeaderClient() {
  if (client_) client_->close();
}

std::shared_ptr<http::Client> LeaderClient::client() {
  const replication::ReplicatorStatus status = core_.parts.replicator.status();
  for (const replication::Member& member : status.members) {
    if (member.id != status.leader || member.id == status.id) continue;
    const std::lock_guard lock(mutex_);
    if (client_ && urls_ == member.peer_urls) return client_;
    http::ClientOptions options;
    options.endpoints = urls_ = member.peer_urls;
    options.tls = tls_;
    options.connect_timeout = std::chrono::seconds(1);
    options.request_timeout = std::chrono::seconds(5);
    options.user_agent = "coxswain-raft-store";
    client_ = http::Client::create(executor_, std::move(options));
    return client_;
  }
  return nullptr;
}

base::Awaitable<base::Result<std::string>> LeaderClient::post(std::string path, std::string body) {
  const std::shared_ptr<http::Client> leader = client();
  if (!leader) co_return storage::errors::no_leader();
  http::Request request;
  request.method = "POST";
  request.path = std::move(path);
  request.headers.set("Content-Type", content_type(Form::protobuf));
  request.body = std::move(body);
  base::Result<http::Response> response = co_await leader->send(std::move(request));
  if (!response) co_return in_etcds_words(response.error());
  if (response->status == 200) co_return std::move(response->body);
  const auto refused = wire::decode_proto<wire::ErrorResponse>(response->body);
  if (refused && refused->code != 0) co_return storage::error_from_wire(*refused);
  co_return storage::errors::no_leader();
}

}  // namespace raft_store::gateway
