#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>
#include "base/async.hpp"
#include "base/error.hpp"
#include "base/runtime.hpp"
#include "http/server.hpp"
#include "http/tls.hpp"
#include "raft-store/replication/member.hpp"
#include "raft-store/replication/state_machine.hpp"
#include "raft/log.hpp"

namespace raft_store::replication {

struct ReplicatorOptions {
  std::string name;                ///< --name
  std::filesystem::path data_dir;  ///< --data-dir; made if missing.
  std::vector<Member>
      initial_cluster;  ///< --initial-cluster: name and peer_urls; ids are derived. Empty: alone.
  std::string initial_cluster_token = "etcd-cluster";  ///< --initial-cluster-token; part of the ids.
  /// --initial-cluster-state=existing: `initial_cluster` are the members of the running cluster as it tells
  /// them (joining.hpp), with their ids, this one among them by its name; `cluster_id` is the cluster's. 0:
  /// it could not be asked, which only a member that has joined before does without.
  bool join_existing = false;
  std::uint64_t cluster_id = 0;
  std::vector<std::string> advertise_client_urls;
  std::shared_ptr<http::TlsContext> peer_tls;         ///< As a client of its peers. Null: plain HTTP (tests).
  std::chrono::milliseconds heartbeat_interval{100};  ///< --heartbeat-interval; one tick.
  std::chrono::milliseconds election_timeout{1000};   ///< --election-timeout
  /// How long a request waits, besides two election timeouts (etcd's rule).
  std::chrono::milliseconds request_timeout{5000};
  /// Reads trust the clocks: a leader that a majority has promised itself to within four fifths of the
  /// election timeout (less a heartbeat) asks nobody. Safe while no two members' clocks run apart by more
  /// than a fifth, and only if all members have it.
  bool lease_reads = false;
  std::size_t request_bytes_max = 8 << 20;  ///< A larger command is refused.
  std::size_t snapshot_entries = 20'000;    ///< Applied entries kept in memory for peers that lag, at most,
  std::size_t snapshot_bytes = 64 << 20;    ///< and their size. A peer behind that gets a snapshot.
};

/// Where this member stands. A copy; a moment old.
struct ReplicatorStatus {
  std::uint64_t cluster_id = 0;
  raft::NodeId id, leader;  ///< leader 0: none known.
  raft::Term term;
  raft::Index last, committed, applied;
  bool learner = false;
  std::vector<Member> members;
  std::uint64_t leader_changes = 0, proposals_failed = 0, proposals_pending = 0;
};

/// The part of the status that every answer needs.
struct Standing {
  raft::NodeId leader;  ///< 0: none known.
  raft::Term term;
};

/// Runs one raft::Node on a strand: persists to RocksDB, talks to the peers, applies to the StateMachine.
///
/// One synced write carries every proposal that came while the previous one was under way. A command is
/// acknowledged once it is durable on a majority and applied here; after a SIGKILL nothing acknowledged is
/// lost. All members may be called from any thread; coroutines resume on their caller's executor.
class Replicator {
 public:
  /// Opens or creates the database, opens the state machine (on this thread, at start-up), reads the log.
  /// Errors: corrupt; invalid_argument (the name is not in initial_cluster; the directory belongs to another
  /// cluster or member); unavailable (the directory is in use).
  static base::Result<std::unique_ptr<Replicator>> open(base::Runtime& runtime, ReplicatorOptions options,
                                                        StateMachine& machine);
  virtual ~Replicator() = default;
  /// Begins to tick, to write and to send. A cluster of one leads at once.
  virtual void start() = 0;
  /// Refuses proposals, ends what is under way, closes the database. After it the object may be destroyed.
  virtual base::Awaitable<void> stop() = 0;

  struct Applied {
    raft::Index index;
    OutcomePtr outcome;
  };
  /// Replicates `command` and waits until this member has applied it. On a follower it goes through the
  /// leader. Errors: unavailable (no leader; not done), resource_exhausted (too large, too many waiting; not
  /// done), unknown_outcome (time-out or lost leadership: it may still be applied), cancelled.
  virtual base::Awaitable<base::Result<Applied>> propose(std::string command) = 0;
  /// Returns when the state machine holds at least everything acknowledged before the call, with the applied
  /// index. Costs a round of heartbeats, shared by all that ask meanwhile; nothing in a cluster of one.
  /// Errors: unavailable (no leader), deadline_exceeded, cancelled.
  virtual base::Awaitable<base::Result<raft::Index>> linearizable_read() = 0;

  /// Answers the peers' requests (path below /raft/). For the server on --listen-peer-urls, which demands a
  /// client certificate. Others get 404.
  virtual base::Awaitable<void> serve_peer(http::Exchange& exchange) = 0;

  virtual ReplicatorStatus status() const = 0;
  virtual Standing standing() const = 0;  ///< Cheap.
  /// Adds, changes (same id) or removes a member. Only on the leader: unavailable elsewhere. Errors: conflict
  /// (another change is under way, or the URL is taken), not_found, already_exists, invalid_argument.
  virtual base::Awaitable<base::Result<void>> put_member(Member member) = 0;
  virtual base::Awaitable<base::Result<void>> remove_member(raft::NodeId id) = 0;
  virtual base::Awaitable<base::Result<void>> transfer_leadership(raft::NodeId to) = 0;
  /// The open database, for maintenance (size, defragmentation, backup).
  virtual DatabasePtr database() const = 0;
};

}  // namespace raft_store::replication
