#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "api/patch.hpp"
#include "api/resource.hpp"
#include "api/status.hpp"
#include "apiserver/admission/plugin.hpp"
#include "apiserver/cache/feed.hpp"
#include "apiserver/registry/deletion.hpp"
#include "apiserver/registry/hooks.hpp"
#include "apiserver/registry/leases.hpp"
#include "apiserver/registry/metadata.hpp"
#include "base/clock.hpp"
#include "storage/store.hpp"

/// The generic registry: every verb on every resource, through the same steps. What a kind does beyond them
/// is in its record (kinds/), its admission plugins and its WriteHook.
namespace apiserver::registry {

/// One request on one resource. The registry's coroutines own their copy.
struct Call {
  const api::ResourceInfo* resource = nullptr;  ///< The resource itself, in the version asked for.
  const api::ResourceInfo* body =
      nullptr;  ///< The subresource's entry where one is meant, else as `resource`.
  std::string subresource, ns, name;
  authentication::UserInfo user;
  bool dry_run = false;
  /// Who manages from now on what this call changes. Absent: nobody is recorded, as for what the server does
  /// on its own account.
  std::optional<std::string> manager;
  bool applied = false;  ///< The object comes out of server-side apply, its managers with it.
  Object options;        ///< CreateOptions, UpdateOptions or DeleteOptions as admission sees them.
  std::shared_ptr<std::vector<std::string>> warnings = std::make_shared<std::vector<std::string>>();
  std::shared_ptr<const void> keep;  ///< Of a resource that was defined at run time: what keeps it alive.
};

/// What a verb brings: an object as JSON in the version asked for, with its resourceVersion.
struct Answer {
  int status = 200;
  http::SharedBytes json;
};

/// Makes the new object from the present one; called again when the present one turned out to be stale.
/// `present` empty: there is none, and the kind allows PUT to create it.
using Change = std::function<api::StatusOr<Object>(const Object& present)>;

struct ListRequest {
  cache::Selection selection;
  std::int64_t limit = 0;
  std::string continue_token, resource_version, resource_version_match;
  bool selective = false;  ///< A label or field selector was given: no remainingItemCount.
};
struct ListAnswer {
  storage::Revision revision = 0;
  std::vector<cache::EntryPtr> entries;
  std::string continue_token;
  std::int64_t remaining = 0;
};
struct WatchRequest {
  cache::Selection selection;
  std::string resource_version;
  /// sendInitialEvents: true: the present state and a mark at its end; false: changes only; absent: the
  /// present state when no resourceVersion was given, or 0.
  std::optional<bool> send_initial_events;
};
/// A watch under way. All events up to `revision` are in the state it starts with.
struct Watching {
  std::shared_ptr<cache::Watcher> watcher;
  storage::Revision revision = 0;
};

/// What became of a guarded write: `lost` when the object had changed in between.
enum class Stored { yes, lost };

/// Thread-safe: holds no state of its own but references.
class Registry {
 public:
  struct Parts {
    std::shared_ptr<storage::Store> store;
    cache::Caches* caches = nullptr;
    cache::Feed* feed = nullptr;
    const admission::Chain* admission = nullptr;
    WriteHooks hooks;
    Leases* leases = nullptr;  ///< Of the kinds that expire; null: they stay.
    std::function<base::SystemTime()> now;
    std::function<std::string()> uid;
    std::function<std::string(std::size_t)> name_suffix;
  };
  explicit Registry(Parts parts) : parts_(std::move(parts)) {}

  base::Awaitable<api::StatusOr<Answer>> create(Call call, Object object);
  base::Awaitable<api::StatusOr<Answer>> get(Call call, std::string resource_version);
  base::Awaitable<api::StatusOr<ListAnswer>> list(Call call, ListRequest request);
  /// PUT and PATCH, of the object or its status.
  base::Awaitable<api::StatusOr<Answer>> update(Call call, Change change);
  base::Awaitable<api::StatusOr<Answer>> remove(Call call, DeleteOptions options);
  base::Awaitable<api::StatusOr<ListAnswer>> remove_collection(Call call, DeleteOptions options,
                                                               ListRequest request);
  /// The watcher is registered; `unwatch` when done with it.
  base::Awaitable<api::StatusOr<Watching>> watch(Call call, WatchRequest request, base::Executor executor);
  void unwatch(const Call& call, const std::shared_ptr<cache::Watcher>& watcher);

  cache::Caches& caches() const noexcept { return *parts_.caches; }
  /// Where the objects of a resource are; null if it is not stored.
  cache::ResourceCache* cache_of(const api::ResourceInfo& resource) const;
  /// The entries in the version that was asked for, where they must be converted for that: others stay
  /// themselves. Errors: InternalError (a conversion failed).
  base::Awaitable<api::StatusOr<std::vector<cache::EntryPtr>>> shown(
      const Call& call, std::vector<cache::EntryPtr> entries) const;
  /// The present object, as a consistent read. Error: NotFound.
  base::Awaitable<api::StatusOr<cache::EntryPtr>> find(const api::ResourceInfo* resource, std::string ns,
                                                       std::string name);

 private:
  base::Awaitable<api::StatusOr<void>> admit(const Call& call, admission::Operation operation, Object* object,
                                             const Object* old, bool validating);
  base::Awaitable<api::StatusOr<Object>> prepare_new(const Call& call, Object object);
  api::StatusOr<void> validate(const Call& call, Object& object, const Object* old) const;
  base::Awaitable<api::StatusOr<Answer>> store_new(const Call& call, Object object);
  base::Awaitable<api::StatusOr<Answer>> store_change(const Call& call, const cache::EntryPtr& old,
                                                      Object object, bool& lost);
  base::Awaitable<api::StatusOr<Answer>> create_by_update(const Call& call, const Change& change);
  /// One try at a guarded write of the object as `present` shows it; null: there is none. Sets `lost` when
  /// the store held another one by then.
  using Attempt =
      std::function<base::Awaitable<api::StatusOr<Answer>>(const cache::EntryPtr& present, bool& lost)>;
  /// The first try works on what the cache has; what is lost or refused there is tried on what the store has.
  base::Awaitable<api::StatusOr<Answer>> on_present(const Call& call, Attempt attempt);
  base::Awaitable<api::StatusOr<Answer>> update_once(const Call& call, const Change& change,
                                                     const cache::EntryPtr& present, bool& lost);
  base::Awaitable<api::StatusOr<Answer>> remove_once(const Call& call, const DeleteOptions& options,
                                                     const cache::EntryPtr& present, bool& lost);
  base::Awaitable<api::StatusOr<Answer>> store_mark(const Call& call, const DeleteOptions& options,
                                                    const cache::EntryPtr& present, const Object& marked,
                                                    bool& lost);
  base::Awaitable<api::StatusOr<Stored>> put(const Call& call, std::string key, std::string value,
                                             storage::Revision expected, storage::Revision& written);
  /// The same for an object whose encoding is `text`; without its managedFields where the store finds it too
  /// large (not after apply, which asks for them). `text` is then what was stored.
  base::Awaitable<api::StatusOr<Stored>> put_object(const Call& call, std::string key, const Object& object,
                                                    std::string& text, storage::Revision expected,
                                                    storage::Revision& written);
  base::Awaitable<api::StatusOr<Stored>> erase(std::string key, storage::Revision expected,
                                               storage::Revision& written);
  base::Awaitable<api::StatusOr<cache::EntryPtr>> read_store(const Call& call);
  /// The one that is present, as the client sees it; what it is changed to, as it is stored.
  base::Awaitable<api::StatusOr<Object>> seen(const Call& call, const cache::EntryPtr& entry) const;
  base::Awaitable<api::StatusOr<Object>> to_store(const Call& call, Object object) const;
  base::Awaitable<api::StatusOr<http::SharedBytes>> to_show(const Call& call, cache::EntryPtr entry) const;
  base::Awaitable<api::StatusOr<ListAnswer>> read_list(const Call& call, const ListRequest& request);
  base::Awaitable<api::StatusOr<ListAnswer>> list_store(const Call& call, const ListRequest& request,
                                                        storage::Revision revision, std::string from);
  base::Awaitable<api::StatusOr<void>> reach(std::string resource_version);

  Parts parts_;
};

/// "default/web", or "web" for cluster scope: an object's key within its resource.
std::string object_key(std::string_view ns, std::string_view name);
/// The same below /registry/: the key in the store.
std::string store_key(const api::ResourceInfo& resource, std::string_view ns, std::string_view name);
/// Errors of the store in the API's words.
api::StatusError store_error(const base::Error& error);

}  // namespace apiserver::registry
