#pragma once
#include <map>
#include <memory>
#include <mutex>
#include "http/client.hpp"
#include "raft-store/gateway/core.hpp"

namespace raft_store::gateway {

/// Asks the leader, over the peers' network, what only it may answer. Thread-safe.
class LeaderClient {
 public:
  LeaderClient(Core& core, base::Executor executor, std::shared_ptr<http::TlsContext> tls);
  ~LeaderClient();

  /// POSTs the message in protobuf to `path` of the leader. Errors: no_leader; timed_out; the leader's own.
  template <class Out, class In>
  base::Awaitable<base::Result<Out>> call(std::string path, In in) {
    std::string body = wire::encode_proto(in);
    const base::Result<std::string> answer = co_await post(std::move(path), std::move(body));
    if (!answer) co_return answer.error();
    base::Result<Out> out = wire::decode_proto<Out>(*answer);
    if (out) core_.stamp(out->header);
    co_return out;
  }

 private:
  base::Awaitable<base::Result<std::string>> post(std::string path, std::string body);
  std::shared_ptr<http::Client> client();

  Core& core_;
  base::Executor executor_;
  std::shared_ptr<http::TlsContext> tls_;
  std::mutex mutex_;  ///< Guards the two below.
  std::vector<std::string> urls_;
  std::shared_ptr<http::Client> client_;  ///< To `urls_`, the leader's when it was last asked.
};

}  // namespace raft_store::gateway
