#include "controllers/manager.hpp"
#include <catch2/catch.hpp>
#include "api/types/apps_v1.hpp"
#include "api/types/coordination_v1.hpp"
#include "api/types/discovery_v1.hpp"
#include "client/testing/run.hpp"
#include "controllers/discovery/testing.hpp"
#include "controllers/workload/pod.hpp"

namespace controllers {
namespace {

using api::apps::v1::Deployment;
using api::apps::v1::ReplicaSet;
using api::core::v1::Endpoints;
using api::core::v1::Node;
using api::core::v1::Pod;
using api::core::v1::Service;
using api::discovery::v1::EndpointSlice;
using client::testing::eventually;
using client::testing::FakeRestClient;
using namespace std::chrono_literals;

template <class T>
T named(const std::string& name, const std::string& ns) {
  T o;
  o.metadata.name = name;
  o.metadata.namespace_ = ns;
  return o;
}

Deployment web() {
  auto d = named<Deployment>("web", "ns");
  d.spec.replicas = 3;
  d.spec.progress_deadline_seconds = 600;
  d.spec.selector.match_labels = {{"app", "web"}};
  d.spec.template_.metadata.labels = {{"app", "web"}};
  d.spec.template_.spec.containers.emplace_back().name = "web";
  d.spec.strategy.emplace().type = "RollingUpdate";
  auto& rolling = d.spec.strategy->rolling_update.emplace();
  rolling.max_surge = std::string("25%");
  rolling.max_unavailable = std::string("25%");
  return d;
}

Service service() {
  auto s = named<Service>("web", "ns");
  s.spec.selector = {{"app", "web"}};
  s.spec.cluster_ip = "10.96.0.10";
  s.spec.ip_families = {"IPv4"};
  auto& port = s.spec.ports.emplace_back();
  port.protocol = "TCP";
  port.port = 80;
  return s;
}

/// A scheduler and a node: binds pods, runs them, lets them go. Counts how many serve.
class Cluster {
 public:
  explicit Cluster(std::shared_ptr<FakeRestClient> api) : api_(std::move(api)) {}

  base::Awaitable<void> run() {
    while (true) {
      int serving = 0;
      for (auto& pod : api_->all<Pod>()) {
        serving += workload::is_ready(pod) && workload::is_active(pod);
        if (pod.metadata.deletion_timestamp) {
          client::DeleteOptions at_once;
          at_once.grace_period_seconds = 0;
          base::ignore_error(
              co_await api_->remove<Pod>(pod.metadata.namespace_, pod.metadata.name, std::move(at_once)));
        } else if (!workload::is_ready(pod)) {
          start(pod);
        }
      }
      if (watched) fewest = std::min(fewest, serving);
      const bool slept = co_await base::sleep_for(2ms);
      if (!slept) co_return;
    }
  }

  bool watched = false;
  int fewest = 1000;

 private:
  void start(Pod pod) {
    pod.spec.node_name = "node";
    pod.status.phase = "Running";
    pod.status.pod_ip = "10.0.0." + std::to_string(++started_);
    auto& c = pod.status.conditions.emplace_back();
    c.type = "Ready";
    c.status = "True";
    c.last_transition_time = api::Time{base::Clock::real().now()};
    api_->put(pod);
  }

  std::shared_ptr<FakeRestClient> api_;
  int started_ = 0;
};

void serve(FakeRestClient& api) {
  std::vector<const api::ResourceInfo*> resources;
  for (const char* name : {"pods", "services", "endpoints", "nodes", "configmaps"})
    resources.push_back(api::find_resource("", "v1", name));
  for (const char* name : {"deployments", "replicasets"})
    resources.push_back(api::find_resource("apps", "v1", name));
  resources.push_back(api::find_resource("discovery.k8s.io", "v1", "endpointslices"));
  testing::serve_discovery(api, resources);
}

Node ready_node() {
  auto n = named<Node>("node", "");
  n.metadata.creation_timestamp = api::Time{base::Clock::real().now()};
  auto& c = n.status.conditions.emplace_back();
  c.type = "Ready";
  c.status = "True";
  c.last_heartbeat_time = n.metadata.creation_timestamp;
  return n;
}

/// How many addresses the slices and the Endpoints of the Service have.
std::pair<std::size_t, std::size_t> backends(const FakeRestClient& api) {
  std::size_t in_slices = 0, in_endpoints = 0;
  for (const auto& s : api.all<EndpointSlice>())
    for (const auto& e : s.endpoints)
      in_slices += e.conditions->ready.value_or(false);
  for (const auto& e : api.all<Endpoints>())
    for (const auto& s : e.subsets)
      in_endpoints += s.addresses.size();
  return {in_slices, in_endpoints};
}

bool rolled_out(const FakeRestClient& api) {
  const auto s = api.find<Deployment>("ns", "web")->status;
  const auto generation = api.find<Deployment>("ns", "web")->metadata.generation;
  return s.observed_generation == generation && s.updated_replicas == 3 && s.replicas == 3 &&
         s.available_replicas == 3;
}

base::Awaitable<void> whole_life(std::shared_ptr<FakeRestClient> api, Cluster& cluster) {
  auto first = web();
  const auto made = co_await api->create<Deployment>(std::move(first));
  CHECK(made.has_value());
  const auto serving = [&] {
    return rolled_out(*api) && backends(*api) == std::pair<std::size_t, std::size_t>(3, 3);
  };
  CHECK(co_await eventually(serving));

  cluster.watched = true;
  auto next = *api->find<Deployment>("ns", "web");
  next.spec.template_.spec.containers[0].image = "new";
  const auto updated = co_await api->update<Deployment>(std::move(next));
  CHECK(updated.has_value());
  CHECK(co_await eventually(serving));
  CHECK(cluster.fewest == 3);
  cluster.watched = false;
  const auto sets = api->all<ReplicaSet>("ns");
  CHECK(sets.size() == 2);
  for (const auto& rs : sets)
    CHECK(rs.spec.replicas == (rs.spec.template_->spec.containers[0].image == "new" ? 3 : 0));

  client::DeleteOptions background;
  background.propagation_policy = "Background";
  const std::string ns = "ns", name = "web";
  const auto deleted = co_await api->remove<Deployment>(ns, name, std::move(background));
  CHECK(deleted.has_value());
  const auto empty = [&] {
    return api->all<ReplicaSet>("ns").empty() && api->all<Pod>("ns").empty() &&
           backends(*api) == std::pair<std::size_t, std::size_t>(0, 0);
  };
  CHECK(co_await eventually(empty));
  const auto service_gone = co_await api->remove<Service>(ns, name);
  CHECK(service_gone.has_value());
  const auto nothing_left = [&] {
    return api->all<EndpointSlice>().empty() && api->all<Endpoints>().empty();
  };
  CHECK(co_await eventually(nothing_left));
}

}  // namespace

TEST_CASE("all controllers together: a Deployment and its Service from beginning to end") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    const auto api = std::make_shared<FakeRestClient>(ex);
    serve(*api);
    api->put(named<api::core::v1::Namespace>("ns", ""));
    api->put(ready_node());
    auto s = service();
    s.metadata.uid = "service-uid";
    api->put(s);
    const Options options;
    base::metrics::Registry metrics;
    auto chosen = chosen_controllers({"*"});
    const Manager::ClientFor client_for = [api](const std::string&) { return api; };
    Manager manager(ex, api, client_for, options, *chosen, metrics);
    const bool started = co_await manager.start();
    CHECK(started);

    Cluster cluster(api);
    base::TaskGroup tasks(ex, "cluster");
    tasks.spawn("cluster", [&] { return cluster.run(); });
    co_await whole_life(api, cluster);
    tasks.cancel();
    co_await tasks.join();
    co_await manager.stop();
  });
}

}  // namespace controllers
