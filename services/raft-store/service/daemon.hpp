#pragma once
#include <memory>
#include <vector>
#include "base/runtime.hpp"
#include "raft-store/gateway/gateway.hpp"
#include "raft-store/service/lease_keeper.hpp"
#include "raft-store/service/options.hpp"
#include "raft-store/upkeep/compactor.hpp"
#include "raft-store/upkeep/space_keeper.hpp"

namespace raft_store {

/// The member: owns its parts, starts them in order and stops them in the reverse one.
class Daemon {
 public:
  /// Opens the data. Blocks; at start-up only. Errors: those of Replicator::open.
  static base::Result<std::unique_ptr<Daemon>> open(base::Runtime& runtime, const Options& options,
                                                    Plan plan);
  /// --experimental-initial-corrupt-check: before `start`. Error: corrupt.
  base::Awaitable<base::Result<void>> check_data();
  /// Opens the ports and begins to serve. Error: that of Server::listen; nothing runs then.
  base::Awaitable<base::Result<void>> start();
  /// Hands over what it leads, ends the streams, answers what is under way, closes the database.
  base::Awaitable<void> stop();

  std::uint16_t client_port(std::size_t url = 0) const { return client_servers_.at(url)->port(); }

 private:
  Daemon(base::Runtime& runtime, const Options& options, const Plan& plan);
  void make_upkeep(const upkeep::Plan& plan, const std::filesystem::path& data_dir);
  base::Result<void> listen();
  base::Awaitable<void> stop_servers(std::vector<std::unique_ptr<http::Server>>& servers,
                                     std::chrono::milliseconds deadline);
  base::Awaitable<void> hand_over();
  base::Awaitable<bool> hand_over_to(raft::NodeId member);
  base::Awaitable<void> reload_certificates();

  base::Runtime& runtime_;
  const std::chrono::milliseconds election_timeout_;
  base::Executor strand_;
  mvcc::Store store_;
  mvcc::WatchHub hub_;
  mvcc::Lessor lessor_;
  mvcc::Sweeper sweeper_;
  std::unique_ptr<backup::Backups> backups_;  ///< Null without --backup-dir.
  std::unique_ptr<replication::Replicator> replicator_;
  std::unique_ptr<LeaseKeeper> keeper_;
  upkeep::Quota quota_;
  std::unique_ptr<upkeep::SpaceKeeper> space_;
  std::unique_ptr<upkeep::CorruptionChecker> checker_;
  std::unique_ptr<upkeep::Compactor> compactor_;  ///< Null: off.
  const bool check_at_start_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::vector<std::shared_ptr<http::TlsContext>> certificates_;
  std::vector<http::ServerOptions> client_urls_, peer_urls_;
  http::Handler client_handler_, peer_handler_;
  std::vector<std::unique_ptr<http::Server>> client_servers_, peer_servers_;
  base::TaskGroup tasks_;
};

/// From start to shutdown. Returns the process's exit code: 1 if it could not start.
base::Awaitable<int> run_daemon(base::Runtime& runtime, const Options& options);

}  // namespace raft_store
