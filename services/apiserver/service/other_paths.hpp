#pragma once
#include <map>
#include <memory>
#include <string>
#include "apiserver/discovery/discovery.hpp"
#include "apiserver/openapi/documents.hpp"
#include "frame/frame.hpp"
#include "http/server.hpp"

namespace apiserver {

/// "v1.35.0+coxswain.0.1.0": the version of the API that is served, in the form that clients parse, and ours.
inline constexpr std::string_view git_version = "v1.35.0+coxswain." COX_VERSION;
std::string platform();  ///< "linux/amd64"
/// The document of /version.
std::string version_document();

/// Answers the paths that are no resources: discovery, OpenAPI, health, metrics, version, the documents for
/// verifiers of tokens, and the list of all of these at "/". Thread-safe.
class OtherPaths {
 public:
  struct Parts {
    base::Executor blocking;  ///< Where OpenAPI documents are made.
    const frame::Health* health = nullptr;
    const base::metrics::Registry* metrics = nullptr;
    discovery::ResourceList resources;  ///< Of the versions served.
    std::string address;                ///< "10.0.0.1:6443"
    std::string openid_configuration, jwks;
  };
  explicit OtherPaths(Parts parts);
  /// False: there is no such path.
  base::Awaitable<bool> serve(http::Exchange& exchange, const http::Query& query) const;

 private:
  std::optional<http::Response> at_once(const http::Request& request, const http::Query& query) const;
  base::Awaitable<bool> serve_openapi(http::Exchange& exchange, const http::Query& query) const;
  std::string index() const;

  Parts parts_;
  discovery::Discovery discovery_;
  openapi::Documents openapi_;
  std::string version_;
};

}  // namespace apiserver
