#include "scheduler/queue/scheduling_queue.hpp"
#include <algorithm>

namespace scheduler {

SchedulingQueue::SchedulingQueue(const Framework& framework, Options options, Incoming on_incoming)
    : framework_(framework),
      options_(options),
      on_incoming_(std::move(on_incoming)),
      active_(Order{&framework}) {}

void SchedulingQueue::enter(Entry& e, Where where, std::string_view event) {
  e.where = where;
  if (where == Where::active) active_.insert(&e);
  if (where == Where::backoff) backoff_.insert(&e);
  if (where == Where::unschedulable) {
    unschedulable_.insert(&e);
    gated_ += e.pod.gated;
  }
  static constexpr std::string_view names[] = {"active", "backoff", "unschedulable"};
  on_incoming_(e.pod.gated ? "gated" : names[static_cast<int>(where)], event);
}

void SchedulingQueue::leave(Entry& e) {
  if (e.where == Where::active) active_.erase(&e);
  if (e.where == Where::backoff) backoff_.erase(&e);
  if (e.where == Where::unschedulable) {
    unschedulable_.erase(&e);
    gated_ -= e.pod.gated;
  }
  e.where = Where::out;
}

bool SchedulingQueue::still_gated(Entry& e) const {
  const auto status = framework_.pre_enqueue(*e.pod.pod);
  e.pod.gated = !status.ok();
  if (e.pod.gated) e.pod.rejected_by = {status.plugin};
  return e.pod.gated;
}

std::chrono::nanoseconds SchedulingQueue::backoff_of(const QueuedPod& pod) const {
  if (pod.attempts == 0) return {};
  auto wait = options_.initial_backoff;
  for (int i = 1; i < pod.attempts && wait < options_.max_backoff; ++i)
    wait *= 2;
  return std::min(wait, options_.max_backoff);
}

void SchedulingQueue::activate(Entry& e, std::string_view event, Time now) {
  leave(e);
  if (still_gated(e)) {
    e.until = now;
    return enter(e, Where::unschedulable, event);
  }
  const auto until = e.pod.queued_at + backoff_of(e.pod);
  if (until > now) {
    e.until = until;
    return enter(e, Where::backoff, event);
  }
  enter(e, Where::active, event);
}

void SchedulingQueue::add(PodInfoPtr pod, Time now) {
  const std::string uid = pod->uid();
  if (contains(uid)) return update(std::move(pod), action::all, now);
  auto& slot = entries_[uid];
  slot = std::make_unique<Entry>();
  slot->pod.pod = std::move(pod);
  slot->pod.queued_at = slot->pod.first_seen = now;
  slot->pod.sequence = ++sequence_;
  activate(*slot, "UnscheduledPodAdd", now);
}

void SchedulingQueue::update(PodInfoPtr pod, std::uint32_t actions, Time now) {
  auto hit = entries_.find(pod->uid());
  if (hit == entries_.end()) return add(std::move(pod), now);
  auto& e = *hit->second;
  const auto where = e.where;
  if (where == Where::active) active_.erase(&e);  // Its place depends on the pod.
  ClusterEvent event{EventResource::unscheduled_pod, actions, "UnscheduledPodUpdate"};
  event.old_pod = e.pod.pod->pod;
  event.pod = pod->pod;
  e.pod.pod = std::move(pod);
  if (where == Where::active) active_.insert(&e);
  if (where != Where::unschedulable || actions == 0) return;
  if (e.pod.gated || framework_.worth_retry(e.pod.rejected_by, *e.pod.pod, event))
    activate(e, event.label, now);
}

void SchedulingQueue::remove(const std::string& uid) {
  auto hit = entries_.find(uid);
  if (hit == entries_.end()) return;
  leave(*hit->second);
  entries_.erase(hit);
}

void SchedulingQueue::done(const std::string& uid) {
  remove(uid);
}

std::optional<QueuedPod> SchedulingQueue::pop(Time now) {
  flush(now);
  Entry* next = active_.empty() ? nullptr : *active_.begin();
  if (!next) {
    // With nothing else to do, a pod that an event may have helped need not wait out its back-off; one that
    // met an error must.
    auto helped = std::find_if(backoff_.begin(), backoff_.end(),
                               [](const Entry* e) { return !e->pod.rejected_by.empty(); });
    if (helped == backoff_.end()) return std::nullopt;
    next = *helped;
  }
  leave(*next);
  ++next->pod.attempts;
  QueuedPod out = next->pod;
  next->pod.rejected_by.clear();
  return out;
}

void SchedulingQueue::put_back(QueuedPod pod, Time now) {
  auto hit = entries_.find(pod.pod->uid());
  if (hit == entries_.end()) return;  // Deleted while it was tried.
  auto& e = *hit->second;
  leave(e);
  e.pod.attempts = pod.attempts;
  e.pod.rejected_by = std::move(pod.rejected_by);
  e.pod.queued_at = now;
  if (e.pod.rejected_by.empty()) return activate(e, "ScheduleAttemptFailure", now);
  e.until = now;
  enter(e, Where::unschedulable, "ScheduleAttemptFailure");
}

void SchedulingQueue::move(const ClusterEvent& event, Time now) {
  if (!framework_.cares(event)) return;
  std::vector<Entry*> worth;
  for (auto* e : unschedulable_)
    if (framework_.worth_retry(e->pod.rejected_by, *e->pod.pod, event)) worth.push_back(e);
  for (auto* e : worth)
    activate(*e, event.label, now);
}

void SchedulingQueue::flush(Time now) {
  while (!backoff_.empty() && (*backoff_.begin())->until <= now) {
    auto& e = **backoff_.begin();
    leave(e);
    enter(e, Where::active, "BackoffComplete");
  }
  std::vector<Entry*> late;
  for (auto* e : unschedulable_) {
    if (e->until + options_.unschedulable_max > now) break;
    if (!e->pod.gated) late.push_back(e);
  }
  for (auto* e : late)
    activate(*e, "UnschedulableTimeout", now);
}

std::optional<SchedulingQueue::Time> SchedulingQueue::next_flush() const {
  std::optional<Time> next;
  if (!backoff_.empty()) next = (*backoff_.begin())->until;
  for (const auto* e : unschedulable_) {
    if (e->pod.gated) continue;
    const auto late = e->until + options_.unschedulable_max;
    if (!next || late < *next) next = late;
    break;
  }
  return next;
}

}  // namespace scheduler
