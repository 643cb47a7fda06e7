#include "controllers/frame/options.hpp"
#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace controllers {
namespace {

void add_connection_flags(base::Flags& f, Options& o) {
  f.section("API server")
      .add("kubeconfig", &o.kubeconfig,
           "Path to the kubeconfig file with the address and credentials of the API server.")
      .add("use-service-account-credentials", &o.use_service_account_credentials,
           "Use an individual service account's credentials for each controller.");
  o.serving.add_to(f);
  f.section("Leader election")
      .add("leader-elect", &o.leader_elect, "Work only while holding the lease, so that several may run.")
      .add("leader-elect-resource-namespace", &o.leader_elect_namespace, "The namespace of the lease.")
      .add("leader-elect-resource-name", &o.leader_elect_name, "The name of the lease.")
      .add("leader-elect-lease-duration", &o.lease_duration,
           "How long the others wait before they take an old lease.")
      .add("leader-elect-renew-deadline", &o.renew_deadline,
           "How long the holder tries to renew before it gives up.")
      .add("leader-elect-retry-period", &o.retry_period, "How long to wait between two tries.");
}

void add_loop_flags(base::Flags& f, Options& o) {
  f.section("Controllers")
      .add("controllers", &o.controllers, "What to run: '*' all, 'foo' also foo, '-foo' all but foo.")
      .add("concurrent-replicaset-syncs", &o.concurrent_replicaset_syncs, "ReplicaSets synced at once.")
      .add("concurrent-rc-syncs", &o.concurrent_rc_syncs, "ReplicationControllers synced at once.")
      .add("concurrent-deployment-syncs", &o.concurrent_deployment_syncs, "Deployments synced at once.")
      .add("concurrent-endpoint-syncs", &o.concurrent_endpoint_syncs,
           "Services whose Endpoints are synced at once.")
      .add("concurrent-service-endpoint-syncs", &o.concurrent_service_endpoint_syncs,
           "Services whose EndpointSlices are synced at once.")
      .add("max-endpoints-per-slice", &o.max_endpoints_per_slice, "The most endpoints in one EndpointSlice.")
      .add("concurrent-namespace-syncs", &o.concurrent_namespace_syncs, "Namespaces synced at once.")
      .add("concurrent-serviceaccount-token-syncs", &o.concurrent_serviceaccount_token_syncs,
           "Service account token objects synced at once.")
      .add("concurrent-gc-syncs", &o.concurrent_gc_syncs, "Objects the garbage collector works on at once.")
      .add("terminated-pod-gc-threshold", &o.terminated_pod_gc_threshold,
           "Terminated pods that may exist before the oldest are deleted; 0 or less: no limit.");
  f.section("Certificates and networks")
      .add("root-ca-file", &o.root_ca_file,
           "The CA published to every namespace in the ConfigMap kube-root-ca.crt.")
      .add("service-account-private-key-file", &o.service_account_private_key_file,
           "Accepted for compatibility: tokens are issued by the API server.")
      .add("cluster-name", &o.cluster_name, "The cluster's name.")
      .add("cluster-cidr", &o.cluster_cidr, "The pods' address range, used with --allocate-node-cidrs.")
      .add("allocate-node-cidrs", &o.allocate_node_cidrs, "Give each node a part of --cluster-cidr.");
}

void add_node_flags(base::Flags& f, Options& o) {
  f.section("Nodes")
      .add("node-monitor-period", &o.node_monitor_period, "How often every node's heartbeat is looked at.")
      .add("node-monitor-grace-period", &o.node_monitor_grace_period,
           "How long a node may be silent before its conditions become Unknown.")
      .add("node-startup-grace-period", &o.node_startup_grace_period,
           "The same for a node that has just started.")
      .add("node-eviction-rate", &o.node_eviction_rate,
           "Nodes a second that are tainted NoExecute in a healthy zone.")
      .add("secondary-node-eviction-rate", &o.secondary_node_eviction_rate,
           "The same in an unhealthy zone; none where the cluster is small.")
      .add("unhealthy-zone-threshold", &o.unhealthy_zone_threshold,
           "The part of a zone's nodes (at least 3) that makes it unhealthy when not Ready.")
      .add("large-cluster-size-threshold", &o.large_cluster_size_threshold,
           "Up to this many nodes a zone counts as small.");
}

base::Error wrong(const std::string& flag, const char* why) {
  return base::Error(base::Errc::invalid_argument, "--" + flag + ": " + why);
}

}  // namespace

void add_flags(base::Flags& flags, Options& options) {
  add_connection_flags(flags, options);
  add_loop_flags(flags, options);
  add_node_flags(flags, options);
}

base::Result<void> validate(const Options& o) {
  if (o.kubeconfig.empty()) return wrong("kubeconfig", "must be given");
  if (o.max_endpoints_per_slice < 1 || o.max_endpoints_per_slice > 1000)
    return wrong("max-endpoints-per-slice", "must be between 1 and 1000");
  const std::pair<const char*, int> concurrencies[] = {
      {"concurrent-replicaset-syncs", o.concurrent_replicaset_syncs},
      {"concurrent-rc-syncs", o.concurrent_rc_syncs},
      {"concurrent-deployment-syncs", o.concurrent_deployment_syncs},
      {"concurrent-endpoint-syncs", o.concurrent_endpoint_syncs},
      {"concurrent-service-endpoint-syncs", o.concurrent_service_endpoint_syncs},
      {"concurrent-namespace-syncs", o.concurrent_namespace_syncs},
      {"concurrent-gc-syncs", o.concurrent_gc_syncs}};
  for (const auto& [flag, n] : concurrencies)
    if (n < 1) return wrong(flag, "must be at least 1");
  if (o.lease_duration <= o.renew_deadline)
    return wrong("leader-elect-lease-duration", "must be greater than --leader-elect-renew-deadline");
  if (o.node_monitor_period <= std::chrono::nanoseconds(0))
    return wrong("node-monitor-period", "must be positive");
  return {};
}

base::Result<void> load_files(Options& o) {
  if (o.root_ca_file.empty()) return {};
  std::ifstream in(o.root_ca_file, std::ios::binary);
  if (!in) return wrong("root-ca-file", ("cannot read " + o.root_ca_file).c_str());
  o.root_ca.assign(std::istreambuf_iterator<char>(in), {});
  if (o.root_ca.find("-----BEGIN CERTIFICATE-----") == std::string::npos)
    return wrong("root-ca-file", (o.root_ca_file + " holds no certificate in PEM").c_str());
  return {};
}

bool wants(const std::vector<std::string>& list, const std::string& name,
           const std::vector<std::string>& aliases) {
  const auto is_this = [&](std::string_view text) {
    return text == name || std::find(aliases.begin(), aliases.end(), text) != aliases.end();
  };
  bool star = false;
  for (auto it = list.rbegin(); it != list.rend(); ++it) {
    if (is_this(*it)) return true;
    if (it->starts_with("-") && is_this(std::string_view(*it).substr(1))) return false;
    star = star || *it == "*";
  }
  return star;
}

}  // namespace controllers
