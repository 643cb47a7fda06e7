#include "scheduler/service/daemon.hpp"
#include <unistd.h>
#include "base/log.hpp"
#include "base/random.hpp"
#include "client/kubeconfig.hpp"

namespace scheduler {

namespace {

using base::Awaitable;

std::string identity() {
  char host[256] = "localhost";
  gethostname(host, sizeof host - 1);
  return std::string(host) + "_" + base::random_uuid();
}

client::LeaderElectionOptions election_of(const DaemonOptions& o) {
  using std::chrono::milliseconds;
  client::LeaderElectionOptions out;
  out.lease_namespace = o.lease_namespace;
  out.lease_name = o.lease_name;
  out.identity = identity();
  out.lease_duration = std::chrono::duration_cast<milliseconds>(o.lease_duration);
  out.renew_deadline = std::chrono::duration_cast<milliseconds>(o.renew_deadline);
  out.retry_period = std::chrono::duration_cast<milliseconds>(o.retry_period);
  return out;
}

/// Schedules while it may; asks the process to stop when the lease is lost.
Awaitable<void> lead(base::Runtime& runtime, Scheduler& scheduler, std::shared_ptr<client::RestClient> rest,
                     const DaemonOptions& options, int& exit_code) {
  if (!options.leader_elect) {
    co_await scheduler.run();
    co_return;
  }
  auto election = election_of(options);
  std::function<Awaitable<void>()> work = [&scheduler] { return scheduler.run(); };
  auto ended = co_await client::run_leader_elected(std::move(rest), std::move(election), std::move(work));
  if (ended || ended.error().is(base::Errc::cancelled)) co_return;
  base::log::error("leader election lost", {{"error", ended.error()}});
  exit_code = 1;
  runtime.request_stop();
}

}  // namespace

DaemonOptions::DaemonOptions() {
  serving.secure_port = 10259;
}

void DaemonOptions::add_to(base::Flags& flags) {
  flags.section("API server")
      .add("kubeconfig", &kubeconfig, "Path to the kubeconfig file that says how to reach the API server.");
  flags.section("Leader election")
      .add("leader-elect", &leader_elect,
           "Take part in leader election, so that of several schedulers one works.")
      .add("leader-elect-lease-duration", &lease_duration,
           "How long others wait after the last renewal they saw.")
      .add("leader-elect-renew-deadline", &renew_deadline,
           "How long the leader tries to renew before it gives up.")
      .add("leader-elect-retry-period", &retry_period, "Time between attempts to acquire or renew.")
      .add("leader-elect-resource-name", &lease_name, "Name of the Lease.")
      .add("leader-elect-resource-namespace", &lease_namespace, "Namespace of the Lease.");
  serving.add_to(flags);
}

Awaitable<int> run_daemon(base::Runtime& runtime, const DaemonOptions& options) {
  auto config = client::load_kubeconfig(options.kubeconfig);
  if (!config) {
    base::log::error("cannot start", {{"error", config.error()}});
    co_return 1;
  }
  config->user_agent = "kube-scheduler";
  auto rest = client::RestClient::create(runtime.executor(), std::move(*config));
  const auto strand = runtime.make_strand();
  Scheduler scheduler(strand, rest, runtime.metrics(), options.scheduler);

  frame::Health health;
  health.add("informer-sync", frame::Health::Kind::ready, [&scheduler]() -> base::Result<void> {
    if (scheduler.synced()) return {};
    return base::Error(base::Errc::unavailable, "pods and nodes are not read yet");
  });
  auto serving = options.serving.options("scheduler");
  if (!serving) {
    base::log::error("cannot start", {{"error", serving.error()}});
    co_return 1;
  }
  auto server = frame::listen_ops(runtime, std::move(*serving), health);
  if (!server) {
    base::log::error("cannot start", {{"error", server.error()}});
    co_return 1;
  }

  int exit_code = 0;
  base::TaskGroup tasks(strand, "scheduler");
  tasks.spawn("lead", [&]() -> Awaitable<void> {
    scheduler.watch();
    co_await lead(runtime, scheduler, rest, options, exit_code);
  });
  co_await runtime.stop_requested();
  tasks.cancel();
  co_await tasks.join();
  base::TaskGroup ending(strand, "scheduler stop");
  ending.spawn("stop", [&scheduler] { return scheduler.stop(); });
  co_await ending.join();
  co_await (*server)->stop(std::chrono::milliseconds(500));
  co_return exit_code;
}

}  // namespace scheduler
