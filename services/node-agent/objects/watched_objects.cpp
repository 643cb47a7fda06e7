#include "node-agent/objects/watched_objects.hpp"
#include <map>
#include <set>
#include "base/log.hpp"
#include "client/informer.hpp"
#include "node-agent/objects/references.hpp"

namespace node_agent::objects {

namespace core = api::core::v1;
using base::Errc;
using base::Error;
using base::Result;
using Kind = Reference::Kind;

namespace {

constexpr std::chrono::minutes idle_max{5};
/// How long a caller waits for the first answer, and how often it looks (the kubelet's numbers).
constexpr std::chrono::milliseconds first_answer_max{1000}, poll_interval{10};

const char* word(Kind kind) {
  return kind == Kind::config_map ? "configmap" : "secret";
}

/// One object and the watch that keeps it equal to the server's.
struct Watch {
  Watch(base::Executor strand, std::shared_ptr<client::RestClient> rest, const Reference& ref,
        std::function<void()> changed)
      : factory(std::move(strand), std::move(rest)) {
    client::InformerOptions o;
    o.ns = ref.ns;
    o.field_selector = "metadata.name=" + ref.name;
    if (ref.kind == Kind::config_map)
      listen(config_maps = &factory.informer<core::ConfigMap>(o), std::move(changed));
    else
      listen(secrets = &factory.informer<core::Secret>(o), std::move(changed));
    factory.start();
  }
  bool synced() const { return config_maps ? config_maps->synced() : secrets->synced(); }

  client::InformerFactory factory;
  client::Informer<core::ConfigMap>* config_maps = nullptr;  ///< One of the two.
  client::Informer<core::Secret>* secrets = nullptr;

 private:
  /// What the first list brings is no change.
  template <class T>
  static void listen(client::Informer<T>* informer, std::function<void()> changed) {
    client::Handler<T> h;
    h.on_add = h.on_delete = [informer, changed](const auto&) {
      if (informer->synced()) changed();
    };
    h.on_update = [changed](const auto&, const auto&) { changed(); };
    informer->add_handler(std::move(h));
  }
};

struct Entry {
  std::set<std::string> users;   ///< Uids of the pods that refer to it; never empty.
  std::shared_ptr<Watch> watch;  ///< Null until asked for, and once the object cannot change.
  base::SteadyTime used_at{};
  ObjectSource::ConfigMapPtr config_map;  ///< An immutable one, kept without a watch.
  ObjectSource::SecretPtr secret;
};

}  // namespace

struct WatchedObjects::Impl : std::enable_shared_from_this<WatchedObjects::Impl> {
  Impl(base::Executor strand_, std::shared_ptr<client::RestClient> rest_, const base::Clock& clock_,
       OnChange on_change_)
      : strand(strand_),
        rest(std::move(rest_)),
        clock(clock_),
        on_change(std::move(on_change_)),
        tasks(strand, "watched-objects") {}

  base::Executor strand;
  std::shared_ptr<client::RestClient> rest;
  const base::Clock& clock;
  OnChange on_change;
  std::map<Reference, Entry> entries;
  std::map<std::string, std::set<Reference>> pods;
  base::TaskGroup tasks;
  bool stopped = false;

  void changed(const Reference& ref) {
    const auto it = entries.find(ref);
    if (it == entries.end() || !on_change) return;
    const auto users = it->second.users;
    for (const auto& uid : users)
      on_change(uid);
  }
  void end(std::shared_ptr<Watch> watch) {
    if (!watch) return;
    tasks.spawn("end-watch", [watch] { return watch->factory.stop(); });
  }
  /// The watch of `ref` once it has its first answer.
  base::Awaitable<Result<std::shared_ptr<Watch>>> watch_of(Reference ref);
  Result<ConfigMapPtr> config_map(const Reference& ref, Watch& watch);
  Result<SecretPtr> secret(const Reference& ref, Watch& watch);
  Entry* find(const Reference& ref) {
    const auto it = entries.find(ref);
    return it == entries.end() ? nullptr : &it->second;
  }
};

namespace {

Error not_found(const Reference& ref) {
  return Error(Errc::not_found, std::string(word(ref.kind)) + " \"" + ref.name + "\" not found");
}
Error not_registered(const Reference& ref) {
  return Error(Errc::not_found, "object \"" + ref.ns + "\"/\"" + ref.name + "\" not registered");
}

}  // namespace

base::Awaitable<Result<std::shared_ptr<Watch>>> WatchedObjects::Impl::watch_of(Reference ref) {
  auto* entry = find(ref);
  if (!entry) co_return not_registered(ref);
  if (stopped) co_return Error(Errc::cancelled, "the node stops");
  entry->used_at = clock.steady_now();
  if (!entry->watch)
    entry->watch = std::make_shared<Watch>(strand, rest, ref, [weak = weak_from_this(), ref] {
      if (auto self = weak.lock()) self->changed(ref);
    });
  const auto watch = entry->watch;
  for (auto waited = poll_interval; !watch->synced(); waited += poll_interval) {
    if (waited > first_answer_max)
      co_return Error(Errc::unavailable, "failed to sync " + std::string(word(ref.kind)) +
                                             " cache: timed out waiting for the condition");
    const bool awake = co_await base::sleep_for(poll_interval);
    if (!awake) co_return Error(Errc::cancelled, "cancelled");
  }
  co_return watch;
}

Result<ObjectSource::ConfigMapPtr> WatchedObjects::Impl::config_map(const Reference& ref, Watch& watch) {
  auto object = watch.config_maps->store().get(ref.ns + "/" + ref.name);
  if (!object) return not_found(ref);
  auto* entry = find(ref);
  if (entry && entry->watch.get() == &watch && object->immutable.value_or(false)) {
    entry->config_map = object;
    end(std::exchange(entry->watch, nullptr));
  }
  return object;
}

Result<ObjectSource::SecretPtr> WatchedObjects::Impl::secret(const Reference& ref, Watch& watch) {
  auto object = watch.secrets->store().get(ref.ns + "/" + ref.name);
  if (!object) return not_found(ref);
  auto* entry = find(ref);
  if (entry && entry->watch.get() == &watch && object->immutable.value_or(false)) {
    entry->secret = object;
    end(std::exchange(entry->watch, nullptr));
  }
  return object;
}

WatchedObjects::WatchedObjects(base::Executor strand, std::shared_ptr<client::RestClient> rest,
                               const base::Clock& clock, OnChange on_change)
    : impl_(std::make_shared<Impl>(std::move(strand), std::move(rest), clock, std::move(on_change))) {}
WatchedObjects::~WatchedObjects() = default;

void WatchedObjects::retain(const core::Pod& pod) {
  const auto& uid = pod.metadata.uid;
  if (impl_->pods.contains(uid)) return;
  auto refs = references_of(pod);
  for (const auto& ref : refs)
    impl_->entries[ref].users.insert(uid);
  impl_->pods[uid] = std::move(refs);
}

void WatchedObjects::forget(const std::string& pod_uid) {
  const auto pod = impl_->pods.find(pod_uid);
  if (pod == impl_->pods.end()) return;
  for (const auto& ref : pod->second) {
    const auto it = impl_->entries.find(ref);
    it->second.users.erase(pod_uid);
    if (!it->second.users.empty()) continue;
    impl_->end(std::move(it->second.watch));
    impl_->entries.erase(it);
  }
  impl_->pods.erase(pod);
}

base::Awaitable<Result<ObjectSource::ConfigMapPtr>> WatchedObjects::config_map(std::string ns,
                                                                               std::string name) {
  const auto self = impl_;
  const Reference ref{Kind::config_map, std::move(ns), std::move(name)};
  if (const auto* entry = self->find(ref); entry && entry->config_map) co_return entry->config_map;
  auto watch = co_await self->watch_of(ref);
  if (!watch) co_return watch.error();
  co_return self->config_map(ref, **watch);
}

base::Awaitable<Result<ObjectSource::SecretPtr>> WatchedObjects::secret(std::string ns, std::string name) {
  const auto self = impl_;
  const Reference ref{Kind::secret, std::move(ns), std::move(name)};
  if (const auto* entry = self->find(ref); entry && entry->secret) co_return entry->secret;
  auto watch = co_await self->watch_of(ref);
  if (!watch) co_return watch.error();
  co_return self->secret(ref, **watch);
}

void WatchedObjects::let_go_of_idle() {
  const auto now = impl_->clock.steady_now();
  for (auto& [ref, entry] : impl_->entries)
    if (entry.watch && now - entry.used_at > idle_max) impl_->end(std::exchange(entry.watch, nullptr));
}

std::size_t WatchedObjects::watches() const {
  std::size_t n = 0;
  for (const auto& [ref, entry] : impl_->entries)
    n += entry.watch ? 1 : 0;
  return n;
}

base::Awaitable<void> WatchedObjects::stop() {
  const auto self = impl_;
  self->stopped = true;
  for (auto& [ref, entry] : self->entries)
    self->end(std::exchange(entry.watch, nullptr));
  co_await self->tasks.join();
}

}  // namespace node_agent::objects
