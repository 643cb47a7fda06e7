#include "apiserver/proxy/client_pool.hpp"

namespace apiserver::proxy {
namespace {

/// More endpoints than a cluster has at a time: then the map is begun anew.
constexpr std::size_t clients_max = 20'000;

}  // namespace

ClientPool::ClientPool(base::Executor ex, std::shared_ptr<http::TlsContext> tls)
    : executor_(std::move(ex)), tls_(std::move(tls)) {}

ClientPool::~ClientPool() {
  close();
}

std::shared_ptr<http::Client> ClientPool::get(const std::string& endpoint) {
  const std::lock_guard lock(mutex_);
  if (clients_.size() >= clients_max) clients_.clear();
  auto& client = clients_[endpoint];
  if (!client) {
    http::ClientOptions options;
    options.endpoints = {endpoint};
    options.tls = tls_;
    options.user_agent = "coxswain-apiserver";
    client = http::Client::create(executor_, std::move(options));
  }
  return client;
}

void ClientPool::close() {
  const std::lock_guard lock(mutex_);
  for (auto& [endpoint, client] : clients_)
    client->close();
  clients_.clear();
}

}  // namespace apiserver::proxy
