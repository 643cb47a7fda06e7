#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "base/flags.hpp"
#include "http/server.hpp"
#include "raft-store/backup/backups.hpp"
#include "raft-store/replication/replicator.hpp"
#include "raft-store/service/allowed_names.hpp"
#include "raft-store/upkeep/options.hpp"

namespace raft_store {

/// What the command line says. Names are etcd's, defaults too but where a remark says otherwise.
struct Options {
  std::string name = "default", data_dir;  ///< Empty: NAME.etcd.

  /// etcd's are http://; ours demand TLS from the start.
  std::vector<std::string> listen_client_urls{"https://127.0.0.1:2379"};
  std::vector<std::string> advertise_client_urls;  ///< Empty: the listen URLs.
  std::string cert_file, key_file, trusted_ca_file, client_crl_file;
  bool client_cert_auth = true;  ///< etcd's default is false.
  AllowedNames client_names;

  std::vector<std::string> listen_peer_urls{"https://127.0.0.1:2380"};
  std::vector<std::string> initial_advertise_peer_urls;  ///< Empty: the listen URLs.
  std::string peer_cert_file, peer_key_file, peer_trusted_ca_file, peer_crl_file;
  bool peer_client_cert_auth = true;  ///< etcd's default is false.
  AllowedNames peer_names;

  std::vector<std::string> initial_cluster;  ///< Parts of name=url. Empty: this member alone.
  std::string initial_cluster_token = "etcd-cluster", initial_cluster_state = "new";

  int heartbeat_interval = 100, election_timeout = 1000;  ///< Milliseconds.
  bool experimental_lease_reads = false;                  ///< Ours. At all members or none.
  std::int64_t snapshot_count = 20'000;                   ///< etcd's is 100,000.
  std::int64_t max_request_bytes = 1'572'864;
  std::chrono::nanoseconds watch_progress_notify_interval = std::chrono::minutes(10);

  std::string backup_dir;  ///< Empty: no backups. These are ours, etcd has none.
  std::chrono::nanoseconds backup_interval = std::chrono::hours(1), backup_retention_age{0},
                           backup_sync_interval = std::chrono::seconds(1);
  int backup_retention = 24;

  bool lease_checkpoints = true;  ///< etcd's default is false.
  upkeep::Options upkeep;

  void add_to(base::Flags& flags);
};

/// The options, checked and worked out: what the parts of the daemon are made with.
struct Plan {
  replication::ReplicatorOptions replicator;
  std::optional<backup::BackupOptions> backups;
  std::vector<http::ServerOptions> client_servers, peer_servers;  ///< One a URL.
  AllowedNames client_names, peer_names;
  upkeep::Plan upkeep;
};
/// Reads the certificates. Error: invalid_argument that names the flag and what to do.
base::Result<Plan> make_plan(const Options& options);

}  // namespace raft_store
