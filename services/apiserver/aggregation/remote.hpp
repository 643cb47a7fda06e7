#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>
#include "api/object.hpp"
#include "api/resource.hpp"
#include "api/status.hpp"
#include "apiserver/authentication/user.hpp"
#include "apiserver/lookup/lookup.hpp"
#include "http/client.hpp"
#include "http/server.hpp"

namespace apiserver::aggregation {

/// The certificate by which extension servers know this one (--proxy-client-cert-file,
/// --proxy-client-key-file), as PEM.
struct FrontProxy {
  std::string certificate, key;
};

/// A server that answers for one group version. Thread-safe.
class Remote {
 public:
  /// `api_service`: one with a service. Error: invalid_argument (its CA bundle cannot be read).
  static base::Result<std::shared_ptr<Remote>> make(const api::Object& api_service,
                                                    const FrontProxy& front_proxy, base::Executor executor,
                                                    const ObjectLookup& lookup);
  ~Remote();

  const api::GroupVersion& group_version() const noexcept { return gv_; }
  /// Carries the request there and the answer back, as `user`. Errors: ServiceUnavailable (nothing was sent).
  base::Awaitable<api::StatusOr<void>> serve(http::Exchange& exchange, const authentication::UserInfo& user);
  /// The resources it says it has. Error: what upstream's condition says of it.
  base::Awaitable<base::Result<std::vector<api::ResourceInfo>>> discover();

 private:
  Remote(api::GroupVersion gv, std::string ns, std::string name, std::int64_t port,
         std::shared_ptr<http::TlsContext> tls, base::Executor executor, const ObjectLookup& lookup);
  struct Route {
    std::shared_ptr<http::Client> client;
    std::string url, host;
  };
  api::StatusOr<Route> route();

  const api::GroupVersion gv_;
  const std::string ns_, name_;
  const std::int64_t port_;
  const std::shared_ptr<http::TlsContext> tls_;
  const base::Executor executor_;
  const ObjectLookup& lookup_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<http::Client>> clients_;  ///< By endpoint; guarded by mutex_.
};

/// The headers that tell an extension server who asks; those the client sent itself are gone. Pure.
/// Source: "Configure the Aggregation Layer", X-Remote-*.
http::Headers forwarded_headers(const http::Headers& given, const authentication::UserInfo& user,
                                const std::string& remote_address);

}  // namespace apiserver::aggregation
