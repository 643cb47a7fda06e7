#pragma once
#include <chrono>
#include <memory>
#include "http/client.hpp"
#include "storage/endpoint_health.hpp"
#include "storage/store.hpp"

namespace storage {

/// A member of the store, and the connections to it: at least a few dozen, since every watch has one of its
/// own.
struct RemoteEndpoint {
  std::string url;  ///< For messages.
  std::shared_ptr<http::Client> client;
};

struct RemoteStoreOptions {
  /// raft-store takes both forms; protobuf is quicker. A real etcd's gateway takes JSON only: `automatic`
  /// starts with protobuf and changes over, for good, at the first answer in JSON.
  enum class Form { automatic, protobuf, json };
  Form form = Form::automatic;
  std::chrono::milliseconds request_timeout{10'000};  ///< One call, its retries included.
  std::size_t watch_message_bytes_max = 256 << 20;    ///< A larger one ends the watch.
  EndpointHealthOptions health;
};

/// A Store over HTTP: raft-store or etcd. TLS and connections are the clients' business.
///
/// Calls go to the first endpoint that is well. What was certainly not done (no leader, connection refused)
/// is tried again until the time-out, at the others first; reads also when an answer was lost. A write whose
/// answer was lost is never repeated and ends with `unknown_outcome`, with one exception: a transaction that
/// changes a key only if its mod_revision is still N > 0 cannot happen twice, whenever the first attempt
/// arrives. It is tried again, and is `unknown_outcome` only if the key has changed then, for that may have
/// been the first attempt. (A guard of "not there" is none: the key may be made, deleted, and made again by
/// what was under way.)
///
/// With several endpoints `look_after_endpoints` must run: it finds those that accept connections and never
/// answer (a stopped process, a machine cut off), in about one and a half seconds. What waits for one is
/// broken off then and treated as above; watches end with `unavailable`.
///
/// With JSON `WatchStream::request_progress` fails with `unsupported`: a gateway over HTTP/1.1 reads the
/// whole request before it answers.
class RemoteStore final : public Store {
 public:
  explicit RemoteStore(std::vector<RemoteEndpoint> endpoints, RemoteStoreOptions options = {});
  /// One client for all endpoints, which are then not told apart.
  explicit RemoteStore(std::shared_ptr<http::Client> client, RemoteStoreOptions options = {});
  ~RemoteStore() override;

  /// Until cancelled. Once a store, as a task of whoever owns it.
  base::Awaitable<void> look_after_endpoints();

  base::Awaitable<base::Result<RangeResponse>> range(RangeRequest request) override;
  base::Awaitable<base::Result<TxnResponse>> txn(TxnRequest request) override;
  base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> watch(WatchRequest request) override;
  base::Awaitable<base::Result<LeaseId>> grant_lease(std::int64_t ttl) override;
  base::Awaitable<base::Result<void>> keep_lease_alive(LeaseId id) override;
  base::Awaitable<base::Result<void>> revoke_lease(LeaseId id) override;
  base::Awaitable<base::Result<void>> compact(Revision revision) override;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace storage
