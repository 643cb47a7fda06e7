#include "apiserver/proxy/backends.hpp"
#include "api/object.hpp"

namespace apiserver::proxy {
namespace {

namespace json = boost::json;
using api::Object;

std::int64_t port_called(const json::array* ports, std::string_view name) {
  for (std::size_t i = 0; ports && i < ports->size(); ++i) {
    const auto& port = (*ports)[i].as_object();
    if (api::get_string(port, {"name"}) == name) return api::get_int(port, {"port"}).value_or(0);
  }
  return 0;
}

void add_slice(const Object& slice, std::string_view port, std::vector<Backend>& out) {
  const auto number = port_called(api::get_array(slice, {"ports"}), port);
  const auto* endpoints = api::get_array(slice, {"endpoints"});
  for (std::size_t i = 0; number != 0 && endpoints && i < endpoints->size(); ++i) {
    const auto& entry = (*endpoints)[i].as_object();
    const auto* ready = api::get(entry, "conditions", "ready");
    const auto* addresses = api::get_array(entry, {"addresses"});
    if ((ready && ready->is_bool() && !ready->get_bool()) || !addresses || addresses->empty()) continue;
    out.push_back({std::string(addresses->front().as_string()), number});
  }
}

void add_subset(const Object& subset, std::string_view port, std::vector<Backend>& out) {
  const auto number = port_called(api::get_array(subset, {"ports"}), port);
  const auto* addresses = api::get_array(subset, {"addresses"});
  for (std::size_t i = 0; number != 0 && addresses && i < addresses->size(); ++i)
    out.push_back({std::string(api::get_string((*addresses)[i].as_object(), {"ip"})), number});
}

}  // namespace

std::vector<Backend> ready_backends(const ObjectLookup& objects, std::string_view ns,
                                    std::string_view service, std::string_view port) {
  std::vector<Backend> out;
  for (const auto& slice : objects.list("discovery.k8s.io", "endpointslices", ns))
    if (api::get_string(*slice, {"metadata", "labels", "kubernetes.io/service-name"}) == service)
      add_slice(*slice, port, out);
  if (!out.empty()) return out;
  const auto endpoints = objects.get("", "endpoints", ns, service);
  const auto* subsets = endpoints ? api::get_array(*endpoints, {"subsets"}) : nullptr;
  for (std::size_t i = 0; subsets && i < subsets->size(); ++i)
    add_subset((*subsets)[i].as_object(), port, out);
  return out;
}

}  // namespace apiserver::proxy
