#pragma once
#include <string>
#include <string_view>
#include <vector>
#include "http/message.hpp"

/// What a request is about, read from method, path and query alone. Pure.
/// Source: "Resource URIs" of the API concepts page; upstream's RequestInfoFactory.
namespace apiserver::request {

struct RequestInfo {
  bool resource_request = false;  ///< False: only `path` counts.
  std::string path;               ///< Without the query.
  /// Lower case: get, list, watch, create, update, patch, delete, deletecollection; for other paths the
  /// method.
  std::string verb;
  std::string group, version, resource, subresource, ns, name;
  /// What follows the subresource: "proxy/..." paths.
  std::string rest;

  /// Watches, logs, exec and the like: no time limit, and they do not count as requests in flight.
  bool long_running() const noexcept;
  bool read_only() const noexcept { return verb == "get" || verb == "list" || verb == "watch"; }
};

RequestInfo parse_request(const http::Request& request, const http::Query& query);

/// "true", "1", and the parameter without a value.
bool is_true(const http::Query& query, std::string_view name);

}  // namespace apiserver::request
