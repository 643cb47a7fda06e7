#pragma once
#include <functional>
#include <string>
#include "client/informer.hpp"
#include "scheduler/cache/cache.hpp"
#include "scheduler/core/nominations.hpp"
#include "scheduler/queue/scheduling_queue.hpp"

namespace scheduler {

/// Turns what informers tell into changes of the cache and the queue. Belongs to the scheduler's strand.
class Intake {
 public:
  /// `on_change`: there may be something to do.
  Intake(Cache& cache, SchedulingQueue& queue, Nominations& nominations, std::string scheduler_name,
         std::function<void()> on_change);
  client::Handler<api::core::v1::Node> node_handler();
  client::Handler<api::core::v1::Pod> pod_handler();

 private:
  void node_added(const NodePtr& node);
  void node_updated(const NodePtr& old, const NodePtr& node);
  void node_deleted(const NodePtr& node);
  void pod_changed(const PodPtr& old, const PodPtr& pod);  ///< `old` null: new to us.
  void pod_deleted(const PodPtr& pod);
  void pod_assigned(const PodPtr& old, const PodPtr& pod);
  void move(const ClusterEvent& event);

  Cache& cache_;
  SchedulingQueue& queue_;
  Nominations& nominations_;
  std::string scheduler_name_;
  std::function<void()> on_change_;
};

}  // namespace scheduler
