#include "node-agent/service/options.hpp"
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include "api/names.hpp"
#include "api/quantity.hpp"

namespace node_agent {

using base::Errc;
using base::Error;

namespace {

constexpr int hollow_nodes_max = 10'000;

Error wrong(std::string flag, const std::string& why) {
  return {Errc::invalid_argument, "--" + std::move(flag) + ": " + why};
}

/// The kubelet's rule: the machine's name in lower case.
std::string machine_name() {
  char name[256] = "localhost";
  gethostname(name, sizeof name - 1);
  std::string out = name;
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// The address packets to elsewhere leave from. Nothing is sent: a UDP socket is only given a destination.
std::string machine_ip() {
  std::string out = "127.0.0.1";
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return out;
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(9);
  inet_pton(AF_INET, "192.0.2.1", &there.sin_addr);  // RFC 5737: nobody's.
  sockaddr_in here{};
  socklen_t size = sizeof here;
  char text[INET_ADDRSTRLEN] = {};
  if (connect(fd, reinterpret_cast<sockaddr*>(&there), sizeof there) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&here), &size) == 0 &&
      inet_ntop(AF_INET, &here.sin_addr, text, sizeof text))
    out = text;
  close(fd);
  return out;
}

bool is_one_of(const std::string& word, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* w) { return word == w; });
}

}  // namespace

void AgentOptions::add_to(base::Flags& flags) {
  flags.section("API server and node")
      .add("kubeconfig", &kubeconfig, "how to reach the API server, and as whom")
      .add("config", &config, "a KubeletConfiguration file (v1beta1); flags of the command line win over it")
      .add("hostname-override", &hostname_override, "the node's name, if not the machine's")
      .add("node-ip", &node_ip, "the node's address, if not the one it reaches others from")
      .add("node-labels", &node_labels, "labels of the node, key=value")
      .add("register-with-taints", &register_with_taints, "taints of a new node, key=value:Effect")
      .add("max-pods", &max_pods, "how many pods the node takes")
      .add("eviction-hard", &eviction_hard,
           "below what the node counts as under pressure: memory.available<100Mi,nodefs.available<10%")
      .add("node-status-update-frequency", &node_status_update_frequency,
           "how often the node looks for changes of its status")
      .add("node-status-report-frequency", &node_status_report_frequency,
           "how often it reports a status that did not change");
  flags.section("Serving")
      .add("address", &address, "the address to listen on")
      .add("port", &port, "the port for HTTPS")
      .add("tls-cert-file", &tls_cert_file,
           "the serving certificate (PEM, with its chain), read again when it changes; without one a "
           "self-signed one is made")
      .add("tls-private-key-file", &tls_private_key_file, "the key of --tls-cert-file")
      .add("client-ca-file", &client_ca_file, "the authority whose client certificates are accepted");
  flags.section("Pods")
      .add("root-dir", &root_dir, "where pods, their volumes and their logs are kept")
      .add("runtime", &runtime,
           "process: containers are processes of this machine; hollow: they are only pretended, for tests")
      .add(
          "process-network", &process_network,
          "of the process runtime. netns: a network namespace a pod; loopback: an address out of 127.0.0.0/8 "
          "a pod, which the process has to bind; auto: loopback, which works everywhere")
      .add("pod-cidr", &pod_cidr,
           "addresses of pods in network namespaces; each node of a machine has its own")
      .add("hollow-nodes", &hollow_nodes,
           "with --runtime=hollow: be so many nodes, named after the node with -0000, -0001, ... added; the "
           "kubeconfig's user must be allowed to be all of them")
      .add("cluster-domain", &cluster_domain, "the domain of the cluster's DNS names")
      .add("cluster-dns", &cluster_dns, "addresses of the cluster's DNS servers, for the pods")
      .add("container-log-max-size", &container_log_max_size, "how big a container's log file gets")
      .add("container-log-max-files", &container_log_max_files, "how many of them are kept, at least 2");
}

base::Result<LogLimits> log_limits(const AgentOptions& o) {
  const auto size = api::Quantity::parse(o.container_log_max_size);
  if (!size) return wrong("container-log-max-size", size.error().message);
  LogLimits limits;
  limits.bytes_max = size->value();
  limits.files_max = o.container_log_max_files;
  if (limits.bytes_max <= 0) return wrong("container-log-max-size", "must be positive");
  if (limits.files_max < 2) return wrong("container-log-max-files", "must be greater than 1");
  return limits;
}

std::vector<std::string> node_names(const AgentOptions& o) {
  const std::string name = o.hostname_override.empty() ? machine_name() : o.hostname_override;
  if (o.hollow_nodes == 0) return {name};
  std::vector<std::string> out;
  for (int i = 0; i < o.hollow_nodes; ++i) {
    char suffix[16];
    std::snprintf(suffix, sizeof suffix, "-%04d", i);
    out.push_back(name + suffix);
  }
  return out;
}

base::Result<node::NodeSettings> node_settings(const AgentOptions& o, const std::string& name,
                                               std::string runtime_version) {
  node::NodeSettings s;
  s.name = name;
  s.ip = o.node_ip.empty() ? machine_ip() : o.node_ip;
  s.port = static_cast<std::uint16_t>(o.port);
  s.pods_max = o.max_pods;
  s.runtime_version = std::move(runtime_version);
  auto labels = node::parse_labels(o.node_labels);
  if (!labels) return wrong("node-labels", labels.error().message);
  s.labels = std::move(*labels);
  for (const auto& text : o.register_with_taints) {
    auto taint = node::parse_taint(text);
    if (!taint) return wrong("register-with-taints", taint.error().message);
    s.taints.push_back(std::move(*taint));
  }
  std::string thresholds;
  for (const auto& term : o.eviction_hard)
    thresholds += (thresholds.empty() ? "" : ",") + term;
  auto eviction = node::EvictionThresholds::parse(thresholds);
  if (!eviction) return wrong("eviction-hard", eviction.error().message);
  s.eviction = *eviction;
  return s;
}

base::Result<void> validate(const AgentOptions& o) {
  if (!is_one_of(o.runtime, {"process", "hollow"}))
    return wrong("runtime", "must be process or hollow, not \"" + o.runtime + "\"");
  if (!is_one_of(o.process_network, {"auto", "netns", "loopback"}))
    return wrong("process-network", "must be auto, netns or loopback, not \"" + o.process_network + "\"");
  if (o.hollow_nodes < 0 || o.hollow_nodes > hollow_nodes_max)
    return wrong("hollow-nodes", "must be between 0 and " + std::to_string(hollow_nodes_max));
  if (o.hollow_nodes > 0 && o.runtime != "hollow")
    return wrong("hollow-nodes", "goes with --runtime=hollow only");
  if (o.port < 1 || o.port > 65535) return wrong("port", "must be between 1 and 65535");
  if (o.max_pods < 0) return wrong("max-pods", "must not be negative");
  if (o.node_status_update_frequency <= std::chrono::nanoseconds(0))
    return wrong("node-status-update-frequency", "must be positive");
  if (o.node_status_report_frequency <= std::chrono::nanoseconds(0))
    return wrong("node-status-report-frequency", "must be positive");
  if (!o.root_dir.starts_with('/')) return wrong("root-dir", "must be an absolute path");
  for (const auto& name : node_names(o))
    if (const auto fault = api::names::dns1123_subdomain(name))
      return wrong("hostname-override", "\"" + name + "\" cannot be a node's name: " + *fault);
  if (auto limits = log_limits(o); !limits) return limits.error();
  auto settings = node_settings(o, node_names(o).front(), "");
  if (!settings) return settings.error();
  return {};
}

}  // namespace node_agent
