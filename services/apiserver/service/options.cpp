#include "apiserver/service/options.hpp"

namespace apiserver {
namespace {

void add_storage(base::Flags& flags, Options& o) {
  flags.section("Storage")
      .add("etcd-servers", &o.etcd_servers,
           "where the store is (raft-store or etcd): \"https://127.0.0.1:2379\", several with commas")
      .add("etcd-cafile", &o.etcd_cafile, "the authority of the store's certificates")
      .add("etcd-certfile", &o.etcd_certfile, "the client certificate shown to the store")
      .add("etcd-keyfile", &o.etcd_keyfile, "the key of --etcd-certfile")
      .add("etcd-compaction-interval", &o.etcd_compaction_interval,
           "how often old revisions are dropped; each lives at least that long; 0: never")
      .add("event-ttl", &o.event_ttl, "how long events are kept");
}

void add_authentication(base::Flags& flags, Options& o) {
  flags.section("Authentication")
      .add("anonymous-auth", &o.anonymous_auth,
           "let requests without credentials reach the health paths and /version")
      .add("service-account-issuer", &o.service_account_issuers,
           "the issuer of service account tokens, an https URL; further ones are accepted too")
      .add("service-account-key-file", &o.service_account_key_files,
           "keys (PEM, public or private) that verify service account tokens")
      .add("service-account-signing-key-file", &o.service_account_signing_key_file,
           "the key (PEM) that signs service account tokens")
      .add("service-account-jwks-uri", &o.service_account_jwks_uri,
           "where verifiers find the keys, if not at this server's /openid/v1/jwks")
      .add("service-account-max-token-expiration", &o.service_account_max_token_expiration,
           "the longest life of a token; 0: no limit")
      .add("service-account-extend-token-expiration", &o.service_account_extend_token_expiration,
           "let pods' tokens live for a year, for clients that do not renew them")
      .add("api-audiences", &o.api_audiences, "what a token may be meant for; default: the issuers");
}

void add_authorization(base::Flags& flags, Options& o) {
  flags.section("Authorization and admission")
      .add("authorization-mode", &o.authorization_modes,
           "asked in order until one has an opinion: Node, RBAC, AlwaysAllow, AlwaysDeny")
      .add("enable-admission-plugins", &o.enable_admission_plugins, "plugins to run beside the default ones")
      .add("disable-admission-plugins", &o.disable_admission_plugins, "plugins not to run")
      .add("default-not-ready-toleration-seconds", &o.default_not_ready_toleration_seconds,
           "how long pods that do not say so stay on a node that is not ready")
      .add("default-unreachable-toleration-seconds", &o.default_unreachable_toleration_seconds,
           "how long pods that do not say so stay on a node that cannot be reached");
}

void add_services_and_nodes(base::Flags& flags, Options& o) {
  flags.section("Services and nodes")
      .add("service-cluster-ip-range", &o.service_cluster_ip_ranges,
           "the CIDR that Services' addresses come from; two, one a family, for dual stack")
      .add("service-node-port-range", &o.service_node_port_range,
           "the ports of Services on nodes, both ends included")
      .add("kubelet-client-certificate", &o.kubelet_client_certificate,
           "the client certificate shown to nodes")
      .add("kubelet-client-key", &o.kubelet_client_key, "the key of --kubelet-client-certificate")
      .add("kubelet-certificate-authority", &o.kubelet_certificate_authority,
           "the authority of the nodes' certificates")
      .add("kubelet-preferred-address-types", &o.kubelet_preferred_address_types,
           "which address of a node to use, in order")
      .add("proxy-client-cert-file", &o.proxy_client_cert_file,
           "the client certificate shown to extension API servers")
      .add("proxy-client-key-file", &o.proxy_client_key_file, "the key of --proxy-client-cert-file")
      .add("requestheader-client-ca-file", &o.requestheader_client_ca_file,
           "the authority of that certificate, which extension API servers are told to trust")
      .add("requestheader-allowed-names", &o.requestheader_allowed_names,
           "common names that such a certificate may have; none given: any");
}

void add_api(base::Flags& flags, Options& o) {
  flags.section("API")
      .add("advertise-address", &o.advertise_address,
           "where other members of the cluster reach this server; default: --bind-address, or this machine's "
           "first "
           "address if that is any")
      .add("runtime-config", &o.runtime_config, "versions to serve or not: \"api/beta=true,apps/v1=false\"")
      .add("max-requests-inflight", &o.max_requests_inflight,
           "reads at once; more are asked to come again; 0: no limit")
      .add("max-mutating-requests-inflight", &o.max_mutating_requests_inflight, "the same for writes")
      .add("min-request-timeout", &o.min_request_timeout,
           "seconds a watch lives at least, if its client names no time; at most twice this")
      .add("shutdown-delay-duration", &o.shutdown_delay_duration,
           "how long requests are served as ever after a signal while /readyz fails, so that load balancers "
           "notice");
}

}  // namespace

Options::Options() {
  serving.secure_port = 6443;
}

void Options::add_to(base::Flags& flags) {
  serving.add_to(flags);
  add_api(flags, *this);
  add_storage(flags, *this);
  add_authentication(flags, *this);
  add_authorization(flags, *this);
  add_services_and_nodes(flags, *this);
}

}  // namespace apiserver
