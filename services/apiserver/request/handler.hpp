#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include "apiserver/authentication/authenticator.hpp"
#include "apiserver/authorization/authorizer.hpp"
#include "apiserver/discovery/served.hpp"
#include "apiserver/negotiation/negotiation.hpp"
#include "apiserver/registry/registry.hpp"
#include "apiserver/request/info.hpp"
#include "base/metrics.hpp"
#include "http/server.hpp"

/// The life of a request: info, authentication, impersonation, limits, authorization, then the verb.
/// One function a step, in that order.
namespace apiserver::request {

/// Answers a path that is no resource (/version, /openapi/v2, /healthz, discovery). False: there is no such
/// path.
using OtherPaths = std::function<base::Awaitable<bool>(http::Exchange& exchange, const RequestInfo& info,
                                                       const http::Query& query)>;
/// Answers a connection to a pod ("pods/log", "pods/exec", ...). An error: nothing was sent yet.
using Connect = std::function<base::Awaitable<api::StatusOr<void>>(
    http::Exchange& exchange, registry::SharedObject object, std::string subresource, http::Query query)>;
/// Answers a create that stores nothing: reviews ("authorization.k8s.io/subjectaccessreviews"), tokens
/// ("serviceaccounts/token"). `object` is the body, defaults not applied.
using VirtualCreate =
    std::function<base::Awaitable<api::StatusOr<api::Object>>(registry::Call call, api::Object object)>;

struct Parts {
  registry::Registry* registry = nullptr;
  const authentication::Authenticator* authenticator = nullptr;
  const authorization::Authorizer* authorizer = nullptr;
  discovery::RuntimeConfig served;
  OtherPaths other_paths;
  std::map<std::string, Connect> connects;               ///< By "resource/subresource" of the core group.
  std::map<std::string, VirtualCreate> virtual_creates;  ///< By "group/resource[/subresource]"; core: "/...".
  base::metrics::Registry* metrics = nullptr;
  std::function<base::SystemTime()> now;
  std::function<std::string()> uid;
  int max_requests_inflight = 400, max_mutating_requests_inflight = 200;
  std::chrono::seconds min_request_timeout{
      1800};  ///< Watches without timeoutSeconds last once to twice this.
  std::chrono::seconds bookmark_every{60};
  std::size_t body_bytes_max = 3 * 1024 * 1024;
};

/// One request under way, as the steps hand it on. Lives on the exchange's strand.
struct Request {
  http::Exchange& exchange;
  http::Query query;
  RequestInfo info;
  authentication::UserInfo user;
  std::string audit_id;
  const api::ResourceInfo* resource = nullptr;  ///< The resource itself.
  const api::ResourceInfo* body = nullptr;      ///< Its subresource's entry, or the same.
  std::shared_ptr<std::vector<std::string>> warnings = std::make_shared<std::vector<std::string>>();
  int code = 0;  ///< Of the answer, for the metrics.
};

class Handler {
 public:
  explicit Handler(Parts parts);
  ~Handler();
  /// Answers the exchange, whatever happens.
  base::Awaitable<void> serve(http::Exchange& exchange);
  /// Ends the watches, so that the server can drain.
  void stop_watches();

 private:
  struct Metrics;
  base::Awaitable<api::StatusOr<void>> steps(Request& r);
  api::StatusOr<void> authenticate(Request& r) const;
  api::StatusOr<void> impersonate(Request& r) const;
  api::StatusOr<void> authorize(const Request& r) const;
  api::StatusOr<void> find_resource(Request& r) const;
  base::Awaitable<api::StatusOr<void>> dispatch(Request& r);

  // The verbs: verbs.cpp, patch.cpp, watch.cpp.
  base::Awaitable<api::StatusOr<void>> create(Request& r);
  base::Awaitable<api::StatusOr<void>> get(Request& r);
  base::Awaitable<api::StatusOr<void>> list(Request& r);
  base::Awaitable<api::StatusOr<void>> update(Request& r);
  base::Awaitable<api::StatusOr<void>> patch(Request& r);
  base::Awaitable<api::StatusOr<void>> remove(Request& r);
  base::Awaitable<api::StatusOr<void>> watch(Request& r);
  base::Awaitable<api::StatusOr<void>> connect(Request& r, const Connect& to);
  // Subresources that are views of the object: subresources.cpp.
  base::Awaitable<api::StatusOr<void>> bind(Request& r, api::Object binding);
  base::Awaitable<api::StatusOr<void>> evict(Request& r, api::Object eviction);
  base::Awaitable<api::StatusOr<void>> finalize(Request& r);
  base::Awaitable<api::StatusOr<void>> get_scale(Request& r);
  base::Awaitable<api::StatusOr<void>> update_scale(Request& r, bool patched);

  registry::Call call_of(const Request& r) const;
  base::Awaitable<api::StatusOr<api::Object>> read_object(Request& r, const api::Type& type, bool required);

  Parts parts_;
  std::unique_ptr<Metrics> metrics_;
  std::atomic<int> reading_{0}, mutating_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace apiserver::request
