#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include "apiserver/discovery/served.hpp"
#include "http/message.hpp"

/// What the server can do, as clients ask for it: /api, /apis and below, in the plain and the aggregated
/// form. Source: Kubernetes API concepts, "API discovery"; KEP-3352 (aggregated discovery).
namespace apiserver::discovery {

/// All documents for one set of resources, encoded once. Immutable, thread-safe; when the set changes (custom
/// resources) a new one is made.
class Discovery {
 public:
  /// `resources`: main and sub resources, which must outlive this object; in any order.
  /// `address`: "host:port" that /api names as the server's.
  Discovery(const ResourceList& resources, const std::string& address);

  /// The answer to GET `path` (with or without a final slash); nothing if it is no discovery document.
  /// The body is shared. 304 when If-None-Match has the aggregated document's ETag; 406 when Accept admits no
  /// form of it.
  std::optional<http::Response> answer(std::string_view path, const http::Headers& headers) const;

  /// "/api", "/apis/apps/v1", ...: for the list that / answers with.
  std::vector<std::string> paths() const;

 private:
  struct Aggregated {
    http::SharedBytes bytes;
    std::string etag;
  };
  std::optional<http::Response> aggregated(std::string_view path, std::string_view version,
                                           const http::Headers& headers) const;

  std::map<std::string, http::SharedBytes, std::less<>> plain_;           ///< By path.
  std::map<std::pair<std::string, std::string>, Aggregated> aggregated_;  ///< By path and version.
};

/// The hash clients use to see that the storage version of a resource changed; empty for what is not stored.
std::string storage_version_hash(const api::ResourceInfo& resource);

}  // namespace apiserver::discovery
