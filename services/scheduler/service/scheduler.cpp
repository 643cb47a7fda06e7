#include "scheduler/service/scheduler.hpp"
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include "base/log.hpp"
#include "base/random.hpp"
#include "client/event_recorder.hpp"
#include "client/informer.hpp"
#include "scheduler/core/algorithm.hpp"
#include "scheduler/service/intake.hpp"
#include "scheduler/service/metrics.hpp"
#include "scheduler/service/preemptor.hpp"
#include "scheduler/service/waiting_pods.hpp"

namespace scheduler {

namespace {

using api::core::v1::Node;
using api::core::v1::Pod;
using api::policy::v1::PodDisruptionBudget;
using base::Awaitable;
using Clock = std::chrono::steady_clock;

client::InformerOptions running_pods() {
  client::InformerOptions o;
  o.field_selector = "status.phase!=Succeeded,status.phase!=Failed";
  return o;
}

std::uint64_t seed() {
  std::uint64_t value = 0;
  for (unsigned char c : base::random_bytes(8))
    value = value << 8 | c;
  return value;
}

/// The patch that says why a pod waits, and for which node; empty if its status says so already.
std::optional<boost::json::value> condition_patch(const Pod& pod, const std::string& reason,
                                                  const std::string& message, const std::string& nominated) {
  const bool known = pod.status.nominated_node_name == nominated;
  bool told = false;
  for (const auto& c : pod.status.conditions)
    told |= c.type == "PodScheduled" && c.status == "False" && c.reason == reason && c.message == message;
  if (known && told) return std::nullopt;
  boost::json::object condition{{"type", "PodScheduled"}, {"status", "False"}, {"reason", reason}};
  condition["message"] = message;
  condition["lastProbeTime"] = nullptr;
  condition["lastTransitionTime"] = base::format_rfc3339(base::Clock::real().now());
  if (pod.metadata.generation) condition["observedGeneration"] = *pod.metadata.generation;
  boost::json::array conditions;
  conditions.push_back(std::move(condition));
  boost::json::object status, patch;
  status["conditions"] = std::move(conditions);
  if (!known)
    status["nominatedNodeName"] = nominated.empty() ? boost::json::value() : boost::json::value(nominated);
  patch["status"] = std::move(status);
  return patch;
}

}  // namespace

struct Scheduler::Impl {
  Impl(const base::Executor& strand, std::shared_ptr<client::RestClient> rest_,
       base::metrics::Registry& registry, SchedulerOptions options_)
      : options(std::move(options_)),
        rest(std::move(rest_)),
        metrics(registry),
        framework(plugin_registry(), context()),
        queue(framework, {}, [this](std::string_view q, std::string_view e) { metrics.incoming(q, e); }),
        algorithm(framework, options.percentage_of_nodes_to_score, seed()),
        changed(strand),
        intake(cache, queue, nominations, options.name, [this] { changed.set(); }),
        informers(strand, rest),
        pods(informers.informer<Pod>(running_pods())),
        nodes(informers.informer<Node>()),
        budgets(informers.informer<PodDisruptionBudget>()),
        recorder(strand, rest, options.name),
        waiting(strand),
        writes(strand, "scheduler writes") {
    nodes.add_handler(intake.node_handler());
    pods.add_handler(intake.pod_handler());
  }

  /// What plugins ask of us is asked later, when everything is there.
  PluginContext context() {
    PluginContext c;
    c.rest = rest;
    c.most_allocated = options.most_allocated;
    c.disruption_allowances = [this] { return allowances_of(budgets.store()); };
    c.nominated_before = [this](const PodInfo& pod, const std::string& node) {
      return nominations.before(pod, node);
    };
    return c;
  }
  Awaitable<void> run();
  void schedule_one(QueuedPod pod);
  void refuse(QueuedPod pod, const Decision& decision, Clock::time_point started);
  void preempt(const PodInfoPtr& pod, const Decision& decision);
  void fail(QueuedPod pod, const std::string& message, Clock::time_point started);
  void write_down(const QueuedPod& pod, const std::string& reason, const std::string& message);
  bool spawn(std::string name, std::function<Awaitable<void>()> task);
  Awaitable<Status> bind(CycleStatePtr state, PodInfoPtr pod, std::string node,
                         std::chrono::nanoseconds permit_wait);
  void bound(const QueuedPod& pod, CycleState& state, const std::string& node, Clock::time_point started);

  SchedulerOptions options;
  std::shared_ptr<client::RestClient> rest;
  Metrics metrics;
  Framework framework;
  Cache cache;
  Nominations nominations;
  SchedulingQueue queue;
  Algorithm algorithm;
  Snapshot snapshot;
  base::Event changed;  ///< The queue or the number of writes under way.
  Intake intake;
  client::InformerFactory informers;
  client::Informer<Pod>& pods;
  client::Informer<Node>& nodes;
  client::Informer<PodDisruptionBudget>& budgets;
  client::EventRecorder recorder;
  WaitingPods waiting;
  int writing = 0;
  base::TaskGroup writes;
};

Awaitable<void> Scheduler::Impl::run() {
  const bool all_here = co_await informers.wait_synced();
  if (!all_here) co_return;
  const auto executor = co_await boost::asio::this_coro::executor;
  while (true) {
    const auto now = Clock::now();
    auto next = writing < options.writes_max ? queue.pop(now) : std::nullopt;
    metrics.sizes(queue, cache);
    if (next) {
      schedule_one(std::move(*next));
      // Informers and bindings share the strand.
      co_await boost::asio::post(executor, boost::asio::use_awaitable);
      continue;
    }
    changed.reset();
    if (const auto due = queue.next_flush()) {
      co_await changed.wait_for(std::max<std::chrono::nanoseconds>(*due - now, std::chrono::milliseconds(1)));
    } else {
      co_await changed.wait();
    }
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) co_return;
  }
}

void Scheduler::Impl::schedule_one(QueuedPod pod) {
  const auto started = Clock::now();
  cache.update(snapshot);
  auto state = std::make_shared<CycleState>();
  const auto decision = algorithm.schedule(*state, *pod.pod, snapshot, nominations);
  metrics.algorithm(Clock::now() - started);
  if (decision.error) return fail(std::move(pod), decision.message, started);
  if (decision.node.empty()) return refuse(std::move(pod), decision, started);

  const std::string node = decision.node;
  if (auto s = framework.reserve(*state, *pod.pod, node); !s.ok())
    return fail(std::move(pod), s.message(), started);
  cache.assume(pod.pod, node);
  nominations.remove(pod.pod->uid());
  std::chrono::nanoseconds permit_wait{};
  auto permitted = framework.permit(*state, *pod.pod, node, permit_wait);
  if (!permitted.ok() && permitted.code != Code::wait) {
    framework.unreserve(*state, *pod.pod, node);
    cache.forget(pod.pod->uid());
    Decision no;
    no.message = permitted.message();
    if (permitted.rejected()) no.rejected_by.insert(permitted.plugin);
    return refuse(std::move(pod), no, started);
  }
  const bool wait = permitted.code == Code::wait;
  spawn("bind", [this, pod = std::move(pod), state, node, wait, permit_wait, started]() -> Awaitable<void> {
    auto status = co_await bind(state, pod.pod, node, wait ? permit_wait : std::chrono::nanoseconds(0));
    if (status.ok()) {
      bound(pod, *state, node, started);
      co_return;
    }
    framework.unreserve(*state, *pod.pod, node);
    cache.forget(pod.pod->uid());
    ClusterEvent freed{EventResource::assigned_pod, action::remove, "AssignedPodDelete"};
    freed.old_pod = pod.pod->pod;
    queue.move(freed, Clock::now());
    fail(pod, "binding rejected: " + status.message(), started);
  });
}

bool Scheduler::Impl::spawn(std::string name, std::function<Awaitable<void>()> task) {
  ++writing;
  const bool started = writes.spawn(std::move(name), [this, task = std::move(task)]() -> Awaitable<void> {
    struct Count {
      Impl& self;
      ~Count() {
        --self.writing;
        self.changed.set();
      }
    } count{*this};
    co_await task();
  });
  if (!started) --writing;
  return started;
}

Awaitable<Status> Scheduler::Impl::bind(CycleStatePtr state, PodInfoPtr pod, std::string node,
                                        std::chrono::nanoseconds permit_wait) {
  if (permit_wait.count() > 0) {
    std::string uid = pod->uid();
    auto permitted = co_await waiting.wait(std::move(uid), permit_wait);
    if (!permitted.ok()) co_return permitted;
  }
  auto prepared = co_await framework.pre_bind(state, pod, node);
  if (!prepared.ok()) co_return prepared;
  co_return co_await framework.bind(state, pod, node);
}

void Scheduler::Impl::bound(const QueuedPod& pod, CycleState& state, const std::string& node,
                            Clock::time_point started) {
  const auto now = Clock::now();
  framework.post_bind(state, *pod.pod, node);
  queue.done(pod.pod->uid());
  metrics.attempt("scheduled", now - started);
  metrics.bound(pod.attempts, now - pod.first_seen);
  const auto& metadata = pod.pod->pod->metadata;
  recorder.event(client::reference_to(*pod.pod->pod), "Normal", "Scheduled",
                 "Successfully assigned " + metadata.namespace_ + "/" + metadata.name + " to " + node);
}

void Scheduler::Impl::refuse(QueuedPod pod, const Decision& decision, Clock::time_point started) {
  metrics.attempt("unschedulable", Clock::now() - started);
  if (decision.drop_nomination) nominations.remove(pod.pod->uid());
  if (!decision.nominated.empty()) preempt(pod.pod, decision);
  write_down(pod, "Unschedulable", decision.message);
  pod.rejected_by = decision.rejected_by;
  queue.put_back(std::move(pod), Clock::now());
}

void Scheduler::Impl::preempt(const PodInfoPtr& pod, const Decision& decision) {
  // Who was to get that place before has to look again.
  for (const auto& lower : nominations.below(pod->priority, decision.nominated))
    nominations.remove(lower->uid());
  nominations.put(pod, decision.nominated);
  metrics.preemption(decision.victims.size());
  spawn("preempt", [this, pod, node = decision.nominated, victims = decision.victims]() -> Awaitable<void> {
    co_await evict(rest, recorder, options.name, pod, node, victims);
  });
}

void Scheduler::Impl::fail(QueuedPod pod, const std::string& message, Clock::time_point started) {
  metrics.attempt("error", Clock::now() - started);
  base::log::warning("a pod could not be scheduled", {{"pod", pod.pod->key()}, {"error", message}});
  write_down(pod, "SchedulerError", message);
  pod.rejected_by.clear();
  queue.put_back(std::move(pod), Clock::now());
}

void Scheduler::Impl::write_down(const QueuedPod& pod, const std::string& reason,
                                 const std::string& message) {
  const auto& object = *pod.pod->pod;
  recorder.event(client::reference_to(object), "Warning", "FailedScheduling", message);
  auto patch = condition_patch(object, reason, message, nominations.node_of(object.metadata.uid));
  if (!patch) return;
  spawn("condition", [this, info = pod.pod, patch = std::move(*patch)]() -> Awaitable<void> {
    std::string ns = info->pod->metadata.namespace_, name = info->pod->metadata.name, subresource = "status";
    boost::json::value body = patch;
    auto written = co_await rest->patch<Pod>(std::move(ns), std::move(name), client::PatchType::strategic,
                                             std::move(body), std::move(subresource));
    if (!written && !written.error().is(base::Errc::not_found))
      base::log::info("a pod's condition was not written",
                      {{"pod", info->key()}, {"error", written.error()}});
  });
}

Scheduler::Scheduler(base::Executor strand, std::shared_ptr<client::RestClient> rest,
                     base::metrics::Registry& metrics, SchedulerOptions options)
    : impl_(std::make_unique<Impl>(strand, std::move(rest), metrics, std::move(options))) {}
Scheduler::~Scheduler() = default;

void Scheduler::watch() {
  impl_->informers.start();
}
bool Scheduler::synced() const noexcept {
  return impl_->pods.synced() && impl_->nodes.synced();
}
base::Awaitable<void> Scheduler::run() {
  return impl_->run();
}

base::Awaitable<void> Scheduler::stop() {
  impl_->writes.close();
  impl_->waiting.reject_all();
  co_await impl_->writes.join();
  co_await impl_->recorder.stop();
  co_await impl_->informers.stop();
}

}  // namespace scheduler
