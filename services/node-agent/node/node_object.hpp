#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>
#include "api/types/coordination_v1.hpp"
#include "api/types/core_v1.hpp"
#include "base/clock.hpp"
#include "node-agent/node/eviction_thresholds.hpp"
#include "node-agent/node/machine.hpp"

/// The Node object and its Lease as this agent wants them. Pure.
/// Source of names, defaults and messages: "Nodes" in the Kubernetes reference.
namespace node_agent::node {

/// What is known from flags.
struct NodeSettings {
  std::string name, ip;
  std::uint16_t port = 10250;
  int pods_max = 110;
  std::map<std::string, std::string> labels;
  std::vector<api::core::v1::Taint> taints;
  EvictionThresholds eviction;
  std::string runtime_version;  ///< "process://0.1.0"
};

/// What is measured for one report.
struct NodeObservation {
  Machine machine;
  Pressure pressure;
  /// Why no pod can be run now; empty: they can.
  std::string not_ready;
};

/// Capacity and allocatable, addresses, node info, conditions (with `now` as heartbeat), daemon endpoint.
/// `known`: the status the API has; transition times of unchanged conditions and conditions of others are
/// taken from it.
api::core::v1::NodeStatus node_status(const NodeSettings& settings, const NodeObservation& seen,
                                      const api::core::v1::NodeStatus& known, base::SystemTime now);

/// The Node to create.
api::core::v1::Node initial_node(const NodeSettings& settings, const NodeObservation& seen,
                                 base::SystemTime now);

/// The labels every node has (kubernetes.io/hostname, os, arch and their beta forms) and those of the
/// settings.
std::map<std::string, std::string> node_labels(const NodeSettings& settings, const Machine& machine);

/// True if `a` and `b` differ in more than the heartbeat times of their conditions.
bool status_changed(const api::core::v1::NodeStatus& a, const api::core::v1::NodeStatus& b);

/// The Lease of `node` renewed at `now`: 40 s, owned by the node.
api::coordination::v1::Lease node_lease(const api::core::v1::Node& node,
                                        const api::coordination::v1::Lease& known, base::SystemTime now);

/// "key=value:Effect"; the value may be left out. Error: invalid_argument.
base::Result<api::core::v1::Taint> parse_taint(std::string_view text);
/// Comma-separated key=value pairs. Error: invalid_argument.
base::Result<std::map<std::string, std::string>> parse_labels(const std::vector<std::string>& pairs);

}  // namespace node_agent::node
