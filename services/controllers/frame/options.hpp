#pragma once
#include <chrono>
#include <string>
#include <vector>
#include "base/flags.hpp"
#include "frame/frame.hpp"

namespace controllers {

/// Everything that can be set, under kube-controller-manager's names and with its defaults.
struct Options {
  // Where the API server is, and as whom.
  std::string kubeconfig;
  bool use_service_account_credentials = false;

  /// The operator's endpoints; port 0: none.
  ::frame::ServingFlags serving{.secure_port = 10257};

  // Leader election.
  bool leader_elect = true;
  std::string leader_elect_namespace = "kube-system", leader_elect_name = "kube-controller-manager";
  std::chrono::nanoseconds lease_duration = std::chrono::seconds(15),
                           renew_deadline = std::chrono::seconds(10), retry_period = std::chrono::seconds(2);

  // Which controllers run: "*" all, "foo" also foo, "-foo" not foo.
  std::vector<std::string> controllers = {"*"};

  int concurrent_replicaset_syncs = 5, concurrent_rc_syncs = 5, concurrent_deployment_syncs = 5;
  int concurrent_endpoint_syncs = 5, concurrent_service_endpoint_syncs = 5, max_endpoints_per_slice = 100;
  int concurrent_namespace_syncs = 10, concurrent_serviceaccount_token_syncs = 5, concurrent_gc_syncs = 20;

  std::string root_ca_file;                      ///< Empty: kube-root-ca.crt is not published.
  std::string root_ca;                           ///< Its contents, read by `load_files`.
  std::string service_account_private_key_file;  ///< Accepted; tokens are issued by the API server.
  std::string cluster_cidr, cluster_name = "kubernetes";
  bool allocate_node_cidrs = false;

  std::chrono::nanoseconds node_monitor_period = std::chrono::seconds(5),
                           node_monitor_grace_period = std::chrono::seconds(50),
                           node_startup_grace_period = std::chrono::seconds(60);
  double node_eviction_rate = 0.1, secondary_node_eviction_rate = 0.01, unhealthy_zone_threshold = 0.55;
  int large_cluster_size_threshold = 50;
  int terminated_pod_gc_threshold = 12500;
};

/// Registers every option; `options` must outlive `flags.parse`.
void add_flags(base::Flags& flags, Options& options);

/// Errors: invalid_argument naming the flag.
base::Result<void> validate(const Options& options);

/// Reads the files that options name. Blocking: for start-up. Errors: invalid_argument naming the flag and
/// file.
base::Result<void> load_files(Options& options);

/// Whether `--controllers=list` wants the controller of that name or aliases. The last mention wins; without
/// one, "*".
bool wants(const std::vector<std::string>& list, const std::string& name,
           const std::vector<std::string>& aliases);

}  // namespace controllers
