#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include "scheduler/framework/framework.hpp"

namespace scheduler {

/// The pods that wait for a node. Active ones are tried next; a pod that was refused waits in `unschedulable`
/// for an event that may help it, then for its back-off (1 s doubling to 10 s); a gated one waits for its
/// gates. Pure: the time is an argument. Source: KEP-4247 (queueing hints) and kube-scheduler's queue.
class SchedulingQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Options {
    std::chrono::nanoseconds initial_backoff = std::chrono::seconds(1),
                             max_backoff = std::chrono::seconds(10);
    std::chrono::nanoseconds unschedulable_max =
        std::chrono::minutes(5);  ///< Then it is tried without an event.
  };
  /// `on_incoming(queue, event)` hears of every arrival, for metrics.
  using Incoming = std::function<void(std::string_view queue, std::string_view event)>;

  SchedulingQueue(const Framework& framework, Options options, Incoming on_incoming);

  /// A pod without a node was seen first.
  void add(PodInfoPtr pod, Time now);
  /// It changed; `actions` says how (0: in nothing that matters here).
  void update(PodInfoPtr pod, std::uint32_t actions, Time now);
  void remove(const std::string& uid);
  /// The next one to try; its attempts include this one. It is out of the queue, but still known.
  std::optional<QueuedPod> pop(Time now);
  /// A try failed: `rejected_by` holds the plugins that refused it, none after an error.
  void put_back(QueuedPod pod, Time now);
  /// It was bound, or is gone: forget it.
  void done(const std::string& uid);
  /// Something happened: pods it may help go on.
  void move(const ClusterEvent& event, Time now);
  /// Ends back-offs that are over and waits that were too long.
  void flush(Time now);
  /// When flush has something to do next.
  std::optional<Time> next_flush() const;
  bool contains(const std::string& uid) const { return entries_.contains(uid); }

  std::size_t active() const noexcept { return active_.size(); }
  std::size_t backing_off() const noexcept { return backoff_.size(); }
  std::size_t unschedulable() const noexcept { return unschedulable_.size() - gated_; }
  std::size_t gated() const noexcept { return gated_; }

 private:
  enum class Where { active, backoff, unschedulable, out };
  struct Entry {
    QueuedPod pod;
    Where where = Where::out;
    Time until{};  ///< Backoff: its end. Unschedulable: since when.
  };
  struct Order {
    const Framework* framework;
    bool operator()(const Entry* a, const Entry* b) const { return framework->less(a->pod, b->pod); }
  };
  struct Sooner {
    bool operator()(const Entry* a, const Entry* b) const {
      return a->until != b->until ? a->until < b->until : a->pod.sequence < b->pod.sequence;
    }
  };

  void enter(Entry& e, Where where, std::string_view event);
  void leave(Entry& e);
  /// Active if its gates and its back-off allow, else where those put it.
  void activate(Entry& e, std::string_view event, Time now);
  bool still_gated(Entry& e) const;
  std::chrono::nanoseconds backoff_of(const QueuedPod& pod) const;

  const Framework& framework_;
  Options options_;
  Incoming on_incoming_;
  std::unordered_map<std::string, std::unique_ptr<Entry>> entries_;  ///< By uid.
  std::set<Entry*, Order> active_;
  std::set<Entry*, Sooner> backoff_, unschedulable_;
  std::size_t gated_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace scheduler
