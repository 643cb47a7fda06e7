#pragma once
#include <atomic>
#include <optional>
#include "apiserver/aggregation/aggregator.hpp"
#include "apiserver/bootstrap/bootstrap.hpp"
#include "apiserver/cache/feed.hpp"
#include "apiserver/custom_resources/controller.hpp"
#include "apiserver/proxy/http_proxy.hpp"
#include "apiserver/proxy/node_proxy.hpp"
#include "apiserver/request/handler.hpp"
#include "apiserver/service/cache_follower.hpp"
#include "apiserver/service/compactor.hpp"
#include "apiserver/service/health_checks.hpp"
#include "apiserver/service/object_writer.hpp"
#include "apiserver/service/other_paths.hpp"
#include "apiserver/service/range_repair.hpp"
#include "apiserver/service/role_aggregation.hpp"
#include "apiserver/service/service.hpp"
#include "apiserver/service_account/token_validator.hpp"

namespace apiserver {

/// The parts of the server in the order they are made; each refers only to those above it.
struct Stages {
  Stages(base::Runtime& runtime, Settings settings, std::shared_ptr<storage::Store> store,
         std::shared_ptr<storage::Store> feed_store, const base::Clock& clock);

  void start_background();
  /// The store has been read, and the authorizers know it.
  bool is_open() noexcept;
  base::Awaitable<void> serve(http::Exchange& exchange);
  /// The answer to a request that came before the store was read.
  base::Awaitable<void> serve_early(http::Exchange& exchange) const;
  /// New connections use certificates that were replaced on disk.
  base::Awaitable<void> look_at_certificates();
  base::Awaitable<void> leave();
  base::Awaitable<void> stop();

  base::Runtime& runtime;
  const Settings settings;
  const std::shared_ptr<storage::Store> store;
  const base::Clock& clock;
  /// Of what runs beside the requests, but for the caches' feed, which has a lane.
  const base::Executor strand;
  std::atomic<bool> stopping{false}, open{false};

  // What is stored, and who may do what.
  cache::Caches caches;
  cache::Feed feed;
  std::shared_ptr<authorization::RbacPolicy> policy = std::make_shared<authorization::RbacPolicy>();
  std::shared_ptr<authorization::NodeGraph> graph = std::make_shared<authorization::NodeGraph>();
  authorization::RbacAuthorizer rbac{policy};
  std::shared_ptr<const authorization::Authorizer> authorizer;
  service_account::TokenValidator tokens;
  authentication::Authenticator authenticator;
  std::optional<service_account::TokenIssuer> issuer;

  // Writes.
  admission::Chain admission;
  registry::Leases leases;
  registry::Registry plain;  ///< Without hooks: what the hooks themselves write with.
  StoredReservations reservations;
  registry::Registry registry;
  RegistryWriter writer;

  // What was defined at run time.
  custom_resources::Catalog catalog;

  // What runs beside the requests.
  StoreMonitor monitor;
  bootstrap::Bootstrap bootstrap;
  RoleAggregation aggregation;
  PolicyFeed policy_feed;
  RangeRepair repair;
  Compactor compactor;

  // The way in.
  frame::Health health;
  OtherPaths paths;
  aggregation::Aggregator aggregator;
  CacheFollower api_services_follower, slices_follower, services_follower;
  custom_resources::Controller definitions;
  CacheFollower definitions_follower;
  proxy::NodeProxy nodes;
  proxy::HttpProxy proxy;
  request::Handler handler;
  std::unique_ptr<http::Server> server;
  std::shared_ptr<http::TlsContext> tls;  ///< Of the server: its files may be replaced.
  base::TaskGroup tasks;
};

}  // namespace apiserver
