#pragma once
#include <memory>
#include "apiserver/cache/caches.hpp"
#include "apiserver/service/settings.hpp"
#include "base/runtime.hpp"
#include "http/server.hpp"
#include "storage/store.hpp"

namespace apiserver {

struct Stages;

/// The API server: owns every stage of a request and all that runs beside them, and is what `main` runs.
///
/// It serves from the moment it is started. Until the store has been read once, resources are answered with
/// 503 (nothing can be said about them, nor about who may do what); health and version at once. A store that
/// goes away later is noticed by /readyz and the requests that need it, and recovered from without a restart.
class Service {
 public:
  /// Nothing runs yet. `runtime` and `clock` outlive the service. `settings` are valid. `feed_store` is the
  /// same store over connections of its own, used from one thread only (null: `store` itself): see
  /// cache::Feed.
  Service(base::Runtime& runtime, Settings settings, std::shared_ptr<storage::Store> store,
          const base::Clock& clock = base::Clock::real(),
          std::shared_ptr<storage::Store> feed_store = nullptr);
  ~Service();

  /// Listens and begins to follow the store. Errors: the server's (a taken port).
  base::Result<void> start(http::ServerOptions options);
  std::uint16_t port() const;
  /// The store has been read, and what every cluster has is written.
  bool ready() const noexcept;
  /// What it waits for until then, for the log.
  const char* waiting_for() const noexcept;
  /// In order: /readyz fails, for --shutdown-delay-duration nothing else; this server leaves the cluster's
  /// list; watches end; requests have ten seconds. Once, and before destruction when `start` succeeded.
  base::Awaitable<void> stop();

 private:
  std::unique_ptr<Stages> stages_;
};

}  // namespace apiserver
