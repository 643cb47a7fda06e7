#pragma once
#include <string>
#include <string_view>
#include <vector>
#include "api/types/core_v1.hpp"

/// Names and name service of a pod. Pure.
namespace node_agent::host {

/// What a resolv.conf says.
struct DnsConfig {
  std::vector<std::string> servers, searches, options;
  friend bool operator==(const DnsConfig&, const DnsConfig&) = default;
};
DnsConfig parse_resolv_conf(std::string_view text);

/// What the pod's resolv.conf is to say, by its dnsPolicy and dnsConfig. `host`: the machine's own. At most 3
/// servers and 32 search domains (2,048 characters); what is past that is left out.
/// Source: "Pod's DNS Policy" in the Kubernetes reference.
DnsConfig pod_dns(const api::core::v1::Pod& pod, const std::vector<std::string>& cluster_dns,
                  const std::string& cluster_domain, const DnsConfig& host);
/// The pod asks for the cluster's name service, and there is none: it gets the machine's.
bool misses_cluster_dns(const api::core::v1::Pod& pod, const std::vector<std::string>& cluster_dns);

struct PodNames {
  std::string hostname;
  std::string domain;  ///< "sub.ns.svc.cluster.local"; empty: none.
};
/// `machine`: the machine's name, for pods in its network.
PodNames pod_names(const api::core::v1::Pod& pod, const std::string& cluster_domain,
                   const std::string& machine);

/// The pod's /etc/hosts. `machine_hosts`: the machine's own, for pods in its network.
std::string hosts_file(const api::core::v1::Pod& pod, const std::vector<std::string>& pod_ips,
                       const PodNames& names, const std::string& machine_hosts);

}  // namespace node_agent::host
