#include "controllers/garbagecollector/shared_feeds.hpp"
#include "api/types/apps_v1.hpp"
#include "api/types/core_v1.hpp"

namespace controllers::garbagecollector {
namespace {

bool concerns_owners(const ObjectMeta& old, const ObjectMeta& now) noexcept {
  return old.owner_references != now.owner_references || old.finalizers != now.finalizers ||
         old.deletion_timestamp.has_value() != now.deletion_timestamp.has_value();
}

template <class T>
api::GroupResource share(client::InformerFactory& informers, Graph& graph,
                         const std::function<void()>& changed) {
  using Ptr = std::shared_ptr<const T>;
  const auto& r = api::resource_of<T>();
  const auto* kind = graph.kinds().get(r.group_version().text(), r.kind);
  graph.kinds().set_scope(kind->api_version, kind->kind, r.namespaced);
  client::Handler<T> h;
  h.on_add = [&graph, kind, changed](const Ptr& o) {
    graph.observe(kind, o->metadata);
    changed();
  };
  h.on_update = [&graph, on_add = h.on_add, changed](const Ptr& old, const Ptr& now) {
    // Deleted and made again between two events.
    const bool another = old->metadata.uid != now->metadata.uid;
    if (another) graph.forget(old->metadata.uid);
    if (another || concerns_owners(old->metadata, now->metadata)) on_add(now);
  };
  h.on_delete = [&graph, changed](const Ptr& o) {
    graph.forget(o->metadata.uid);
    changed();
  };
  informers.informer<T>().add_handler(std::move(h));
  return r.group_resource();
}

}  // namespace

std::set<api::GroupResource> share_informers(client::InformerFactory& informers, Graph& graph,
                                             std::function<void()> changed) {
  namespace core = api::core::v1;
  namespace apps = api::apps::v1;
  return {share<core::Pod>(informers, graph, changed),
          share<core::Node>(informers, graph, changed),
          share<core::Namespace>(informers, graph, changed),
          share<core::Service>(informers, graph, changed),
          share<core::Endpoints>(informers, graph, changed),
          share<core::ReplicationController>(informers, graph, changed),
          share<apps::ReplicaSet>(informers, graph, changed),
          share<apps::Deployment>(informers, graph, changed)};
}

}  // namespace controllers::garbagecollector
