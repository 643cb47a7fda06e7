#include "scheduler/service/waiting_pods.hpp"

namespace scheduler {

base::Awaitable<Status> WaitingPods::wait(std::string uid, std::chrono::nanoseconds timeout) {
  auto waiting = std::make_shared<Waiting>(strand_);
  pods_[uid] = waiting;
  co_await waiting->decided.wait_for(timeout);
  pods_.erase(uid);
  if (!waiting->decided.is_set()) co_return Status(Code::unschedulable, "pod was rejected: permit timed out");
  co_return waiting->status;
}

bool WaitingPods::decide(const std::string& uid, Status status) {
  auto hit = pods_.find(uid);
  if (hit == pods_.end()) return false;
  hit->second->status = std::move(status);
  hit->second->decided.set();
  return true;
}

void WaitingPods::reject_all() {
  for (auto& [uid, waiting] : pods_) {
    waiting->status = {Code::unschedulable, "the scheduler is shutting down"};
    waiting->decided.set();
  }
}

}  // namespace scheduler
