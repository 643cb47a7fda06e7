#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include "apiserver/authentication/authenticator.hpp"
#include "apiserver/authorization/authorizer.hpp"
#include "apiserver/discovery/served.hpp"
#include "apiserver/registry/custom_resource.hpp"
#include "apiserver/registry/registry.hpp"
#include "apiserver/request/answer.hpp"
#include "apiserver/request/encodings.hpp"
#include "apiserver/request/in_flight.hpp"
#include "apiserver/request/info.hpp"
#include "apiserver/request/metrics.hpp"
#include "apiserver/request/options.hpp"
#include "base/metrics.hpp"
#include "http/server.hpp"

/// The life of a request: info, authentication, impersonation, limits, authorization, then the verb.
/// One function a step, in that order.
namespace apiserver::request {

/// Answers a path that is no resource (/version, /openapi/v2, /healthz, discovery). False: there is no such
/// path.
using OtherPaths = std::function<base::Awaitable<bool>(http::Exchange& exchange, const RequestInfo& info,
                                                       const http::Query& query)>;
struct Request;
/// Answers a connection to what the request names ("pods/log", "pods/exec", "services/proxy", ...). An error:
/// nothing was sent yet.
using Connect = std::function<base::Awaitable<api::StatusOr<void>>(const Request& request)>;
/// Answers a create that stores nothing: reviews ("authorization.k8s.io/subjectaccessreviews"), tokens
/// ("serviceaccounts/token"). `object` is the body, defaults not applied.
using VirtualCreate =
    std::function<base::Awaitable<api::StatusOr<api::Object>>(registry::Call call, api::Object object)>;

/// Answers for a group version that another server has. False: it is this server's own.
using Elsewhere = std::function<base::Awaitable<bool>(
    http::Exchange& exchange, std::string group, std::string version, const authentication::UserInfo& user)>;

struct Parts {
  registry::Registry* registry = nullptr;
  const authentication::Authenticator* authenticator = nullptr;
  const authorization::Authorizer* authorizer = nullptr;
  discovery::RuntimeConfig served;
  registry::CustomResources* custom = nullptr;  ///< Null: there are none.
  OtherPaths other_paths;
  Elsewhere elsewhere;                                   ///< Null: everything is this server's own.
  std::map<std::string, Connect> connects;               ///< By "resource/subresource" of the core group.
  std::map<std::string, VirtualCreate> virtual_creates;  ///< By "group/resource[/subresource]"; core: "/...".
  base::metrics::Registry* metrics = nullptr;
  std::function<base::SystemTime()> now;
  std::function<std::string()> uid;
  int max_requests_inflight = 400, max_mutating_requests_inflight = 200;
  std::chrono::seconds min_request_timeout{
      1800};  ///< Watches without timeoutSeconds last once to twice this.
  std::chrono::milliseconds bookmark_every{60'000};
  std::size_t body_bytes_max = 3 * 1024 * 1024;
};

/// One request under way, as the steps hand it on. Lives on the exchange's strand.
struct Request {
  http::Exchange& exchange;
  http::Query query;
  RequestInfo info;
  authentication::UserInfo user;
  const api::ResourceInfo* resource = nullptr;  ///< The resource itself; null if there is none of that name.
  const api::ResourceInfo* body = nullptr;      ///< Its subresource's entry, or the same.
  std::shared_ptr<const void> keep;             ///< What `resource` and `body` live in, where they may go.
  negotiation::Offer offer;                     ///< What the answer can be.
  Wanted wanted;                                ///< The form of the answer.
  std::size_t streamed_bytes = 0;               ///< Of an answer sent piece by piece.
  bool dry_run = false;
  std::shared_ptr<std::vector<std::string>> warnings = std::make_shared<std::vector<std::string>>();
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
  base::Awaitable<api::StatusOr<void>> steps(Request& r);
  api::StatusOr<void> authenticate(Request& r) const;
  api::StatusOr<void> impersonate(Request& r) const;
  api::StatusOr<void> authorize(const Request& r) const;
  /// May this user also create what the request names?
  api::StatusOr<void> authorize_create(const Request& r) const;
  void look_up(Request& r) const;
  base::Awaitable<bool> serve_elsewhere(Request& r) const;
  base::Awaitable<api::StatusOr<void>> find_resource(Request& r) const;
  base::Awaitable<api::StatusOr<void>> dispatch(Request& r);

  // The verbs: verbs.cpp, change.cpp, apply.cpp, delete.cpp, watch.cpp, connect.cpp.
  base::Awaitable<api::StatusOr<void>> create(Request& r);
  base::Awaitable<api::StatusOr<void>> get(Request& r);
  base::Awaitable<api::StatusOr<void>> list(Request& r);
  base::Awaitable<api::StatusOr<void>> update(Request& r);
  base::Awaitable<api::StatusOr<void>> patch(Request& r);
  base::Awaitable<api::StatusOr<void>> apply(Request& r);
  base::Awaitable<api::StatusOr<void>> remove(Request& r);
  base::Awaitable<api::StatusOr<void>> remove_collection(Request& r);
  base::Awaitable<api::StatusOr<void>> watch(Request& r);
  base::Awaitable<api::StatusOr<void>> connect(Request& r);
  base::Awaitable<api::StatusOr<void>> create_virtual(Request& r, registry::Call call,
                                                      const VirtualCreate& to, api::Object object);
  /// PUT and PATCH of the object and its subresources, once it is known what to make of the present one.
  base::Awaitable<api::StatusOr<void>> change(Request& r, registry::Call call, registry::Change change);
  // Creates that act on a pod: binding.cpp, eviction.cpp.
  base::Awaitable<api::StatusOr<void>> bind(Request& r, registry::Call call, api::Object binding);
  base::Awaitable<api::StatusOr<void>> evict(Request& r, registry::Call call, api::Object eviction);
  base::Awaitable<api::StatusOr<void>> spend_budget(const registry::Call& call, const api::Object& pod);

  registry::Call call_of(const Request& r) const;
  /// The same for a write.
  registry::Call call_of(const Request& r, WriteOptions options) const;
  api::StatusOr<registry::ListRequest> list_request(const Request& r, ListOptions options) const;
  base::Awaitable<api::StatusOr<std::string>> read_body(Request& r) const;
  base::Awaitable<api::StatusOr<api::Object>> read_object(Request& r, FieldValidation validation) const;
  struct Delete {
    registry::DeleteOptions options;
    registry::Call call;
  };
  base::Awaitable<api::StatusOr<Delete>> read_delete(Request& r) const;

  base::Awaitable<void> send(Request& r, http::Response response) const;
  base::Awaitable<void> send_object(Request& r, registry::Answer answer) const;
  /// An error: nothing was sent yet.
  base::Awaitable<api::StatusOr<void>> send_list(Request& r, registry::ListAnswer list) const;

  // watch.cpp
  class OpenWatch;
  class WatchLoop;
  struct WatchTerms {
    std::chrono::milliseconds time;            ///< It lasts so long.
    std::chrono::milliseconds bookmark_every;  ///< Ignored without bookmarks.
    bool bookmarks = false;
  };
  /// `watching` empty: only `refusal` is sent.
  base::Awaitable<api::StatusOr<void>> watch_over_socket(Request& r,
                                                         std::optional<registry::Watching> watching,
                                                         std::vector<http::SharedBytes> refusal,
                                                         WatchTerms terms);
  std::chrono::milliseconds watch_time(const ListOptions& options) const;

  Parts parts_;
  std::unique_ptr<RequestMetrics> metrics_;
  InFlight in_flight_;
  Encodings encodings_;  ///< Of what watches send.
  std::mutex watches_mutex_;
  std::unordered_set<std::shared_ptr<cache::Watcher>> watches_;  ///< Guarded by watches_mutex_.
  std::atomic<bool> stopping_{false};
};

}  // namespace apiserver::request
