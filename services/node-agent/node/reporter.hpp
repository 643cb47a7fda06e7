#pragma once
#include <functional>
#include <memory>
#include <string>
#include "base/async.hpp"
#include "base/clock.hpp"
#include "client/rest.hpp"
#include "node-agent/node/node_object.hpp"

namespace node_agent::node {

struct ReporterOptions {
  std::chrono::nanoseconds status_update_frequency = std::chrono::seconds(10);  ///< How often it looks.
  std::chrono::nanoseconds status_report_frequency =
      std::chrono::minutes(5);  ///< How often without a change.
  std::chrono::nanoseconds lease_renew_interval = std::chrono::seconds(10);
  std::string root_dir;  ///< Whose file system counts as the node's disk.
};

/// Keeps this node known to the API: creates its Node, reports its status when it changes and every five
/// minutes, renews its Lease. Belongs to the strand given.
class Reporter {
 public:
  /// `runtime_trouble`: why no pod can be run now, empty when all is well; called on the strand, must not
  /// block.
  Reporter(base::Executor strand, base::Executor blocking_pool, std::shared_ptr<client::RestClient> rest,
           const base::Clock& clock, NodeSettings settings, ReporterOptions options,
           std::function<std::string()> runtime_trouble);

  /// Creates the Node or takes over the one there; tries until it succeeds. False if cancelled.
  base::Awaitable<bool> register_node();
  /// The two loops, until cancelled. After `register_node`.
  base::Awaitable<void> run_status();
  base::Awaitable<void> run_lease();

  /// As last read or written; name and uid are set after `register_node`.
  const api::core::v1::Node& node() const noexcept { return node_; }
  const Machine& machine() const noexcept { return machine_; }
  /// What pods may use of the machine, whether or not the API knows it yet.
  base::Awaitable<api::core::v1::NodeStatus> current_status();

 private:
  base::Awaitable<base::Result<void>> try_register();
  base::Awaitable<base::Result<void>> adopt();
  base::Awaitable<base::Result<void>> report();
  base::Awaitable<base::Result<void>> renew();
  base::Awaitable<NodeObservation> observe();

  base::Executor strand_, pool_;
  std::shared_ptr<client::RestClient> rest_;
  const base::Clock& clock_;
  NodeSettings settings_;
  ReporterOptions options_;
  std::function<std::string()> runtime_trouble_;
  Machine machine_;
  api::core::v1::Node node_;
  api::coordination::v1::Lease lease_;
  base::SteadyTime last_report_{};
};

}  // namespace node_agent::node
