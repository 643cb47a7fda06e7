#include "scheduler/plugins/registry.hpp"

namespace scheduler::plugins {

namespace {

/// Higher priority first, then who waits longer.
class PrioritySort final : public QueueSortPlugin {
 public:
  std::string_view name() const noexcept override { return "PrioritySort"; }
  bool less(const QueuedPod& a, const QueuedPod& b) const override {
    if (a.pod->priority != b.pod->priority) return a.pod->priority > b.pod->priority;
    if (a.queued_at != b.queued_at) return a.queued_at < b.queued_at;
    return a.sequence < b.sequence;
  }
};

}  // namespace

std::unique_ptr<Plugin> make_priority_sort(const PluginContext&) {
  return std::make_unique<PrioritySort>();
}

}  // namespace scheduler::plugins
