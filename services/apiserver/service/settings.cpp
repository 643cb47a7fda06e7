#include "apiserver/service/settings.hpp"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <algorithm>
#include <fstream>
#include <sstream>

namespace apiserver {
namespace {

using base::Errc;
using base::Error;
using base::Result;

Error wrong(std::string message) {
  return Error(Errc::invalid_argument, std::move(message));
}

Result<std::string> read_file(const char* flag, const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return wrong(std::string(flag) + ": cannot read \"" + path + "\"");
  return text.str();
}

/// The first address of this machine that others may reach; empty if there is none.
std::string first_address() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  std::string found;
  for (const auto* i = list; i && found.empty(); i = i->ifa_next) {
    const bool usable = i->ifa_addr && (i->ifa_flags & IFF_UP) && !(i->ifa_flags & IFF_LOOPBACK);
    if (!usable || i->ifa_addr->sa_family != AF_INET) continue;
    char text[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(i->ifa_addr)->sin_addr, text, sizeof text);
    found = text;
  }
  freeifaddrs(list);
  return found;
}

bool is_address(const std::string& text) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, text.c_str(), bytes) == 1 || inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

Result<void> read_serving(const Options& o, Settings& s) {
  s.port = o.serving.secure_port;
  const auto& bind = o.serving.bind_address;
  const bool any = bind.empty() || bind == "0.0.0.0" || bind == "::";
  s.advertise_address = !o.advertise_address.empty() ? o.advertise_address : any ? first_address() : bind;
  if (s.advertise_address.empty())
    return wrong(
        "this machine has no address but loopback: say with --advertise-address where it is reached");
  if (!is_address(s.advertise_address))
    return wrong("--advertise-address must be an IP address, not \"" + s.advertise_address + "\"");
  if (o.serving.client_ca_file.empty()) return {};
  auto ca = read_file("--client-ca-file", o.serving.client_ca_file);
  if (!ca) return ca.error();
  s.client_ca = std::move(*ca);
  return {};
}

Result<void> read_storage(const Options& o, Settings& s) {
  if (o.etcd_servers.empty())
    return wrong("--etcd-servers is required: where the store is, as \"https://127.0.0.1:2379\"");
  if (o.etcd_certfile.empty() != o.etcd_keyfile.empty())
    return wrong("--etcd-certfile and --etcd-keyfile go together");
  if (o.etcd_compaction_interval.count() < 0) return wrong("--etcd-compaction-interval must not be negative");
  if (o.event_ttl < std::chrono::seconds(1)) return wrong("--event-ttl must be at least 1s");
  if (!o.etcd_cafile.empty()) {
    auto tls = http::TlsContext::client({o.etcd_certfile, o.etcd_keyfile, o.etcd_cafile});
    if (!tls) return wrong("--etcd-cafile, --etcd-certfile, --etcd-keyfile: " + tls.error().message);
    s.store_tls = std::move(*tls);
  }
  for (const auto& server : o.etcd_servers) {
    const bool secure = server.starts_with("https://");
    if (!secure && !server.starts_with("http://"))
      return wrong("--etcd-servers must be URLs, as \"https://127.0.0.1:2379\", not \"" + server + "\"");
    if (secure && !s.store_tls)
      return wrong("--etcd-cafile is required: it says whose certificate of " + server + " to trust");
  }
  s.compaction_interval = o.etcd_compaction_interval;
  s.event_ttl = o.event_ttl;
  return {};
}

Result<void> read_token_keys(const Options& o, Settings& s) {
  for (const auto& path : o.service_account_key_files) {
    auto text = read_file("--service-account-key-file", path);
    if (!text) return text.error();
    auto key = pki::PublicKey::from_pem(*text);
    if (!key) return wrong("--service-account-key-file: " + path + ": " + key.error().message);
    s.token_keys.push_back(std::move(*key));
  }
  auto text = read_file("--service-account-signing-key-file", o.service_account_signing_key_file);
  if (!text) return text.error();
  auto key = pki::PrivateKey::from_pem(*text);
  if (!key)
    return wrong("--service-account-signing-key-file: " + o.service_account_signing_key_file + ": " +
                 key.error().message);
  const auto own = key->public_key();
  if (std::find(s.token_keys.begin(), s.token_keys.end(), own) == s.token_keys.end()) {
    // Tokens that this server signs must hold here, or no pod could log in.
    if (!s.token_keys.empty())
      return wrong(
          "--service-account-key-file does not hold the public half of --service-account-signing-key-file");
    s.token_keys.push_back(own);
  }
  s.signing_key = std::move(*key);
  return {};
}

Result<void> read_authentication(const Options& o, Settings& s) {
  if (o.service_account_issuers.empty())
    return wrong("--service-account-issuer is required: an https URL, as \"https://kubernetes.default.svc\"");
  for (const auto& issuer : o.service_account_issuers)
    if (!issuer.starts_with("https://"))
      return wrong("--service-account-issuer must be an https URL, not \"" + issuer + "\"");
  if (o.service_account_signing_key_file.empty())
    return wrong("--service-account-signing-key-file is required: the key that signs service account tokens");
  const auto longest =
      std::chrono::duration_cast<std::chrono::seconds>(o.service_account_max_token_expiration);
  if (longest.count() != 0 && (longest < std::chrono::hours(1) || longest.count() > std::int64_t{1} << 32))
    return wrong("--service-account-max-token-expiration must be 0, or from 1h to 2^32 seconds");
  s.anonymous = o.anonymous_auth;
  s.issuers = o.service_account_issuers;
  s.api_audiences = o.api_audiences;
  s.jwks_uri = o.service_account_jwks_uri;
  s.max_token_expiration = longest;
  s.extend_token_expiration = o.service_account_extend_token_expiration;
  return read_token_keys(o, s);
}

Result<void> read_authorization(const Options& o, Settings& s) {
  if (o.authorization_modes.empty())
    return wrong("--authorization-mode must name at least one mode: Node,RBAC");
  for (const auto& mode : o.authorization_modes) {
    if (mode != "Node" && mode != "RBAC" && mode != "AlwaysAllow" && mode != "AlwaysDeny")
      return wrong("--authorization-mode: \"" + mode + "\" is none of Node, RBAC, AlwaysAllow, AlwaysDeny");
    if (std::count(o.authorization_modes.begin(), o.authorization_modes.end(), mode) > 1)
      return wrong("--authorization-mode names " + mode + " twice");
  }
  s.authorization_modes = o.authorization_modes;
  if (o.default_not_ready_toleration_seconds < 0 || o.default_unreachable_toleration_seconds < 0)
    return wrong(
        "--default-not-ready-toleration-seconds and --default-unreachable-toleration-seconds must not be "
        "negative");
  s.admission.enable = o.enable_admission_plugins;
  s.admission.disable = o.disable_admission_plugins;
  s.admission.default_not_ready_toleration_seconds = o.default_not_ready_toleration_seconds;
  s.admission.default_unreachable_toleration_seconds = o.default_unreachable_toleration_seconds;
  if (auto chain = admission::Chain::make(s.admission); !chain) return chain.error();
  return {};
}

Result<void> read_services(const Options& o, Settings& s) {
  for (const auto& text : o.service_cluster_ip_ranges) {
    auto range = allocation::IpRange::parse(text);
    if (!range) return wrong("--service-cluster-ip-range: " + range.error().message);
    for (const auto& other : s.ip_ranges)
      if (other.family() == range->family())
        return wrong("--service-cluster-ip-range: at most one range a family, and both are " +
                     std::string(range->family()));
    s.ip_ranges.push_back(std::move(*range));
  }
  if (s.ip_ranges.empty()) return wrong("--service-cluster-ip-range must name a range, as \"10.96.0.0/12\"");
  auto ports = allocation::PortRange::parse(o.service_node_port_range);
  if (!ports) return wrong("--service-node-port-range: " + ports.error().message);
  s.port_range = *ports;
  return {};
}

Result<void> read_nodes(const Options& o, Settings& s) {
  if (o.kubelet_client_certificate.empty() != o.kubelet_client_key.empty())
    return wrong("--kubelet-client-certificate and --kubelet-client-key go together");
  s.kubelet_address_types = o.kubelet_preferred_address_types;
  if (o.kubelet_certificate_authority.empty()) return {};
  auto tls = http::TlsContext::client(
      {o.kubelet_client_certificate, o.kubelet_client_key, o.kubelet_certificate_authority});
  if (!tls)
    return wrong("--kubelet-client-certificate, -key, --kubelet-certificate-authority: " +
                 tls.error().message);
  s.kubelet_tls = std::move(*tls);
  return {};
}

Result<void> read_aggregation(const Options& o, Settings& s) {
  if (o.proxy_client_cert_file.empty() != o.proxy_client_key_file.empty())
    return wrong("--proxy-client-cert-file and --proxy-client-key-file go together");
  struct File {
    const char* flag;
    const std::string& path;
    std::string& text;
  };
  const File files[] = {
      {"--proxy-client-cert-file", o.proxy_client_cert_file, s.proxy_client_certificate},
      {"--proxy-client-key-file", o.proxy_client_key_file, s.proxy_client_key},
      {"--requestheader-client-ca-file", o.requestheader_client_ca_file, s.request_header.client_ca}};
  for (const auto& file : files) {
    if (file.path.empty()) continue;
    auto read = read_file(file.flag, file.path);
    if (!read) return read.error();
    file.text = std::move(*read);
  }
  s.request_header.allowed_names = o.requestheader_allowed_names;
  return {};
}

Result<void> read_api(const Options& o, Settings& s) {
  auto served = discovery::RuntimeConfig::parse(o.runtime_config);
  if (!served) return wrong("--runtime-config: " + served.error().message);
  s.served = std::move(*served);
  if (o.max_requests_inflight < 0 || o.max_mutating_requests_inflight < 0)
    return wrong("--max-requests-inflight and --max-mutating-requests-inflight must not be negative");
  if (o.min_request_timeout < 1) return wrong("--min-request-timeout must be at least 1");
  if (o.shutdown_delay_duration.count() < 0) return wrong("--shutdown-delay-duration must not be negative");
  s.max_requests_inflight = o.max_requests_inflight;
  s.max_mutating_requests_inflight = o.max_mutating_requests_inflight;
  s.min_request_timeout = std::chrono::seconds(o.min_request_timeout);
  s.shutdown_delay = o.shutdown_delay_duration;
  return {};
}

}  // namespace

Result<Settings> read_settings(const Options& options) {
  Settings settings;
  for (const auto read : {&read_serving, &read_storage, &read_authentication, &read_authorization,
                          &read_services, &read_nodes, &read_aggregation, &read_api})
    if (auto done = read(options, settings); !done) return done.error();
  return settings;
}

}  // namespace apiserver
