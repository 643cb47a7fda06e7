#include "node-agent/host/pod_dns.hpp"
#include <algorithm>
#include <sstream>

namespace node_agent::host {

namespace core = api::core::v1;

namespace {

constexpr std::size_t servers_max = 3, searches_max = 32, search_characters_max = 2048, hostname_max = 63;

bool in_host_network(const core::Pod& pod) {
  return pod.spec.host_network.value_or(false);
}

/// Of a policy's two forms for pods in the host's network and others, the one that applies.
bool wants_cluster_dns(const core::Pod& pod) {
  const auto& policy = pod.spec.dns_policy;
  if (policy == "ClusterFirstWithHostNet") return true;
  return (policy.empty() || policy == "ClusterFirst") && !in_host_network(pod);
}

void add(std::vector<std::string>& to, const std::vector<std::string>& more) {
  for (const auto& m : more)
    if (std::find(to.begin(), to.end(), m) == to.end()) to.push_back(m);
}

/// "ndots" of "ndots:5".
std::string option_name(const std::string& option) {
  return option.substr(0, option.find(':'));
}

void add_options(std::vector<std::string>& to, const std::vector<core::PodDNSConfigOption>& more) {
  for (const auto& m : more) {
    std::erase_if(to, [&](const auto& o) { return option_name(o) == m.name; });
    to.push_back(m.value.empty() ? m.name : m.name + ":" + m.value);
  }
}

void limit(DnsConfig& dns) {
  if (dns.servers.size() > servers_max) dns.servers.resize(servers_max);
  if (dns.searches.size() > searches_max) dns.searches.resize(searches_max);
  std::size_t characters = 0, kept = 0;
  for (const auto& s : dns.searches) {
    characters += s.size() + (kept > 0 ? 1 : 0);
    if (characters > search_characters_max) break;
    ++kept;
  }
  dns.searches.resize(kept);
}

}  // namespace

DnsConfig parse_resolv_conf(std::string_view text) {
  DnsConfig out;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key, word;
    words >> key;
    auto* list = key == "nameserver" ? &out.servers
                 : key == "search"   ? &out.searches
                 : key == "options"  ? &out.options
                                     : nullptr;
    if (!list) continue;
    // The last search line counts; servers and options add up.
    if (key == "search") out.searches.clear();
    while (words >> word && word.front() != '#' && word.front() != ';')
      list->push_back(word);
  }
  return out;
}

bool misses_cluster_dns(const core::Pod& pod, const std::vector<std::string>& cluster_dns) {
  return cluster_dns.empty() && wants_cluster_dns(pod);
}

DnsConfig pod_dns(const core::Pod& pod, const std::vector<std::string>& cluster_dns,
                  const std::string& cluster_domain, const DnsConfig& host) {
  DnsConfig out;
  if (wants_cluster_dns(pod) && !cluster_dns.empty()) {
    out.servers = cluster_dns;
    const std::string svc = "svc." + cluster_domain;
    if (!cluster_domain.empty()) out.searches = {pod.metadata.namespace_ + "." + svc, svc, cluster_domain};
    add(out.searches, host.searches);
    out.options = {"ndots:5"};
  } else if (pod.spec.dns_policy != "None") {
    out = host;
  }
  if (const auto& own = pod.spec.dns_config) {
    add(out.servers, own->nameservers);
    add(out.searches, own->searches);
    add_options(out.options, own->options);
  }
  limit(out);
  return out;
}

PodNames pod_names(const core::Pod& pod, const std::string& cluster_domain, const std::string& machine) {
  PodNames out;
  const auto& spec = pod.spec;
  if (!spec.hostname_override.empty()) {
    out.hostname = spec.hostname_override;
    return out;
  }
  if (in_host_network(pod)) {
    out.hostname = machine;
    return out;
  }
  out.hostname = (spec.hostname.empty() ? pod.metadata.name : spec.hostname).substr(0, hostname_max);
  while (!out.hostname.empty() && (out.hostname.back() == '-' || out.hostname.back() == '.'))
    out.hostname.pop_back();
  if (!spec.subdomain.empty())
    out.domain = spec.subdomain + "." + pod.metadata.namespace_ + ".svc." + cluster_domain;
  if (spec.set_hostname_as_fqdn.value_or(false) && !out.domain.empty()) out.hostname += "." + out.domain;
  return out;
}

std::string hosts_file(const core::Pod& pod, const std::vector<std::string>& pod_ips, const PodNames& names,
                       const std::string& machine_hosts) {
  std::string out;
  if (in_host_network(pod)) {
    out = "# Kubernetes-managed hosts file (host network).\n" + machine_hosts;
  } else {
    out =
        "# Kubernetes-managed hosts file.\n"
        "127.0.0.1\tlocalhost\n"
        "::1\tlocalhost ip6-localhost ip6-loopback\n"
        "fe00::0\tip6-localnet\n"
        "fe00::0\tip6-mcastprefix\n"
        "fe00::1\tip6-allnodes\n"
        "fe00::2\tip6-allrouters\n";
    for (const auto& ip : pod_ips)
      out += ip + "\t" + (names.domain.empty() ? "" : names.hostname + "." + names.domain + "\t") +
             names.hostname + "\n";
  }
  if (pod.spec.host_aliases.empty()) return out;
  out += "\n# Entries added by HostAliases.\n";
  for (const auto& alias : pod.spec.host_aliases) {
    out += alias.ip;
    for (const auto& name : alias.hostnames)
      out += "\t" + name;
    out += "\n";
  }
  return out;
}

}  // namespace node_agent::host
