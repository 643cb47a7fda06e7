#pragma once
#include "raft-store/gateway/leader_client.hpp"
#include "raft-store/gateway/routes.hpp"

namespace raft_store::gateway {

/// The routes of both servers, for calls that only the leader may answer: there they are answered, elsewhere
/// passed on to it. The peers' server takes what is passed on, and passes nothing on itself.
struct LeaderRoutes {
  Routes& clients;
  Routes& peers;
  LeaderClient& leader;
  const Core& core;

  /// `call` as the leader makes it, wherever it is asked for.
  template <class In, class Out, class F>
  auto passed_on(std::string path, F call) const {
    return [path, call, &leader = leader, &core = core](In in) -> base::Awaitable<base::Result<Out>> {
      if (core.leads()) return call(std::move(in));
      return leader.call<Out>(path, std::move(in));
    };
  }
  template <class In, class Out, class F>
  void add(const std::string& path, const char* service, const char* method, F call) const {
    clients.add(path, service, method, unary<In, Out>(passed_on<In, Out>(path, call)));
    peers.add(path, service, method, unary<In, Out>(call));
  }
};

}  // namespace raft_store::gateway
