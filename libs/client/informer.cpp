#include "client/informer.hpp"
#include <boost/json.hpp>
#include "api/object.hpp"
#include "base/assert.hpp"
#include "base/log.hpp"
#include "client/reflector.hpp"

namespace client {

void InformerBase::undecodable(const base::Error& error) const {
  base::log::warning("an object from the server does not fit its type and is left out",
                     {{"resource", resource().resource}, {"error", error}});
}

template <>
base::Result<ObjectMetadata> decode<ObjectMetadata>(const boost::json::value& v) {
  ObjectMetadata out;
  if (!v.is_object()) return base::Error(base::Errc::invalid_argument, "an object that is none");
  const auto& o = v.as_object();
  out.api_version = std::string(api::get_string(o, {"apiVersion"}));
  out.kind = std::string(api::get_string(o, {"kind"}));
  const auto* metadata = o.if_contains("metadata");
  if (!metadata) return base::Error(base::Errc::invalid_argument, "an object without metadata");
  auto decoded = api::from_json<api::meta::v1::ObjectMeta>(*metadata);
  if (!decoded) return decoded.error();
  out.metadata = std::move(*decoded);
  out.metadata.managed_fields.clear();
  return out;
}

struct InformerFactory::Impl {
  struct Entry {
    std::unique_ptr<InformerBase> informer;
    InformerOptions options;
    std::unique_ptr<Reflector> reflector;  ///< Null until started.
  };

  Impl(base::Executor strand, std::shared_ptr<RestClient> rest_)
      : rest(std::move(rest_)), synced(strand), tasks(strand, "informers") {}

  std::shared_ptr<RestClient> rest;
  base::Event synced;  ///< Set whenever one more informer has synced.
  std::map<std::string, Entry> entries;
  base::TaskGroup tasks;
};

InformerFactory::InformerFactory(base::Executor strand, std::shared_ptr<RestClient> rest)
    : impl_(std::make_unique<Impl>(std::move(strand), std::move(rest))) {}
InformerFactory::~InformerFactory() = default;

InformerBase* InformerFactory::find(const std::string& key) {
  auto hit = impl_->entries.find(key);
  return hit == impl_->entries.end() ? nullptr : hit->second.informer.get();
}

InformerBase* InformerFactory::add(const std::string& key, std::unique_ptr<InformerBase> informer,
                                   const InformerOptions& o) {
  auto& entry = impl_->entries[key];
  COX_ASSERT(!entry.informer, "one informer a key");
  entry.informer = std::move(informer);
  entry.options = o;
  return entry.informer.get();
}

void InformerFactory::start() {
  for (auto& [key, entry] : impl_->entries) {
    if (entry.reflector) continue;
    entry.reflector = std::make_unique<Reflector>(impl_->rest, *entry.informer, entry.options,
                                                  [this] { impl_->synced.set(); });
    impl_->tasks.spawn("reflector " + key, [reflector = entry.reflector.get()] { return reflector->run(); });
  }
}

base::Awaitable<bool> InformerFactory::wait_synced() {
  while (true) {
    bool all = true;
    for (const auto& [key, entry] : impl_->entries)
      all &= !entry.reflector || entry.informer->synced();
    if (all) co_return true;
    impl_->synced.reset();
    const bool changed = co_await impl_->synced.wait();
    if (!changed) co_return false;
  }
}

base::Awaitable<void> InformerFactory::stop() {
  impl_->tasks.cancel();
  co_await impl_->tasks.join();
}

}  // namespace client
