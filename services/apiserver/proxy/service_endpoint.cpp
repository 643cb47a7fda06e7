#include "apiserver/proxy/service_endpoint.hpp"
#include <atomic>
#include <vector>
#include "api/object.hpp"

namespace apiserver::proxy {
namespace {

using api::Object;
using api::StatusError;
using api::StatusOr;

const Object* port_of(const Object& service, std::int64_t port) {
  const auto* ports = api::get_array(service, {"spec", "ports"});
  for (std::size_t i = 0; ports && i < ports->size(); ++i)
    if ((*ports)[i].is_object() && api::get_int((*ports)[i].get_object(), {"port"}) == port)
      return &(*ports)[i].get_object();
  return nullptr;
}

std::string with_port(std::string_view address, std::int64_t port) {
  const bool v6 = address.find(':') != std::string_view::npos;
  return (v6 ? "[" + std::string(address) + "]" : std::string(address)) + ":" + std::to_string(port);
}

void add_slice(const Object& slice, std::string_view port_name, std::vector<std::string>& out) {
  std::int64_t target = 0;
  if (const auto* ports = api::get_array(slice, {"ports"}))
    for (const auto& p : *ports)
      if (p.is_object() && api::get_string(p.get_object(), {"name"}) == port_name)
        target = api::get_int(p.get_object(), {"port"}).value_or(0);
  const auto* endpoints = api::get_array(slice, {"endpoints"});
  for (std::size_t i = 0; target && endpoints && i < endpoints->size(); ++i) {
    if (!(*endpoints)[i].is_object()) continue;
    const auto& e = (*endpoints)[i].get_object();
    const auto* ready = api::get(e, "conditions", "ready");
    const auto* addresses = api::get_array(e, {"addresses"});
    if ((ready && ready->is_bool() && !ready->get_bool()) || !addresses || addresses->empty()) continue;
    if ((*addresses)[0].is_string()) out.push_back(with_port((*addresses)[0].get_string(), target));
  }
}

void add_subset(const Object& subset, std::string_view port_name, std::vector<std::string>& out) {
  std::int64_t target = 0;
  if (const auto* ports = api::get_array(subset, {"ports"}))
    for (const auto& p : *ports)
      if (p.is_object() && api::get_string(p.get_object(), {"name"}) == port_name)
        target = api::get_int(p.get_object(), {"port"}).value_or(0);
  const auto* addresses = api::get_array(subset, {"addresses"});
  for (std::size_t i = 0; target && addresses && i < addresses->size(); ++i)
    if ((*addresses)[i].is_object())
      out.push_back(with_port(api::get_string((*addresses)[i].get_object(), {"ip"}), target));
}

std::vector<std::string> ready_addresses(const ObjectLookup& lookup, const std::string& ns,
                                         const std::string& name, std::string_view port_name) {
  std::vector<std::string> out;
  for (const auto& slice : lookup.list("discovery.k8s.io", "endpointslices", ns)) {
    const auto* labels = api::labels_of(*slice);
    if (labels && api::get_string(*labels, {"kubernetes.io/service-name"}) == name)
      add_slice(*slice, port_name, out);
  }
  if (!out.empty()) return out;
  // Endpoints that somebody wrote by hand, before they are mirrored.
  const auto endpoints = lookup.get("", "endpoints", ns, name);
  const auto* subsets = endpoints ? api::get_array(*endpoints, {"subsets"}) : nullptr;
  for (std::size_t i = 0; subsets && i < subsets->size(); ++i)
    if ((*subsets)[i].is_object()) add_subset((*subsets)[i].get_object(), port_name, out);
  return out;
}

}  // namespace

StatusOr<ServiceEndpoint> service_endpoint(const ObjectLookup& lookup, const std::string& ns,
                                           const std::string& name, std::int64_t port) {
  const auto service = lookup.get("", "services", ns, name);
  if (!service) return StatusError::service_unavailable("service \"" + name + "\" not found");
  const auto dns_name = name + "." + ns + ".svc";
  const auto host = dns_name + ":" + std::to_string(port);
  if (api::get_string(*service, {"spec", "type"}) == "ExternalName") {
    const std::string external(api::get_string(*service, {"spec", "externalName"}));
    return ServiceEndpoint{"https://" + with_port(external, port) + "#" + dns_name, host};
  }
  const auto* of_service = port_of(*service, port);
  if (!of_service)
    return StatusError::service_unavailable("no service port " + std::to_string(port) +
                                            " found for service \"" + name + "\"");
  const auto addresses = ready_addresses(lookup, ns, name, api::get_string(*of_service, {"name"}));
  if (addresses.empty())
    return StatusError::service_unavailable("no endpoints available for service \"" + name + "\"");
  static std::atomic<std::size_t> turn{0};
  return ServiceEndpoint{"https://" + addresses[turn++ % addresses.size()] + "#" + dns_name, host};
}

}  // namespace apiserver::proxy
