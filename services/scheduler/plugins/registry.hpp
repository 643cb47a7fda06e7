#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "client/rest.hpp"
#include "scheduler/framework/plugin.hpp"

namespace scheduler {

/// How much a resource counts in a score.
struct ResourceWeight {
  std::string name;
  std::int64_t weight = 1;
};

struct DisruptionAllowance;

/// What plugins are made of.
struct PluginContext {
  std::shared_ptr<client::RestClient> rest;  ///< For DefaultBinder only.
  bool most_allocated = false;               ///< NodeResourcesFit: pack nodes instead of spreading.
  std::function<std::vector<DisruptionAllowance>()>
      disruption_allowances;  ///< For DefaultPreemption; may be empty.
  /// Pods for which room is being made on a node and that the given one may not push aside; may be empty.
  std::function<std::vector<PodInfoPtr>(const PodInfo&, const std::string& node)> nominated_before;
  std::vector<ResourceWeight> fit_resources{{"cpu", 1}, {"memory", 1}};
  std::vector<ResourceWeight> balanced_resources{{"cpu", 1}, {"memory", 1}};
};

struct PluginEntry {
  std::string_view name;
  std::int64_t weight;  ///< Of its score; 0 if it does not score.
  std::unique_ptr<Plugin> (*make)(const PluginContext&);
};

/// Every plugin, in the order in which they run. Adding one: a file beside this one, a declaration below, and
/// a line in registry.cpp.
std::span<const PluginEntry> plugin_registry() noexcept;

namespace plugins {
std::unique_ptr<Plugin> make_scheduling_gates(const PluginContext&);
std::unique_ptr<Plugin> make_priority_sort(const PluginContext&);
std::unique_ptr<Plugin> make_node_unschedulable(const PluginContext&);
std::unique_ptr<Plugin> make_node_name(const PluginContext&);
std::unique_ptr<Plugin> make_taint_toleration(const PluginContext&);
std::unique_ptr<Plugin> make_node_affinity(const PluginContext&);
std::unique_ptr<Plugin> make_node_ports(const PluginContext&);
std::unique_ptr<Plugin> make_node_resources_fit(const PluginContext&);
std::unique_ptr<Plugin> make_default_preemption(const PluginContext&);
std::unique_ptr<Plugin> make_balanced_allocation(const PluginContext&);
std::unique_ptr<Plugin> make_default_binder(const PluginContext&);
}  // namespace plugins

}  // namespace scheduler
