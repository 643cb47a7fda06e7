#include "apiserver/proxy/service_endpoint.hpp"
#include <atomic>
#include "api/object.hpp"
#include "apiserver/proxy/backends.hpp"

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
  const auto backends = ready_backends(lookup, ns, name, api::get_string(*of_service, {"name"}));
  if (backends.empty())
    return StatusError::service_unavailable("no endpoints available for service \"" + name + "\"");
  static std::atomic<std::size_t> turn{0};
  const auto& next = backends[turn++ % backends.size()];
  return ServiceEndpoint{"https://" + with_port(next.address, next.port) + "#" + dns_name, host};
}

}  // namespace apiserver::proxy
