#include "raft-store/gateway/testing.hpp"
#include <exception>
#include <regex>
#include <stdexcept>
#include "base/clock.hpp"
#include "raft-store/replication/testing.hpp"

namespace raft_store::gateway::testing {

using namespace std::chrono_literals;

TestGateway::TestGateway(base::Runtime& runtime, const std::filesystem::path& data_dir,
                         GatewayOptions options)
    : strand_(runtime.make_strand()),
      hub_(store_, runtime.blocking_pool()),
      sweeper_(store_, strand_, runtime.blocking_pool()),
      tasks_(strand_, "test gateway") {
  store_.add_listener(hub_);
  store_.add_listener(lessor_);
  store_.add_listener(sweeper_);
  replication::ReplicatorOptions replicator;
  replicator.name = "a";
  replicator.data_dir = data_dir;
  replicator.initial_cluster = {{raft::NodeId(0), "a", {"http://127.0.0.1:1"}, {}, false}};
  replicator.advertise_client_urls = {"http://127.0.0.1:2"};
  replicator.heartbeat_interval = 20ms;
  replicator.election_timeout = 200ms;
  replicator_ = replication::Replicator::open(runtime, std::move(replicator), store_).value();
  const Parts parts{*replicator_, store_, hub_, lessor_, sweeper_, runtime.blocking_pool(), &quota_};
  gateway_ = std::make_unique<Gateway>(runtime, parts, std::move(options));
  replicator_->start();
  lessor_.promote(base::Clock::real().steady_now());
  tasks_.spawn("sweeper", [this] { return sweeper_.run(); });
  server_ = http::Server::listen(runtime.executor(), {}, [this](http::Exchange& e) {
              return gateway_->serve(e);
            }).value();
  http::ClientOptions client;
  client.endpoints = {url()};
  client_ = http::Client::create(runtime.executor(), std::move(client));
}

base::Awaitable<void> TestGateway::led() {
  while (replicator_->standing().leader == raft::NodeId(0))
    co_await base::sleep_for(1ms);
}

std::string TestGateway::url() const {
  return "http://127.0.0.1:" + std::to_string(server_->port());
}

base::Awaitable<void> TestGateway::close() {
  client_->close();
  gateway_->end_streams();
  co_await server_->stop(1s);
  tasks_.cancel();
  co_await tasks_.join();
  co_await replicator_->stop();
}

base::Awaitable<http::Response> TestGateway::send(std::string method, std::string path, std::string body,
                                                  std::string content_type) {
  http::Request request;
  request.method = std::move(method);
  request.path = path.substr(0, path.find('?'));
  if (request.path.size() < path.size()) request.raw_query = path.substr(request.path.size() + 1);
  request.headers.set("Content-Type", std::move(content_type));
  request.body = std::move(body);
  auto response = co_await client_->send(std::move(request));
  if (!response) throw std::runtime_error(response.error().message);
  co_return std::move(*response);
}

base::Awaitable<std::string> TestGateway::post(std::string path, std::string body) {
  const http::Response response = co_await send("POST", std::move(path), std::move(body));
  static const std::regex header(R"("cluster_id":"\d+","member_id":"\d+",?|,?"raft_term":"\d+")");
  const std::string text = std::regex_replace(response.body, header, "");
  co_return response.status == 200 ? text : std::to_string(response.status) + " " + text;
}

void with_gateway(std::function<base::Awaitable<void>(TestGateway&)> body, GatewayOptions options) {
  const replication::testing::TemporaryDirectory dir;
  replication::testing::run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    TestGateway gateway(runtime, dir.path(), options);
    std::exception_ptr failure;
    try {
      co_await gateway.led();
      co_await body(gateway);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await gateway.close();
    if (failure) std::rethrow_exception(failure);
  });
}

}  // namespace raft_store::gateway::testing
