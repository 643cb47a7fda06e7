#include "node-agent/environment/service_variables.hpp"
#include <utility>

namespace node_agent::environment {

namespace core = api::core::v1;
using Services = std::vector<std::shared_ptr<const core::Service>>;

namespace {

std::string variable_name(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// An IPv6 address goes into brackets before a port.
std::string host_and_port(const std::string& ip, int port) {
  const bool v6 = ip.find(':') != std::string::npos;
  return (v6 ? "[" + ip + "]" : ip) + ":" + std::to_string(port);
}

void add_service(const core::Service& s, std::map<std::string, std::string>& out) {
  const auto& ip = s.spec.cluster_ip;
  if (ip.empty() || ip == "None" || s.spec.ports.empty()) return;
  const std::string name = variable_name(s.metadata.name);
  out[name + "_SERVICE_HOST"] = ip;
  out[name + "_SERVICE_PORT"] = std::to_string(s.spec.ports.front().port);
  bool first = true;
  for (const auto& p : s.spec.ports) {
    const std::string protocol = p.protocol.empty() ? "TCP" : p.protocol, port = std::to_string(p.port);
    if (!p.name.empty()) out[name + "_SERVICE_PORT_" + variable_name(p.name)] = port;
    const std::string url = lower(protocol) + "://" + host_and_port(ip, p.port);
    if (std::exchange(first, false)) out[name + "_PORT"] = url;
    const std::string prefix = name + "_PORT_" + port + "_" + variable_name(lower(protocol));
    out[prefix] = url;
    out[prefix + "_PROTO"] = lower(protocol);
    out[prefix + "_PORT"] = port;
    out[prefix + "_ADDR"] = ip;
  }
}

}  // namespace

std::map<std::string, std::string> service_variables(const Services& own, const Services& masters,
                                                     bool links) {
  std::map<std::string, std::string> out;
  for (const auto& s : masters)
    if (s->metadata.name == "kubernetes") add_service(*s, out);
  // A service of the pod's own namespace comes before the master of the same name.
  if (links)
    for (const auto& s : own)
      add_service(*s, out);
  return out;
}

}  // namespace node_agent::environment
