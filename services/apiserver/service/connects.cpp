#include "apiserver/service/connects.hpp"
#include <random>

namespace apiserver {
namespace {

using api::StatusError;
using api::StatusOr;
using request::Request;

base::Awaitable<StatusOr<SharedObject>> find(registry::Registry& registry, const Request& r,
                                             std::string name) {
  const std::string ns = r.resource->namespaced ? r.info.ns : "";
  auto found = co_await registry.find(r.resource, ns, std::move(name));
  if (!found) co_return found.error();
  co_return SharedObject(std::make_shared<const api::Object>((*found)->parse()));
}

request::Connect to_node(registry::Registry& registry, proxy::NodeProxy* nodes) {
  return [&registry, nodes](const Request& r) -> base::Awaitable<StatusOr<void>> {
    auto pod = co_await find(registry, r, r.info.name);
    if (!pod) co_return pod.error();
    if (!nodes)
      co_return StatusError::internal(
          "this server cannot reach nodes: it was started without --kubelet-certificate-authority");
    co_return co_await nodes->serve(r.exchange, std::move(*pod), r.info.subresource, r.query);
  };
}

request::Connect to_proxy(registry::Registry& registry, proxy::HttpProxy& proxy) {
  return [&registry, &proxy](const Request& r) -> base::Awaitable<StatusOr<void>> {
    const auto kind = r.info.resource.substr(0, r.info.resource.size() - 1);
    auto name = proxy::ProxyName::parse(kind, r.info.name);
    if (!name) co_return name.error();
    auto object = co_await find(registry, r, name->name);
    if (!object) co_return object.error();
    co_return co_await proxy.serve(r.exchange, std::move(*object), r.info.resource, std::move(*name));
  };
}

}  // namespace

std::map<std::string, request::Connect> connects(registry::Registry& registry, proxy::NodeProxy* nodes,
                                                 proxy::HttpProxy& proxy) {
  std::map<std::string, request::Connect> out;
  for (const auto* name : {"pods/log", "pods/exec", "pods/attach", "pods/portforward"})
    out[name] = to_node(registry, nodes);
  for (const auto* name : {"pods/proxy", "services/proxy", "nodes/proxy"})
    out[name] = to_proxy(registry, proxy);
  return out;
}

std::size_t any_of(std::size_t n) {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_int_distribution<std::size_t>(0, n - 1)(generator);
}

}  // namespace apiserver
