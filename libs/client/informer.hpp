#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "api/types/meta_v1.hpp"
#include "base/async.hpp"
#include "client/rest.hpp"
#include "client/store.hpp"

namespace client {

/// What a handler sees. For one object: an add, then updates in order of resource versions (some may be left
/// out), then a delete; after a relist, differences are delivered as the same three. Called on the factory's
/// strand.
template <class T>
struct Handler {
  std::function<void(const std::shared_ptr<const T>&)> on_add;
  std::function<void(const std::shared_ptr<const T>& old, const std::shared_ptr<const T>& now)> on_update;
  std::function<void(const std::shared_ptr<const T>&)> on_delete;
};

/// The reflector's half of an informer, without types: list, watch, bookmarks, resume, 410, back-off.
class InformerBase {
 public:
  virtual ~InformerBase() = default;
  virtual bool synced() const noexcept = 0;  ///< The first list has been delivered.
  virtual const api::ResourceInfo& resource() const noexcept = 0;

 protected:
  friend class InformerFactory;
  friend class Reflector;
  /// The whole state at a revision. Returns after the store and the handlers are up to date.
  virtual void replace(std::vector<boost::json::value> objects) = 0;
  /// ADDED, MODIFIED or DELETED.
  virtual void apply(const std::string& type, boost::json::value object) = 0;
  /// Logs an object that cannot be decoded; it is left out.
  void undecodable(const base::Error& error) const;
};

/// What every object has, for loops over resources of any type (garbage collection, namespaces).
struct ObjectMetadata {
  std::string api_version, kind;
  api::meta::v1::ObjectMeta metadata;
};

/// managedFields are left out: no component of ours reads them, and they are a third of an object. An update
/// that does not carry them leaves them as they are.
template <class T>
base::Result<T> decode(const boost::json::value& v) {
  auto o = api::from_json<T>(v);
  if (o) o->metadata.managed_fields.clear();
  return o;
}
template <>
base::Result<ObjectMetadata> decode<ObjectMetadata>(const boost::json::value& v);

template <class T>
class Informer final : public InformerBase {
 public:
  explicit Informer(const api::ResourceInfo& resource) : resource_(resource) {}
  Store<T>& store() noexcept { return store_; }
  const Store<T>& store() const noexcept { return store_; }
  void add_handler(Handler<T> handler) {
    for (const auto& o : store_.list())
      if (handler.on_add) handler.on_add(o);
    handlers_.push_back(std::move(handler));
  }
  bool synced() const noexcept override { return synced_; }
  const api::ResourceInfo& resource() const noexcept override { return resource_; }

 private:
  void replace(std::vector<boost::json::value> objects) override {
    std::map<std::string, std::shared_ptr<const T>> fresh;
    for (auto& v : objects) {
      auto o = decode<T>(v);
      if (!o) {
        undecodable(o.error());
        continue;
      }
      auto key = key_of(*o);
      fresh[std::move(key)] = std::make_shared<const T>(std::move(*o));
    }
    for (const auto& key : store_.keys())
      if (!fresh.contains(key)) deleted(key);
    for (auto& [key, object] : fresh)
      put(key, std::move(object));
    synced_ = true;
  }
  void apply(const std::string& type, boost::json::value object) override {
    auto o = decode<T>(object);
    if (!o) return undecodable(o.error());
    auto key = key_of(*o);
    auto shared = std::make_shared<const T>(std::move(*o));
    if (type != "DELETED") return put(key, std::move(shared));
    // Handlers see the final state the event carries, not the one before it.
    store_.take(key);
    for (auto& h : handlers_)
      if (h.on_delete) h.on_delete(shared);
  }
  void put(const std::string& key, std::shared_ptr<const T> object) {
    auto old = store_.get(key);
    if (old && old->metadata.resource_version == object->metadata.resource_version) return;
    store_.put(key, object);
    for (auto& h : handlers_) {
      if (old && h.on_update) h.on_update(old, object);
      if (!old && h.on_add) h.on_add(object);
    }
  }
  void deleted(const std::string& key) {
    auto old = store_.take(key);
    for (auto& h : handlers_)
      if (h.on_delete) h.on_delete(old);
  }

  const api::ResourceInfo& resource_;
  Store<T> store_;
  std::vector<Handler<T>> handlers_;
  std::atomic<bool> synced_ = false;  ///< Read by health checks on other threads.
};

/// Dynamic informer for resources without a typed struct (garbage collector, namespace controller): metadata
/// only.
struct InformerOptions {
  std::string ns;  ///< Empty: all namespaces.
  std::string label_selector, field_selector;
  bool metadata_only = false;  ///< For informers of metadata, which set it themselves.
};

/// Makes and runs informers, one a type and options, shared by all who ask. Everything, handlers included,
/// runs on `strand`.
class InformerFactory {
 public:
  InformerFactory(base::Executor strand, std::shared_ptr<RestClient> rest);
  ~InformerFactory();

  template <class T>
  Informer<T>& informer(const InformerOptions& o = {}) {
    return informer_of<T>("", api::resource_of<T>(), o);
  }
  /// Metadata only, of any resource; `r` must live as long as the factory.
  Informer<ObjectMetadata>& metadata_informer(const api::ResourceInfo& r, InformerOptions o = {}) {
    o.metadata_only = true;
    return informer_of<ObjectMetadata>("metadata|", r, o);
  }
  /// Starts every informer that is not running yet. Call again after asking for more.
  void start();
  /// Until all started informers have synced; false if cancelled.
  base::Awaitable<bool> wait_synced();
  base::Awaitable<void> stop();

 private:
  template <class T>
  Informer<T>& informer_of(const char* form, const api::ResourceInfo& r, const InformerOptions& o) {
    auto key = form + r.group + "/" + r.version + "/" + r.resource + "|" + o.ns + "|" + o.label_selector +
               "|" + o.field_selector;
    auto* found = find(key);
    if (!found) found = add(key, std::make_unique<Informer<T>>(r), o);
    return static_cast<Informer<T>&>(*found);
  }
  InformerBase* find(const std::string& key);
  InformerBase* add(const std::string& key, std::unique_ptr<InformerBase> informer, const InformerOptions& o);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace client
