#pragma once
#include <map>
#include <memory>
#include <mutex>
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
  /// What is described beside the built-in resources.
  struct More {
    discovery::ResourceList defined;  ///< Defined at run time.
    discovery::ResourceList remote;   ///< Of other servers: in discovery alone, OpenAPI is theirs.
    std::vector<api::GroupVersion> remote_versions;
    std::shared_ptr<const void> keep;  ///< Holds them.
  };
  void publish(More more);
  /// False: there is no such path.
  base::Awaitable<bool> serve(http::Exchange& exchange, const http::Query& query) const;

 private:
  std::optional<http::Response> at_once(const http::Request& request, const http::Query& query) const;
  base::Awaitable<bool> serve_openapi(http::Exchange& exchange, const http::Query& query) const;
  std::string index() const;
  /// What the server is described by at one moment.
  struct Description {
    Description(const Parts& parts, More more, const Description* before);
    discovery::Discovery discovery;
    openapi::Documents openapi;
  };
  std::shared_ptr<const Description> description() const;

  Parts parts_;
  std::string version_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Description> description_;  ///< Guarded by mutex_.
};

}  // namespace apiserver
