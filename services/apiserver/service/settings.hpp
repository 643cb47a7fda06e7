#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "apiserver/admission/plugin.hpp"
#include "apiserver/allocation/ranges.hpp"
#include "apiserver/bootstrap/plan.hpp"
#include "apiserver/discovery/served.hpp"
#include "apiserver/service/options.hpp"
#include "http/tls.hpp"
#include "pki/key.hpp"

namespace apiserver {

/// The options, checked and with the files read: what the service is made of. A test fills it in by hand.
struct Settings {
  std::string advertise_address;
  int port = 6443;        ///< As advertised.
  std::string client_ca;  ///< PEM of --client-ca-file; empty if there is none.

  std::shared_ptr<http::TlsContext> store_tls;  ///< Null: the store is spoken to in the clear.
  std::chrono::nanoseconds compaction_interval{0}, event_ttl = std::chrono::hours(1);

  bool anonymous = true;
  std::vector<std::string> issuers, api_audiences, authorization_modes = {"Node", "RBAC"};
  std::string jwks_uri;
  std::vector<pki::PublicKey> token_keys;
  std::optional<pki::PrivateKey> signing_key;
  std::chrono::seconds max_token_expiration{0};
  bool extend_token_expiration = true;

  admission::PluginOptions admission;
  std::vector<allocation::IpRange> ip_ranges;
  allocation::PortRange port_range;
  discovery::RuntimeConfig served;

  std::shared_ptr<http::TlsContext> kubelet_tls;  ///< Null: nodes cannot be reached.
  std::vector<std::string> kubelet_address_types = {"InternalIP", "ExternalIP", "Hostname"};

  std::string proxy_client_certificate,
      proxy_client_key;  ///< PEM; empty: none is shown to extension servers.
  bootstrap::RequestHeader request_header;

  int max_requests_inflight = 400, max_mutating_requests_inflight = 200;
  std::chrono::seconds min_request_timeout{1800};
  std::chrono::nanoseconds shutdown_delay{0};
};

/// Error: invalid_argument naming the flag, what is wrong with it and what to do.
base::Result<Settings> read_settings(const Options& options);

}  // namespace apiserver
