#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>
#include "base/async.hpp"
#include "http/tls.hpp"
#include "storage/codec.hpp"

/// The ways to ask a store, etcd or ours, so that one benchmark drives both.
namespace bench {

/// One call: its path in the JSON gateway and its name in gRPC.
struct Method {
  const char* path;
  const char* grpc;
};
namespace methods {
inline constexpr Method put{"/v3/kv/put", "/etcdserverpb.KV/Put"};
inline constexpr Method range{"/v3/kv/range", "/etcdserverpb.KV/Range"};
inline constexpr Method txn{"/v3/kv/txn", "/etcdserverpb.KV/Txn"};
inline constexpr Method compact{"/v3/kv/compaction", "/etcdserverpb.KV/Compact"};
inline constexpr Method watch{"/v3/watch", "/etcdserverpb.Watch/Watch"};
inline constexpr Method status{"/v3/maintenance/status", "/etcdserverpb.Maintenance/Status"};
inline constexpr Method defragment{"/v3/maintenance/defragment", "/etcdserverpb.Maintenance/Defragment"};
inline constexpr Method snapshot{"/v3/maintenance/snapshot", "/etcdserverpb.Maintenance/Snapshot"};
}  // namespace methods

/// A connected way to one store. Thread-safe.
class StorePath {
 public:
  /// json: etcd's gateway; protobuf: the same paths, raft-store's own; grpc: etcd's native one.
  enum class Kind { json, protobuf, grpc };
  /// Bytes of a streamed answer as they arrive, cut anywhere. On a thread of the path's choice.
  using Sink = std::function<void(std::string_view piece)>;

  virtual ~StorePath() = default;
  virtual Kind kind() const = 0;
  /// `message` and the answer are encoded for this path. Error: whatever went wrong, for a person.
  virtual base::Awaitable<base::Result<std::string>> call(Method method, std::string message) = 0;
  /// Until the server ends it, the caller is cancelled (HTTP) or the path closed (gRPC).
  virtual base::Awaitable<base::Result<void>> stream(Method method, std::vector<std::string> messages,
                                                     Sink sink) = 0;
  /// Ends everything under way. Once, before destruction.
  virtual base::Awaitable<void> close() = 0;

  template <class M>
  std::string encode(const M& message) const {
    return kind() == Kind::json ? storage::wire::encode_json(message) : storage::wire::encode_proto(message);
  }
  template <class M>
  base::Result<M> decode(std::string_view bytes) const {
    return kind() == Kind::json ? storage::wire::decode_json<M>(bytes, storage::wire::UnknownFields::ignore)
                                : storage::wire::decode_proto<M>(bytes);
  }
};

struct StorePathOptions {
  std::string endpoint;  ///< "https://127.0.0.1:2379"
  std::shared_ptr<http::TlsContext> tls;
  std::size_t connections = 64;  ///< Made at once: one a client (HTTP/1.1), or to spread streams over (gRPC).
};

/// Both connect. Error: unavailable.
base::Awaitable<base::Result<std::shared_ptr<StorePath>>> make_http_path(base::Executor ex,
                                                                         StorePathOptions options,
                                                                         StorePath::Kind kind);
base::Awaitable<base::Result<std::shared_ptr<StorePath>>> make_grpc_path(base::Executor ex,
                                                                         StorePathOptions options);

}  // namespace bench
