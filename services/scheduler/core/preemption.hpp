#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>
#include "api/selector.hpp"
#include "scheduler/framework/plugin.hpp"

namespace scheduler {

/// How many pods a PodDisruptionBudget still lets go.
struct DisruptionAllowance {
  std::string ns;
  api::LabelSelector selector;  ///< Never one that matches everything.
  std::int32_t allowed = 0;
  std::set<std::string> disrupted;  ///< Names of pods already counted as gone.
};

/// Pods that have to go from one node for another to fit.
struct Victims {
  std::string node;
  std::vector<PodInfoPtr> pods;  ///< The most important first.
  int violations = 0;            ///< Of disruption budgets.
};

/// The rules of preemption, without the world. Source: "Pod Priority and Preemption".
namespace preemption {

/// Whether `pod` fits on a node in some state of it.
using Fits = std::function<Status(const NodeInfo&)>;

/// Higher priority first, then who runs longer.
bool more_important(const PodInfo& a, const PodInfo& b);

/// The fewest and least important pods of lower priority whose leaving makes `pod` fit on `node`. Empty: none
/// would help; `why` says so.
std::optional<Victims> select_victims(const PodInfo& pod, const NodeInfo& node, const Fits& fits,
                                      std::vector<DisruptionAllowance> budgets, Status& why);

/// Of several the one that hurts least: budgets kept, victims of low priority, few of them, started late.
const Victims& pick(const std::vector<Victims>& candidates);

/// Empty if `pod` may preempt; else why not.
std::string not_eligible(const PodInfo& pod, const Snapshot& nodes, const NodeStatuses& refused);

}  // namespace preemption

}  // namespace scheduler
