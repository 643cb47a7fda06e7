#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include "api/types/core_v1.hpp"
#include "base/async.hpp"
#include "base/clock.hpp"
#include "client/rest.hpp"

namespace node_agent::objects {

/// Tokens of service accounts, each bound to one pod (TokenRequest). One is kept and given out again until it
/// has lived 80 % of its time or a day, then it is renewed; while that fails the old one serves until it
/// expires. Belongs to the node's strand.
class Tokens {
 public:
  Tokens(std::shared_ptr<client::RestClient> rest, const base::Clock& clock) : rest_(rest), clock_(clock) {}

  /// A token of the pod's service account. `audience` empty: the API server's own. Errors: as the API server
  /// gave them.
  base::Awaitable<base::Result<std::string>> token(std::shared_ptr<const api::core::v1::Pod> pod,
                                                   std::string audience, std::int64_t expiration_seconds);
  /// The pod has gone.
  void forget(const std::string& pod_uid);

 private:
  struct Key {
    std::string pod_uid, service_account, audience;
    std::int64_t expiration_seconds = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Entry {
    std::string token;
    base::SystemTime renew_at{}, expires_at{};
  };
  std::shared_ptr<client::RestClient> rest_;
  const base::Clock& clock_;
  std::map<Key, Entry> entries_;
};

}  // namespace node_agent::objects
