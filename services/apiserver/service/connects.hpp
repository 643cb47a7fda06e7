#pragma once
#include <cstddef>
#include <map>
#include <string>
#include "apiserver/proxy/http_proxy.hpp"
#include "apiserver/proxy/node_proxy.hpp"
#include "apiserver/registry/registry.hpp"
#include "apiserver/request/handler.hpp"

namespace apiserver {

/// What answers connections, by "resource/subresource": pods/log, pods/exec, ... by way of `nodes` (null:
/// this server has no means to reach nodes, and says so), and the proxy subresources. All must outlive what
/// is returned.
std::map<std::string, request::Connect> connects(registry::Registry& registry, proxy::NodeProxy* nodes,
                                                 proxy::HttpProxy& proxy);

/// A random number below `n`.
std::size_t any_of(std::size_t n);

}  // namespace apiserver
