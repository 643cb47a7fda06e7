#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>
#include "base/flags.hpp"
#include "frame/frame.hpp"

namespace apiserver {

/// What the command line says. Names are kube-apiserver's and so are the defaults, but for authorization,
/// which is on by default here.
struct Options {
  frame::ServingFlags serving;
  std::string advertise_address;

  std::vector<std::string> etcd_servers;
  std::string etcd_cafile, etcd_certfile, etcd_keyfile;
  std::chrono::nanoseconds etcd_compaction_interval = std::chrono::minutes(5),
                           event_ttl = std::chrono::hours(1);

  bool anonymous_auth = true;
  std::vector<std::string> service_account_issuers, service_account_key_files, api_audiences;
  std::string service_account_signing_key_file, service_account_jwks_uri;
  std::chrono::nanoseconds service_account_max_token_expiration{0};
  bool service_account_extend_token_expiration = true;
  std::vector<std::string> authorization_modes = {"Node", "RBAC"};

  std::vector<std::string> enable_admission_plugins, disable_admission_plugins;
  std::int64_t default_not_ready_toleration_seconds = 300, default_unreachable_toleration_seconds = 300;

  std::vector<std::string> service_cluster_ip_ranges = {"10.0.0.0/24"};
  std::string service_node_port_range = "30000-32767";

  std::string kubelet_client_certificate, kubelet_client_key, kubelet_certificate_authority;
  std::vector<std::string> kubelet_preferred_address_types = {"InternalIP", "ExternalIP", "Hostname"};

  std::string proxy_client_cert_file, proxy_client_key_file, requestheader_client_ca_file;
  std::vector<std::string> requestheader_allowed_names;

  std::vector<std::string> runtime_config;
  int max_requests_inflight = 400, max_mutating_requests_inflight = 200;
  int min_request_timeout = 1800;  ///< Seconds.
  std::chrono::nanoseconds shutdown_delay_duration{0};

  Options();
  /// `this` must outlive the parsing.
  void add_to(base::Flags& flags);
};

}  // namespace apiserver
