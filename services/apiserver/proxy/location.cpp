#include "apiserver/proxy/location.hpp"
#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <charconv>
#include <optional>
#include "apiserver/proxy/backends.hpp"
#include "apiserver/proxy/target.hpp"

namespace apiserver::proxy {
namespace {

namespace ip = boost::asio::ip;
namespace json = boost::json;
using api::Object;
using api::StatusError;
using api::StatusOr;

/// Where node-agents put pods that have no network of their own (services/node-agent/runtime).
const ip::network_v4 loopback_pods = ip::make_network_v4("127.64.0.0/10");

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::string endpoint(std::string_view scheme, std::string_view host, std::string_view port) {
  const bool v6 = host.find(':') != std::string_view::npos;
  std::string out(scheme.empty() ? "http" : scheme);
  out += v6 ? "://[" : "://";
  out += host;
  if (v6) out += ']';
  if (!port.empty()) (out += ':') += port;
  return out;
}

StatusError not_allowed() {
  return StatusError::bad_request("address not allowed");
}

bool is_port(std::string_view text) {
  const auto value = number(text);
  return value && *value > 0 && *value <= 65535;
}

std::string first_container_port(const Object& pod) {
  if (const auto* containers = api::get_array(pod, {"spec", "containers"}))
    for (const auto& container : *containers)
      if (const auto* ports = api::get_array(container.as_object(), {"ports"}); ports && !ports->empty())
        return std::to_string(api::get_int(ports->front().as_object(), {"containerPort"}).value_or(0));
  return {};
}

/// The name of the service's port that `port` (number or name) means.
StatusOr<std::string> port_name(const Object& service, const std::string& port) {
  const auto* ports = api::get_array(service, {"spec", "ports"});
  const auto wanted = number(port);
  if (!wanted) return port;
  for (std::size_t i = 0; ports && i < ports->size(); ++i) {
    const auto& entry = (*ports)[i].as_object();
    if (api::get_int(entry, {"port"}) == wanted) return std::string(api::get_string(entry, {"name"}));
  }
  return StatusError::service_unavailable("no service port " + port + " found for service \"" +
                                          std::string(api::name_of(service)) + "\"");
}

}  // namespace

StatusOr<ProxyName> ProxyName::parse(std::string_view kind, std::string_view text) {
  std::vector<std::string> parts;
  for (std::string_view rest = text;;) {
    const auto colon = rest.find(':');
    parts.emplace_back(rest.substr(0, colon));
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  ProxyName out;
  if (parts.size() == 1) out = {"", parts[0], ""};
  if (parts.size() == 2) out = {"", parts[0], parts[1]};
  if (parts.size() == 3) out = {parts[0], parts[1], parts[2]};
  const bool scheme_known = out.scheme.empty() || out.scheme == "http" || out.scheme == "https";
  if (out.name.empty() || !scheme_known)
    return StatusError::bad_request("invalid " + std::string(kind) + " request \"" + std::string(text) +
                                    "\"");
  return out;
}

StatusOr<Location> pod_location(const Object& pod, const ProxyName& name) {
  const std::string port = name.port.empty() ? first_container_port(pod) : name.port;
  const std::string address(api::get_string(pod, {"status", "podIP"}));
  if (!may_proxy_to(address)) return not_allowed();
  if (!port.empty() && !is_port(port))
    return StatusError::bad_request("invalid pod request \"" + name.name + ":" + port + "\"");
  return Location{endpoint(name.scheme, address, port)};
}

StatusOr<Location> service_location(const Object& service, const ProxyName& name, const ObjectLookup& objects,
                                    const Choose& choose) {
  const auto port = port_name(service, name.port);
  if (port.has_error()) return port.error();
  const auto found = ready_backends(objects, api::namespace_of(service), api::name_of(service), *port);
  if (found.empty())
    return StatusError::service_unavailable("no endpoints available for service \"" + name.name + "\"");
  const auto& chosen = found[choose(found.size())];
  if (!may_proxy_to(chosen.address)) return not_allowed();
  return Location{endpoint(name.scheme, chosen.address, std::to_string(chosen.port))};
}

StatusOr<Location> node_location(const Object& node, const ProxyName& name,
                                 const std::vector<std::string>& address_types) {
  auto agent = node_endpoint(node, address_types);
  if (agent.has_error()) return agent.error();
  const auto port_at = agent->rfind(':') + 1;
  const auto agent_port = agent->substr(port_at);
  if (name.port.empty() || name.port == agent_port) return Location{std::move(*agent), true};
  constexpr std::string_view https = "https://";
  std::string host = agent->substr(https.size(), port_at - 1 - https.size());
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  if (!is_port(name.port) || !may_proxy_to(host)) return not_allowed();
  return Location{endpoint(name.scheme, host, name.port)};
}

bool may_proxy_to(std::string_view text) {
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(text), error);
  if (error || address.is_unspecified() || address.is_multicast()) return false;
  if (address.is_v6()) {
    const auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) return may_proxy_to(ip::make_address_v4(ip::v4_mapped, v6).to_string());
    return !v6.is_loopback() && !v6.is_link_local();
  }
  const auto v4 = address.to_v4();
  const bool of_a_pod = loopback_pods.canonical() == ip::network_v4(v4, 10).canonical();
  const bool link_local = ip::network_v4(v4, 16).canonical() == ip::make_network_v4("169.254.0.0/16");
  const bool broadcast = v4 == ip::address_v4::broadcast();
  return (!v4.is_loopback() || of_a_pod) && !link_local && !broadcast;
}

std::string_view proxied_path(std::string_view path, bool namespaced) {
  // api/v1/namespaces/NS/pods/NAME/proxy, or api/v1/nodes/NAME/proxy; empty segments do not count.
  for (int segments = namespaced ? 7 : 5; segments > 0; --segments) {
    while (path.starts_with('/'))
      path.remove_prefix(1);
    const auto slash = path.find('/');
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  }
  return path;
}

}  // namespace apiserver::proxy
