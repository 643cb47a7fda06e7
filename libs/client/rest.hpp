#pragma once
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "api/status.hpp"
#include "api/typed.hpp"
#include "base/async.hpp"
#include "client/kubeconfig.hpp"
#include "http/client.hpp"

namespace client {

// The option structs are no aggregates on purpose: GCC 12 copies an aggregate that is made inside a co_await
// expression bit by bit, default arguments included.
struct ListOptions {
  ListOptions() {}
  std::string label_selector, field_selector, resource_version, resource_version_match, continue_token;
  int limit = 0;
  bool metadata_only = false;  ///< Asks for PartialObjectMetadata; a server may answer with whole objects.
};
struct WatchOptions {
  WatchOptions() {}
  std::string label_selector, field_selector, resource_version;
  bool allow_bookmarks = true;
  bool send_initial_events = false;
  bool metadata_only = false;  ///< As for a list.
  std::chrono::seconds timeout{0};
};
struct WriteOptions {
  WriteOptions() {}
  std::string field_manager;
  bool dry_run = false;
};
struct DeleteOptions {
  DeleteOptions() {}
  std::optional<std::int64_t> grace_period_seconds;
  std::string propagation_policy;  ///< "Orphan", "Background", "Foreground" or empty.
  std::string precondition_uid, precondition_resource_version;
};
enum class PatchType { json, merge, strategic, apply };

/// One frame of a watch: ADDED, MODIFIED, DELETED, BOOKMARK, ERROR.
struct RawEvent {
  std::string type;
  boost::json::value object;
};

class WatchStream {
 public:
  virtual ~WatchStream() = default;
  /// Errors: expired (410: list again), unavailable (ended or broken: resume from the last revision),
  /// cancelled.
  virtual base::Awaitable<base::Result<RawEvent>> next() = 0;
};

template <class T>
struct TypedList {
  std::vector<T> items;
  std::string resource_version, continue_token;
};

/// A REST client for one API server or several. Errors carry base::Errc as api::StatusError::to_error maps
/// it, and the Status' message. Requests that got 429 are repeated with back-off, at most 10 times, honouring
/// Retry-After; reads whose connection broke, 3 times. Thread-safe.
class RestClient {
 public:
  static std::shared_ptr<RestClient> create(base::Executor ex, Config config);
  virtual ~RestClient() = default;

  // Dynamic form. `r` names the resource; `subresource` may be empty; `ns` empty for cluster scope or all
  // namespaces.
  virtual base::Awaitable<base::Result<boost::json::value>> get(const api::ResourceInfo& r, std::string ns,
                                                                std::string name,
                                                                std::string subresource) = 0;
  virtual base::Awaitable<base::Result<boost::json::value>> list(const api::ResourceInfo& r, std::string ns,
                                                                 ListOptions o) = 0;
  virtual base::Awaitable<base::Result<boost::json::value>> create_raw(const api::ResourceInfo& r,
                                                                       std::string ns, std::string name,
                                                                       std::string subresource,
                                                                       boost::json::value body,
                                                                       WriteOptions o) = 0;
  virtual base::Awaitable<base::Result<boost::json::value>> update_raw(const api::ResourceInfo& r,
                                                                       std::string ns, std::string name,
                                                                       std::string subresource,
                                                                       boost::json::value body,
                                                                       WriteOptions o) = 0;
  virtual base::Awaitable<base::Result<boost::json::value>> patch_raw(const api::ResourceInfo& r,
                                                                      std::string ns, std::string name,
                                                                      std::string subresource, PatchType type,
                                                                      boost::json::value body,
                                                                      WriteOptions o) = 0;
  virtual base::Awaitable<base::Result<void>> remove_raw(const api::ResourceInfo& r, std::string ns,
                                                         std::string name, DeleteOptions o) = 0;
  virtual base::Awaitable<base::Result<void>> remove_collection_raw(const api::ResourceInfo& r,
                                                                    std::string ns, DeleteOptions d,
                                                                    ListOptions o) = 0;
  virtual base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> watch(const api::ResourceInfo& r,
                                                                            std::string ns,
                                                                            WatchOptions o) = 0;
  /// GET of any path ("/version", discovery), decoded.
  virtual base::Awaitable<base::Result<boost::json::value>> get_path(std::string path) = 0;

  // Typed form.
  template <class T>
  base::Awaitable<base::Result<T>> get(std::string ns, std::string name) {
    auto v = co_await get(api::resource_of<T>(), std::move(ns), std::move(name), std::string());
    if (!v) co_return v.error();
    co_return api::from_json<T>(*v);
  }
  template <class T>
  base::Awaitable<base::Result<T>> create(T object, WriteOptions o = {}) {
    boost::json::value body = api::to_json(object);
    std::string ns = object.metadata.namespace_;
    auto v = co_await create_raw(api::resource_of<T>(), std::move(ns), std::string(), std::string(),
                                 std::move(body), std::move(o));
    if (!v) co_return v.error();
    co_return api::from_json<T>(*v);
  }
  template <class T>
  base::Awaitable<base::Result<T>> update(T object, std::string subresource = {}, WriteOptions o = {}) {
    boost::json::value body = api::to_json(object);
    std::string ns = object.metadata.namespace_, name = object.metadata.name;
    auto v = co_await update_raw(api::resource_of<T>(), std::move(ns), std::move(name),
                                 std::move(subresource), std::move(body), std::move(o));
    if (!v) co_return v.error();
    co_return api::from_json<T>(*v);
  }
  template <class T>
  base::Awaitable<base::Result<T>> update_status(T object, WriteOptions o = {}) {
    std::string subresource = "status";
    co_return co_await update<T>(std::move(object), std::move(subresource), std::move(o));
  }
  template <class T>
  base::Awaitable<base::Result<T>> patch(std::string ns, std::string name, PatchType type,
                                         boost::json::value body, std::string subresource = {},
                                         WriteOptions o = {}) {
    auto v = co_await patch_raw(api::resource_of<T>(), std::move(ns), std::move(name), std::move(subresource),
                                type, std::move(body), std::move(o));
    if (!v) co_return v.error();
    co_return api::from_json<T>(*v);
  }
  template <class T>
  base::Awaitable<base::Result<void>> remove(std::string ns, std::string name, DeleteOptions o = {}) {
    co_return co_await remove_raw(api::resource_of<T>(), std::move(ns), std::move(name), std::move(o));
  }
};

}  // namespace client
