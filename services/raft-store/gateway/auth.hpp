#pragma once
#include "raft-store/gateway/core.hpp"
#include "raft-store/gateway/routes.hpp"

namespace raft_store::gateway {

/// etcdserverpb.Auth as of a cluster whose authentication was never enabled: /v3/auth/status says so, the
/// lists are empty, disabling does nothing. Users and roles cannot be made: clients are known by their
/// certificates.
class AuthService {
 public:
  explicit AuthService(Core& core) : core_(core) {}
  void add_to(Routes& routes);

 private:
  Core& core_;
};

}  // namespace raft_store::gateway
