#include "node-agent/service/node.hpp"
#include <algorithm>
#include <atomic>
#include "base/log.hpp"
#include "client/event_recorder.hpp"
#include "client/informer.hpp"
#include "node-agent/objects/service_source.hpp"
#include "node-agent/objects/tokens.hpp"
#include "node-agent/objects/watched_objects.hpp"
#include "node-agent/pods/pod_manager.hpp"
#include "node-agent/service/metered_runtime.hpp"
#include "node-agent/status/status_manager.hpp"
#include "node-agent/volumes/pod_volumes.hpp"

namespace node_agent {

namespace core = api::core::v1;
using base::Awaitable;
using PodPtr = std::shared_ptr<const core::Pod>;

namespace {

constexpr std::chrono::seconds alive_interval{1}, housekeeping_interval{60};
constexpr std::chrono::seconds runtime_retry_first{1}, runtime_retry_max{30};
constexpr std::chrono::seconds flush_limit{2};
constexpr std::chrono::milliseconds flush_poll{10};

client::InformerOptions pods_of(const std::string& node) {
  client::InformerOptions o;
  o.field_selector = "spec.nodeName=" + node;
  return o;
}

}  // namespace

struct Node::Impl {
  Impl(NodeContext context_, NodeConfig config_, std::shared_ptr<runtime::Runtime> runtime_)
      : context(std::move(context_)),
        config(std::move(config_)),
        runtime(metered(std::move(runtime_), context.metrics)),
        recorder(context.strand, context.rest, "kubelet", config.settings.name),
        statuses(context.strand, context.rest),
        tasks(context.strand, "node " + config.settings.name),
        service_informers(context.strand, context.rest),
        pod_informers(context.strand, context.rest),
        objects(context.strand, context.rest, context.clock, [this](const std::string& uid) { wake(uid); }),
        tokens(context.rest, context.clock),
        services(make_services()),
        volumes(make_volumes()),
        host(host_context(), config.host),
        worker_context{context.strand, host,         statuses,           tasks,
                       context.clock,  event_sink(), config.settings.ip, &context.metrics},
        manager(worker_context),
        access(manager, *runtime),
        reporter(context.strand, context.blocking_pool, context.rest, context.clock, config.settings,
                 config.reporter, [this] { return trouble(); }) {
    pod_informers.informer<core::Pod>(pods_of(config.settings.name)).add_handler(pod_handler());
    note_alive();
  }

  bool hollow() const { return config.host.root.empty(); }
  std::unique_ptr<objects::ServiceSource> make_services() {
    if (hollow()) return nullptr;
    return std::make_unique<objects::InformedServices>(service_informers.informer<core::Service>());
  }
  std::unique_ptr<volumes::VolumeManager> make_volumes() {
    if (hollow()) return std::make_unique<volumes::HollowVolumes>();
    return std::make_unique<volumes::PodVolumes>(context.blocking_pool, objects, tokens, config.host.root);
  }
  host::HostContext host_context() {
    return {*runtime, *volumes, objects, services.get(), context.clock, context.blocking_pool, event_sink()};
  }
  pods::EventSink event_sink();
  client::Handler<core::Pod> pod_handler();

  Awaitable<void> run();
  Awaitable<void> report();
  Awaitable<bool> start_runtime();
  Awaitable<void> stay_alive();
  Awaitable<void> keep_house();
  Awaitable<void> flush_statuses();
  Awaitable<void> stop();

  void wake(const std::string& uid) { manager.wake(uid); }
  std::string trouble() const { return runtime_trouble.empty() ? runtime->trouble() : runtime_trouble; }
  void note_alive() { alive = context.clock.steady_now().time_since_epoch().count(); }

  NodeContext context;
  NodeConfig config;
  std::shared_ptr<runtime::Runtime> runtime;
  client::EventRecorder recorder;
  status::StatusManager statuses;
  base::TaskGroup tasks;
  client::InformerFactory service_informers, pod_informers;
  objects::WatchedObjects objects;
  objects::Tokens tokens;
  std::unique_ptr<objects::ServiceSource> services;
  std::unique_ptr<volumes::VolumeManager> volumes;
  host::RuntimeHost host;
  pods::WorkerContext worker_context;
  pods::PodManager manager;
  PodAccess access;
  node::Reporter reporter;
  std::string runtime_trouble = "container runtime is not started yet";  ///< Empty once it has started.
  std::atomic<bool> synced = false;
  std::atomic<base::SteadyTime::rep> alive = 0;
};

pods::EventSink Node::Impl::event_sink() {
  return [this](const core::Pod& pod, std::string field_path, std::string type, std::string reason,
                std::string message) {
    auto about = client::reference_to(pod);
    about.field_path = std::move(field_path);
    recorder.event(about, std::move(type), std::move(reason), std::move(message));
  };
}

client::Handler<core::Pod> Node::Impl::pod_handler() {
  client::Handler<core::Pod> handler;
  handler.on_add = [this](const PodPtr& pod) { manager.put(pod); };
  handler.on_update = [this](const PodPtr&, const PodPtr& pod) { manager.put(pod); };
  handler.on_delete = [this](const PodPtr& pod) { manager.remove(pod); };
  return handler;
}

/// In this order: what the node can give, what runs already, which pods there are. The node is registered
/// once the runtime has started or failed to, so that a new one is Ready from its first status on, and one
/// whose runtime is in trouble is seen to be.
Awaitable<void> Node::Impl::run() {
  auto status = co_await reporter.current_status();
  manager.set_allocatable(status.allocatable);
  host.set_node_allocatable(std::move(status.allocatable));
  const bool runs = co_await start_runtime();
  if (!runs) co_return;
  statuses.start();
  // Containers are told of the Services, so these come first.
  for (auto* informers : {&service_informers, &pod_informers}) {
    informers->start();
    const bool read = co_await informers->wait_synced();
    if (!read) co_return;
  }
  synced = true;
  co_await manager.remove_orphans();
}

Awaitable<void> Node::Impl::report() {
  const bool registered = co_await reporter.register_node();
  if (!registered) co_return;
  core::ObjectReference self;
  self.kind = "Node";
  self.name = self.uid = config.settings.name;
  recorder.event(self, "Normal", "Starting", "Starting kubelet.");
  tasks.spawn("status", [this] { return reporter.run_status(); });
  tasks.spawn("lease", [this] { return reporter.run_lease(); });
}

Awaitable<bool> Node::Impl::start_runtime() {
  bool first = true;
  for (auto delay = runtime_retry_first;; delay = std::min(delay * 2, runtime_retry_max)) {
    auto started = co_await runtime->start([this](const std::string& uid) { wake(uid); });
    runtime_trouble = started ? "" : "container runtime is down: " + started.error().message;
    if (std::exchange(first, false)) tasks.spawn("report", [this] { return report(); });
    if (started) co_return true;
    base::log::error("cannot start the container runtime",
                     {{"node", config.settings.name}, {"error", started.error()}});
    const bool slept = co_await base::sleep_for(delay);
    if (!slept) co_return false;
  }
}

Awaitable<void> Node::Impl::stay_alive() {
  for (;;) {
    note_alive();
    const bool slept = co_await base::sleep_for(alive_interval);
    if (!slept) co_return;
  }
}

Awaitable<void> Node::Impl::keep_house() {
  for (;;) {
    const bool slept = co_await base::sleep_for(housekeeping_interval);
    if (!slept) co_return;
    objects.let_go_of_idle();
  }
}

Awaitable<void> Node::Impl::flush_statuses() {
  const auto until = std::chrono::steady_clock::now() + flush_limit;
  while (!statuses.all_written() && std::chrono::steady_clock::now() < until) {
    const bool slept = co_await base::sleep_for(flush_poll);
    if (!slept) co_return;
  }
}

Awaitable<void> Node::Impl::stop() {
  co_await pod_informers.stop();
  co_await service_informers.stop();
  tasks.cancel();
  co_await tasks.join();
  co_await flush_statuses();
  co_await statuses.stop();
  co_await objects.stop();
  co_await recorder.stop();
  co_await runtime->stop();
}

Node::Node(NodeContext context, NodeConfig config, std::shared_ptr<runtime::Runtime> runtime)
    : impl_(std::make_unique<Impl>(std::move(context), std::move(config), std::move(runtime))) {}
Node::~Node() = default;

const std::string& Node::name() const noexcept {
  return impl_->config.settings.name;
}
base::Executor Node::strand() const {
  return impl_->context.strand;
}
bool Node::synced() const noexcept {
  return impl_->synced;
}
base::SteadyTime Node::last_alive() const noexcept {
  return base::SteadyTime(base::SteadyTime::duration(impl_->alive.load()));
}
PodAccess& Node::pods() noexcept {
  return impl_->access;
}

void Node::start() {
  impl_->context.metrics.node_named(name());
  impl_->tasks.spawn("alive", [impl = impl_.get()] { return impl->stay_alive(); });
  impl_->tasks.spawn("house", [impl = impl_.get()] { return impl->keep_house(); });
  impl_->tasks.spawn("node", [impl = impl_.get()] { return impl->run(); });
}

Awaitable<void> Node::stop() {
  return impl_->stop();
}

}  // namespace node_agent
