#include "controllers/garbagecollector/monitors.hpp"
#include <algorithm>
#include "base/log.hpp"

namespace controllers::garbagecollector {
namespace {

std::string key_of(const api::ResourceInfo& r) {
  return r.group + "/" + r.version + "/" + r.resource;
}

client::InformerOptions metadata_only() {
  client::InformerOptions o;
  o.metadata_only = true;
  return o;
}

}  // namespace

Monitor::Monitor(const api::ResourceInfo& resource, Graph& graph, std::function<void()> changed)
    : resource_(resource),
      graph_(graph),
      kind_(graph.kinds().get(resource.group_version().text(), resource.kind)),
      changed_(std::move(changed)) {
  graph.kinds().set_scope(kind_->api_version, kind_->kind, resource.namespaced);
}

void Monitor::replace(std::vector<boost::json::value> objects) {
  std::set<std::string> uids;
  for (const auto& v : objects) {
    const auto o = client::decode<client::ObjectMetadata>(v);
    if (!o) {
      undecodable(o.error());
      continue;
    }
    graph_.observe(kind_, o->metadata);
    uids.insert(o->metadata.uid);
  }
  graph_.keep_only(kind_, uids);
  synced_ = true;
  changed_();
}

void Monitor::apply(const std::string& type, boost::json::value object) {
  const auto o = client::decode<client::ObjectMetadata>(object);
  if (!o) return undecodable(o.error());
  if (type == "DELETED")
    graph_.forget(o->metadata.uid);
  else
    graph_.observe(kind_, o->metadata);
  changed_();
}

Monitors::Monitors(base::Executor strand, std::shared_ptr<client::RestClient> rest, Graph& graph,
                   std::function<void()> changed)
    : strand_(strand), rest_(std::move(rest)), graph_(graph), changed_(std::move(changed)), synced_(strand) {}

void Monitors::start(const std::string& key, const api::ResourceInfo& resource) {
  auto& r = running_[key];
  r.monitor = std::make_unique<Monitor>(resource, graph_, changed_);
  r.reflector =
      std::make_unique<client::Reflector>(rest_, *r.monitor, metadata_only(), [this] { synced_.set(); });
  r.task = std::make_unique<base::TaskGroup>(strand_, "garbage collector monitor");
  r.task->spawn("monitor " + key, [reflector = r.reflector.get()] { return reflector->run(); });
}

base::Awaitable<void> Monitors::watch_only(const std::vector<api::ResourceInfo>& resources) {
  std::set<std::string> wanted;
  for (const auto& r : resources) {
    auto key = key_of(r);
    if (!running_.contains(key)) start(key, r);
    wanted.insert(std::move(key));
  }
  for (auto it = running_.begin(); it != running_.end();) {
    const auto here = it++;
    if (wanted.contains(here->first)) continue;
    base::log::info("no longer watched by the garbage collector", {{"resource", here->first}});
    here->second.task->cancel();
    ending_.push_back(std::move(here->second));
    running_.erase(here);
  }
  while (!ending_.empty()) {
    co_await ending_.back().task->join();
    const auto& r = ending_.back().monitor->resource();
    graph_.keep_only(graph_.kinds().get(r.group_version().text(), r.kind), {});
    ending_.pop_back();
    changed_();
  }
}

bool Monitors::all_synced() const noexcept {
  return std::all_of(running_.begin(), running_.end(),
                     [](const auto& r) { return r.second.monitor->synced(); });
}

base::Awaitable<bool> Monitors::wait_synced(std::chrono::nanoseconds limit) {
  const auto until = base::Clock::real().steady_now() + limit;
  while (!all_synced()) {
    const auto left = until - base::Clock::real().steady_now();
    synced_.reset();
    if (left <= left.zero()) co_return all_synced();
    const bool changed = co_await synced_.wait_for(left);
    if (!changed) co_return all_synced();
  }
  co_return true;
}

base::Awaitable<void> Monitors::stop() {
  for (auto& [key, r] : running_) {
    r.task->cancel();
    ending_.push_back(std::move(r));
  }
  running_.clear();
  for (; !ending_.empty(); ending_.pop_back())
    co_await ending_.back().task->join();
}

}  // namespace controllers::garbagecollector
