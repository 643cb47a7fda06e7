#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>
#include "api/object.hpp"
#include "api/status.hpp"
#include "http/message.hpp"

/// Where a request about a running container goes on its node. Pure.
/// Source: the kubelet's endpoints, as upstream's API server calls them.
namespace apiserver::proxy {

/// An HTTPS endpoint of a node's agent.
struct Target {
  std::string endpoint;  ///< "https://127.0.0.1:10250"
  std::string path;      ///< "/containerLogs/default/web-0/app?follow=true": with the query.
};

/// The agent of `node`. `address_types`: --kubelet-preferred-address-types, tried in order.
/// Errors: InternalError when it has no such address or no port.
api::StatusOr<std::string> node_endpoint(const api::Object& node,
                                         const std::vector<std::string>& address_types);

/// The container that the request means: the one named, or the only one.
/// Errors: BadRequest, with the names there are.
api::StatusOr<std::string> choose_container(const api::Object& pod, std::string_view named);

/// The agent's path for `pods/<subresource>` ("log", "exec", "attach", "portforward").
/// Errors: BadRequest (container, missing command or stream); Invalid (log options out of range).
api::StatusOr<std::string> agent_path(const api::Object& pod, std::string_view subresource,
                                      const http::Query& query);

}  // namespace apiserver::proxy
