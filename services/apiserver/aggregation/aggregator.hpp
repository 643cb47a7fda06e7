#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>
#include "apiserver/aggregation/api_service.hpp"
#include "apiserver/aggregation/remote.hpp"
#include "apiserver/cache/caches.hpp"
#include "apiserver/registry/registry.hpp"
#include "base/async.hpp"

namespace apiserver::aggregation {

/// Follows the APIServices: makes those of this server's own group versions, says which are available, and
/// carries the requests of the others to their servers. Remote ones are asked every half minute, and at each
/// change. Several API servers may do so at once. Belongs to the strand given, but for `serve`, `find` and
/// `resources`.
class Aggregator {
 public:
  struct Parts {
    registry::Registry* registry = nullptr;
    cache::Caches* caches = nullptr;
    base::Executor executor;  ///< Of the connections to extension servers.
    FrontProxy front_proxy;
    std::set<api::GroupVersion> builtin;                   ///< The group versions this server always has.
    std::function<std::set<api::GroupVersion>()> defined;  ///< Those it has by definitions, now.
    authentication::UserInfo user;                         ///< Who writes.
    std::function<base::SystemTime()> now;
    std::function<void()> on_change;  ///< What remote servers offer has changed; on the strand.
  };
  /// What `parts` refers to outlives this.
  Aggregator(base::Executor strand, Parts parts);

  void put(const cache::Entry& entry);
  void removed(const std::string& name);
  /// Something that availability depends on, or a definition, has changed: look again.
  void look_again() { changed_.set(); }
  /// A service or its endpoints have changed: it counts where there are remote servers.
  void endpoints_changed();
  base::Awaitable<void> run();

  /// Answers for another server; false: that group version is this server's own.
  base::Awaitable<bool> serve(http::Exchange& exchange, std::string group, std::string version,
                              const authentication::UserInfo& user);
  /// What the available remote servers offer, for discovery; lives as long as the pointer.
  struct Offered {
    std::vector<api::ResourceInfo> resources;
    std::vector<api::GroupVersion> group_versions;
  };
  std::shared_ptr<const Offered> offered() const;

 private:
  struct Known {
    Object object;
    storage::Revision revision = 0;
    std::shared_ptr<Remote> remote;  ///< Null: local, or its CA bundle cannot be read.
    std::vector<api::ResourceInfo> resources;
    bool available = false;
  };
  base::Awaitable<void> pass();
  base::Awaitable<void> make_local();
  base::Awaitable<void> check(std::string name);
  base::Awaitable<void> write_status(const std::string& name, Object object, storage::Revision revision);
  registry::Call call_on(const std::string& name, bool status) const;
  void publish();

  struct Served {
    std::shared_ptr<Remote> remote;
    bool available = false;
  };

  const Parts parts_;
  base::Event changed_;
  std::map<std::string, Known> known_;
  mutable std::mutex mutex_;
  std::map<api::GroupVersion, Served> served_;  ///< Remote ones; guarded by mutex_, as the next.
  std::shared_ptr<const Offered> offered_ = std::make_shared<const Offered>();
};

}  // namespace apiserver::aggregation
