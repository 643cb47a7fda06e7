#pragma once
#include <chrono>
#include <string>
#include <vector>
#include "base/flags.hpp"
#include "node-agent/node/node_object.hpp"

namespace node_agent {

/// What the command line and the configuration file say. Names, defaults and meanings are the kubelet's; what
/// it has no word for is ours: --runtime, --process-network, --hollow-nodes.
struct AgentOptions {
  std::string kubeconfig, config;  ///< `config`: a KubeletConfiguration file, see load_configuration.

  std::string hostname_override;  ///< Empty: the machine's name.
  std::string node_ip;            ///< Empty: where the machine reaches the API server from.
  std::vector<std::string> node_labels, register_with_taints;
  int max_pods = 110;
  std::vector<std::string> eviction_hard = {"memory.available<100Mi", "nodefs.available<10%",
                                            "nodefs.inodesFree<5%", "imagefs.available<15%"};
  std::chrono::nanoseconds node_status_update_frequency = std::chrono::seconds(10);
  std::chrono::nanoseconds node_status_report_frequency = std::chrono::minutes(5);

  std::string address = "0.0.0.0";
  int port = 10250;
  std::string tls_cert_file, tls_private_key_file, client_ca_file;

  std::string root_dir = "/var/lib/kubelet";
  std::string runtime = "process";       ///< "process" or "hollow".
  std::string process_network = "auto";  ///< "auto", "netns" or "loopback".
  std::string pod_cidr;                  ///< Of pods in network namespaces. Empty: the runtime's own.
  int hollow_nodes = 0;                  ///< Many nodes in this process: NAME-0000, NAME-0001, ...
  std::string cluster_domain = "cluster.local";
  std::vector<std::string> cluster_dns;
  std::string container_log_max_size = "10Mi";
  int container_log_max_files = 5;

  void add_to(base::Flags& flags);
};

/// The bounds of a container's log files.
struct LogLimits {
  std::int64_t bytes_max = 0;  ///< Of one file.
  int files_max = 0;           ///< Of one container, the current one included.
};
base::Result<LogLimits> log_limits(const AgentOptions& options);

/// The names of the nodes this process is: one, or --hollow-nodes of them.
std::vector<std::string> node_names(const AgentOptions& options);

/// The settings of the node `name`; `runtime_version` as the node reports it. Errors: invalid_argument naming
/// the flag.
base::Result<node::NodeSettings> node_settings(const AgentOptions& options, const std::string& name,
                                               std::string runtime_version);

/// What no part checks when it takes its share. Errors: invalid_argument naming the flag.
base::Result<void> validate(const AgentOptions& options);

}  // namespace node_agent
