#pragma once
#include <string>
#include "base/flags.hpp"
#include "base/runtime.hpp"
#include "client/leader_election.hpp"
#include "frame/frame.hpp"
#include "scheduler/service/scheduler.hpp"

namespace scheduler {

/// What the command line says. Names and defaults are kube-scheduler's.
struct DaemonOptions {
  std::string kubeconfig;
  bool leader_elect = true;
  std::chrono::nanoseconds lease_duration = std::chrono::seconds(15),
                           renew_deadline = std::chrono::seconds(10), retry_period = std::chrono::seconds(2);
  std::string lease_name = "kube-scheduler", lease_namespace = "kube-system";
  frame::ServingFlags serving;
  SchedulerOptions scheduler;

  DaemonOptions();
  void add_to(base::Flags& flags);
};

/// The daemon from start to shutdown. Returns the process's exit code: 1 if it could not start or lost the
/// lease.
base::Awaitable<int> run_daemon(base::Runtime& runtime, const DaemonOptions& options);

}  // namespace scheduler
