#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include "base/async.hpp"
#include "scheduler/framework/status.hpp"

namespace scheduler {

/// Pods that a Permit plugin holds back between their choice of node and the binding. Belongs to one strand.
class WaitingPods {
 public:
  explicit WaitingPods(base::Executor strand) : strand_(std::move(strand)) {}
  /// Until `decide` is called for it; unschedulable when `timeout` passed.
  base::Awaitable<Status> wait(std::string uid, std::chrono::nanoseconds timeout);
  /// False if that pod does not wait.
  bool decide(const std::string& uid, Status status);
  void reject_all();  ///< For shutdown.

 private:
  struct Waiting {
    explicit Waiting(const base::Executor& ex) : decided(ex) {}
    base::Event decided;
    Status status;
  };
  base::Executor strand_;
  std::map<std::string, std::shared_ptr<Waiting>> pods_;
};

}  // namespace scheduler
