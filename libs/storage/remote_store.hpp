#pragma once
#include <chrono>
#include <memory>
#include "http/client.hpp"
#include "storage/store.hpp"

namespace storage {

struct RemoteStoreOptions {
  /// raft-store takes both forms; protobuf is quicker. A real etcd's gateway takes JSON only: `automatic`
  /// starts with protobuf and changes over, for good, at the first answer in JSON.
  enum class Form { automatic, protobuf, json };
  Form form = Form::automatic;
  std::chrono::milliseconds request_timeout{10'000};  ///< One call, its retries included.
  std::size_t watch_message_bytes_max = 256 << 20;    ///< A larger one ends the watch.
};

/// A Store over HTTP: raft-store or etcd. Endpoints, TLS and connections are the client's business; give it
/// no less than a few dozen connections, since every watch has one of its own.
///
/// What was certainly not done (no leader, connection refused) is tried again until the time-out, reads also
/// when an answer was lost. A write whose answer was lost is `unknown_outcome` and never repeated. With JSON
/// `WatchStream::request_progress` fails with `unsupported`: a gateway over HTTP/1.1 reads the whole request
/// before it answers.
class RemoteStore final : public Store {
 public:
  explicit RemoteStore(std::shared_ptr<http::Client> client, RemoteStoreOptions options = {});
  ~RemoteStore() override;

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
