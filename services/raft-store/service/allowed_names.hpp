#pragma once
#include <string>
#include <vector>
#include "base/flags.hpp"
#include "base/metrics.hpp"
#include "http/server.hpp"

namespace raft_store {

/// Whom a server serves, by the names in the certificate that was shown (and verified before). Immutable.
class AllowedNames {
 public:
  /// Both empty: everybody whose certificate verifies.
  std::vector<std::string> common_names;  ///< The subject's CN is one of these.
  std::vector<std::string> hostnames;     ///< The certificate is good for one of these, by its DNS names.

  bool all() const noexcept { return common_names.empty() && hostnames.empty(); }
  bool admit(const http::PeerCertificate& peer) const;
  /// Error: invalid_argument naming the flag. `prefix`: "client" or "peer".
  base::Result<void> check(const std::string& prefix, bool demand_certificate) const;
};

/// Serves with `next` whoever is allowed. Others get 403; they are logged by name, at most one a second, and
/// counted. `server` is for both.
http::Handler guarded(AllowedNames allowed, std::string server, base::metrics::Registry& registry,
                      http::Handler next);

}  // namespace raft_store
