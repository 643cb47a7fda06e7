#pragma once
#include <functional>
#include <memory>
#include <string>
#include "http/client.hpp"
#include "raft-store/gateway/gateway.hpp"

/// A member alone with its gateway on a real HTTP server, for tests.
namespace raft_store::gateway::testing {

class TestGateway {
 public:
  TestGateway(base::Runtime& runtime, const std::filesystem::path& data_dir, GatewayOptions options = {});
  std::string url() const;
  std::shared_ptr<http::Client> client() const { return client_; }
  base::Awaitable<void> led();    ///< Until it leads itself.
  base::Awaitable<void> close();  ///< Before destruction.

  /// Sends and reads the answer; a failure fails the test.
  base::Awaitable<http::Response> send(std::string method, std::string path, std::string body = {},
                                       std::string content_type = "application/json");
  /// POSTs JSON; the answer's body with the header's ids and term taken out, after its status if that is not
  /// 200.
  base::Awaitable<std::string> post(std::string path, std::string body);

  Gateway& gateway() { return *gateway_; }
  mvcc::Store& store() { return store_; }
  mvcc::Lessor& lessor() { return lessor_; }
  upkeep::Quota& quota() { return quota_; }  ///< A million bytes, of which nothing is taken.

 private:
  base::Executor strand_;
  mvcc::Store store_;
  mvcc::WatchHub hub_;
  mvcc::Lessor lessor_;
  mvcc::Sweeper sweeper_;
  upkeep::Quota quota_{{1'000'000, -1}};
  std::unique_ptr<replication::Replicator> replicator_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<http::Server> server_;
  std::shared_ptr<http::Client> client_;
  base::TaskGroup tasks_;
};

/// Runs `body` with a fresh one.
void with_gateway(std::function<base::Awaitable<void>(TestGateway&)> body, GatewayOptions options = {});

}  // namespace raft_store::gateway::testing
