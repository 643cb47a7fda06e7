#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "base/async.hpp"
#include "client/rest.hpp"
#include "client/testing/object_tracker.hpp"

namespace client::testing {

/// One call made to the fake.
struct Call {
  std::string verb;  ///< get, list, watch, create, update, patch, delete, deletecollection.
  std::string resource, subresource, ns, name;
  boost::json::value body;
};

/// An API server in memory behind the RestClient interface, for tests of controllers, the scheduler and the
/// node-agent without sockets. Belongs to one strand. See ObjectTracker for what it does to objects.
///
///     auto api = std::make_shared<FakeRestClient>(executor);
///     api->put(node);                        // arrange, at once
///     client::InformerFactory informers(executor, api);
///     ...
///     auto pod = api->find<Pod>("default", "web-1");   // look, at once
class FakeRestClient final : public RestClient {
 public:
  using Value = boost::json::value;
  /// What a reactor answers instead of the fake; empty: it does not mind this call.
  using Reactor = std::function<std::optional<base::Result<Value>>(const Call&)>;

  explicit FakeRestClient(base::Executor ex);
  ~FakeRestClient() override;

  // The test's side.
  ObjectTracker& tracker() noexcept { return tracker_; }
  template <class T>
  T put(const T& object) {
    return api::from_json<T>(tracker_.put(api::resource_of<T>(), api::to_json(object))).value();
  }
  template <class T>
  std::optional<T> find(const std::string& ns, const std::string& name) const {
    auto v = tracker_.get(api::resource_of<T>(), ns, name);
    if (!v) return std::nullopt;
    return api::from_json<T>(*v).value();
  }
  template <class T>
  std::vector<T> all(const std::string& ns = {}) const {
    std::vector<T> out;
    for (const auto& v : tracker_.list(api::resource_of<T>(), ns))
      out.push_back(api::from_json<T>(v).value());
    return out;
  }
  /// Calls so far, oldest first; reads (get, list, watch) are left out unless `record_reads`.
  const std::vector<Call>& calls() const noexcept { return calls_; }
  void forget_calls() { calls_.clear(); }
  bool record_reads = false;
  /// Asked before every call, the newest first.
  void add_reactor(Reactor reactor) { reactors_.push_front(std::move(reactor)); }
  /// The next call of that verb and resource fails with `error`.
  void fail_next(std::string verb, std::string resource, base::Error error);
  /// Ends every watch as a broken connection would.
  void break_watches();
  /// Compacts: every watch, and any later one from an older revision, gets 410 Expired.
  void expire_watches();
  int open_watches() const noexcept;
  /// Sends a BOOKMARK to every watch that allows them.
  void send_bookmarks();
  void set_path(std::string path, Value answer) { paths_[std::move(path)] = std::move(answer); }

  // RestClient.
  using RestClient::get;
  base::Awaitable<base::Result<Value>> get(const api::ResourceInfo& r, std::string ns, std::string name,
                                           std::string subresource) override;
  base::Awaitable<base::Result<Value>> list(const api::ResourceInfo& r, std::string ns,
                                            ListOptions o) override;
  base::Awaitable<base::Result<Value>> create_raw(const api::ResourceInfo& r, std::string ns,
                                                  std::string name, std::string subresource, Value body,
                                                  WriteOptions o) override;
  base::Awaitable<base::Result<Value>> update_raw(const api::ResourceInfo& r, std::string ns,
                                                  std::string name, std::string subresource, Value body,
                                                  WriteOptions o) override;
  base::Awaitable<base::Result<Value>> patch_raw(const api::ResourceInfo& r, std::string ns, std::string name,
                                                 std::string subresource, PatchType type, Value body,
                                                 WriteOptions o) override;
  base::Awaitable<base::Result<void>> remove_raw(const api::ResourceInfo& r, std::string ns, std::string name,
                                                 DeleteOptions o) override;
  base::Awaitable<base::Result<void>> remove_collection_raw(const api::ResourceInfo& r, std::string ns,
                                                            DeleteOptions d, ListOptions o) override;
  base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> watch(const api::ResourceInfo& r,
                                                                    std::string ns, WatchOptions o) override;
  base::Awaitable<base::Result<Value>> get_path(std::string path) override;

 private:
  class Watch;
  /// Notes the call and asks the reactors.
  std::optional<base::Result<Value>> intercept(Call call);

  base::Executor ex_;
  ObjectTracker tracker_;
  std::vector<Call> calls_;
  std::deque<Reactor> reactors_;
  std::vector<Watch*> watches_;
  std::map<std::string, Value> paths_;
};

}  // namespace client::testing
