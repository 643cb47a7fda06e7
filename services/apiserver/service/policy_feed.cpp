#include "apiserver/service/policy_feed.hpp"
#include <algorithm>

namespace apiserver {
namespace {

using authorization::RbacPolicy;

/// True if the pod may refer to something else than it did: a pod's references are fixed when it is bound,
/// but for those that these members bring.
bool may_refer_anew(const cache::Entry& pod, const cache::EntryPtr& before, std::size_t node_field) {
  if (!before || before->uid() != pod.uid() || before->field(node_field) != pod.field(node_field))
    return true;
  const auto& json = *pod.json();
  return json.find("\"ephemeralContainers\"") != std::string::npos ||
         json.find("\"resourceClaimStatuses\"") != std::string::npos;
}

std::size_t field_index(const cache::ResourceCache& cache, std::string_view label) {
  const auto fields = cache.fields();
  const auto at = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.label == label; });
  return static_cast<std::size_t>(at - fields.begin());
}

}  // namespace

PolicyFeed::PolicyFeed(cache::Caches& caches, std::shared_ptr<RbacPolicy> policy,
                       std::shared_ptr<authorization::NodeGraph> graph, base::Executor strand,
                       std::function<void()> on_cluster_role)
    : caches_(caches),
      policy_(std::move(policy)),
      graph_(std::move(graph)),
      strand_(strand),
      on_cluster_role_(std::move(on_cluster_role)),
      tasks_(strand, "policy feed") {
  constexpr std::string_view rbac = "rbac.authorization.k8s.io";
  for (const auto* resource : {"roles", "clusterroles", "rolebindings", "clusterrolebindings"}) {
    RbacPolicy::Kind kind{};
    RbacPolicy::kind_of(resource, kind);
    follow(rbac, resource, rbac_sink(kind));
  }
  follow("", "pods", pod_sink());
  follow("", "persistentvolumes", volume_sink());
}

void PolicyFeed::follow(std::string_view group, std::string_view resource, CacheFollower::Sink sink) {
  followers_.push_back(
      std::make_unique<CacheFollower>(caches_, *caches_.find(group, resource), strand_, std::move(sink)));
}

CacheFollower::Sink PolicyFeed::rbac_sink(RbacPolicy::Kind kind) {
  const auto changed = [this, kind] {
    if (kind == RbacPolicy::Kind::cluster_role) on_cluster_role_();
  };
  CacheFollower::Sink sink;
  sink.put = [this, kind, changed](const cache::Entry& entry, const cache::EntryPtr&) {
    policy_->put(kind, entry.parse());
    changed();
  };
  sink.remove = [this, kind, changed](const cache::Entry& last) {
    policy_->remove(kind, last.ns(), last.name());
    changed();
  };
  return sink;
}

CacheFollower::Sink PolicyFeed::pod_sink() {
  const auto node = field_index(*caches_.find("", "pods"), "spec.nodeName");
  CacheFollower::Sink sink;
  sink.put = [this, node](const cache::Entry& entry, const cache::EntryPtr& before) {
    const bool bound = !entry.field(node).empty();
    if (bound && may_refer_anew(entry, before, node)) graph_->put_pod(entry.parse());
    if (!bound && before) graph_->remove_pod(entry.ns(), entry.name());  // Replaced by one of the same name.
  };
  sink.remove = [this](const cache::Entry& last) { graph_->remove_pod(last.ns(), last.name()); };
  return sink;
}

CacheFollower::Sink PolicyFeed::volume_sink() {
  CacheFollower::Sink sink;
  sink.put = [this](const cache::Entry& entry, const cache::EntryPtr&) { graph_->put_volume(entry.parse()); };
  sink.remove = [this](const cache::Entry& last) { graph_->remove_volume(last.name()); };
  return sink;
}

void PolicyFeed::start() {
  for (const auto& follower : followers_)
    tasks_.spawn("policy follower", [&f = *follower] { return f.run(); });
}

base::Awaitable<void> PolicyFeed::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

bool PolicyFeed::synced() const noexcept {
  return std::all_of(followers_.begin(), followers_.end(), [](const auto& f) { return f->synced(); });
}

}  // namespace apiserver
