#include "raft-store/service/options.hpp"

namespace raft_store {

void Options::add_to(base::Flags& flags) {
  flags.section("Member")
      .add("name", &name, "Human-readable name of this member.")
      .add("data-dir", &data_dir, "Where the member keeps its data. Default: NAME.etcd.")
      .add("heartbeat-interval", &heartbeat_interval, "Milliseconds between a leader's heartbeats.")
      .add("election-timeout", &election_timeout,
           "Milliseconds without a leader after which a member stands for election.")
      .add("experimental-lease-reads", &experimental_lease_reads,
           "A leader reads without asking its peers while a majority has promised itself to it. Trusts that "
           "no "
           "two clocks run apart by a fifth; at all members or none.")
      .add("snapshot-count", &snapshot_count,
           "Applied changes kept for members that lag; one further behind gets a snapshot.")
      .add("max-request-bytes", &max_request_bytes, "The largest request that is taken.")
      .add("watch-progress-notify-interval", &watch_progress_notify_interval,
           "How often a quiet watch with progress_notify hears how far it is.")
      .add("experimental-enable-lease-checkpoint", &lease_checkpoints,
           "Tell the log what is left of long leases, so that a new leader does not give them their full "
           "time.")
      .add("experimental-watch-progress-notify-interval", &watch_progress_notify_interval,
           "etcd 3.5's name of --watch-progress-notify-interval.");
  flags.section("Backups")
      .add("backup-dir", &backup_dir,
           "Where this member puts snapshots and the log between them, best on another disk. Default: "
           "nowhere.")
      .add("backup-interval", &backup_interval, "How often a snapshot is taken.")
      .add("backup-retention", &backup_retention, "How many snapshots are kept; 0: all.")
      .add("backup-retention-age", &backup_retention_age,
           "Snapshots older than this go, but for the newest; 0s: never.")
      .add("backup-sync-interval", &backup_sync_interval,
           "How long the archived log may be on its way to the backup disk.");
  flags.section("Clients")
      .add("listen-client-urls", &listen_client_urls, "Where clients are served.")
      .add("advertise-client-urls", &advertise_client_urls,
           "Where clients reach this member. Default: the listen URLs.")
      .add("cert-file", &cert_file, "The certificate shown to clients (PEM, with its chain).")
      .add("key-file", &key_file, "The key of --cert-file.")
      .add("trusted-ca-file", &trusted_ca_file, "The authority whose client certificates are accepted.")
      .add("client-cert-auth", &client_cert_auth, "Demand a client certificate.")
      .add("client-crl-file", &client_crl_file,
           "A list of client certificates that are revoked (PEM or DER).")
      .add("client-cert-allowed-cn", &client_names.common_names,
           "Serve only clients whose certificate has one of these names as its CN.")
      .add("client-cert-allowed-hostname", &client_names.hostnames,
           "Serve only clients whose certificate has one of these hosts among its DNS names.");
  flags.section("Peers")
      .add("listen-peer-urls", &listen_peer_urls, "Where peers are served.")
      .add("initial-advertise-peer-urls", &initial_advertise_peer_urls,
           "Where peers reach this member. Default: the listen URLs.")
      .add("peer-cert-file", &peer_cert_file, "The certificate shown to peers (PEM, with its chain).")
      .add("peer-key-file", &peer_key_file, "The key of --peer-cert-file.")
      .add("peer-trusted-ca-file", &peer_trusted_ca_file, "The authority that signs the peers' certificates.")
      .add("peer-client-cert-auth", &peer_client_cert_auth, "Demand a certificate of peers.")
      .add("peer-crl-file", &peer_crl_file, "A list of peer certificates that are revoked (PEM or DER).")
      .add("peer-cert-allowed-cn", &peer_names.common_names,
           "Serve only peers whose certificate has one of these names as its CN.")
      .add("peer-cert-allowed-hostname", &peer_names.hostnames,
           "Serve only peers whose certificate has one of these hosts among its DNS names.");
  flags.section("Cluster")
      .add("initial-cluster", &initial_cluster,
           "The members of the cluster as NAME=URL, for the first start. Default: this member alone.")
      .add("initial-cluster-token", &initial_cluster_token, "Sets clusters apart; part of their ids.")
      .add("initial-cluster-state", &initial_cluster_state,
           "new, or existing to join a cluster that runs (member add comes first).");
  upkeep.add_to(flags);
}

}  // namespace raft_store
