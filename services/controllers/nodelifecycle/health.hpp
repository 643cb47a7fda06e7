#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>
#include "api/types/coordination_v1.hpp"
#include "api/types/core_v1.hpp"
#include "base/clock.hpp"

/// Whether nodes are alive, and what follows from it. Source: the Nodes page of the documentation, KEP-589
/// (node leases).
namespace controllers::nodelifecycle {

using api::coordination::v1::Lease;
using api::core::v1::Node;
using api::core::v1::NodeCondition;

/// What was last heard of a node. `heard_at` is on our clock: the node's own clock may be wrong, so only
/// changes of its times count, not their values.
struct Heartbeat {
  base::SystemTime heard_at;
  std::optional<api::Time> status_time;      ///< Ready's lastHeartbeatTime at that moment.
  std::optional<api::MicroTime> lease_time;  ///< The lease's renewTime.
};

/// `before` is empty for a node that has not been seen yet; `lease` may be null.
Heartbeat listen(const std::optional<Heartbeat>& before, const Node& node, const Lease* lease,
                 base::SystemTime now);

const NodeCondition* find_condition(const Node& node, std::string_view type) noexcept;
enum class Readiness { ready, not_ready, unknown };
/// A node without the condition counts as unknown.
Readiness readiness(const Node& node) noexcept;

/// The conditions of a node that has been silent for longer than it may: Ready, MemoryPressure, DiskPressure
/// and PIDPressure become Unknown. Nothing, if it has not or they are already. `grace` for a node that has
/// ever reported Ready, `startup_grace` for one that has not.
std::optional<std::vector<NodeCondition>> conditions_of_silence(const Node& node, const Heartbeat& heartbeat,
                                                                std::chrono::nanoseconds grace,
                                                                std::chrono::nanoseconds startup_grace,
                                                                base::SystemTime now);

}  // namespace controllers::nodelifecycle
