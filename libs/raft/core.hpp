#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>
#include "base/error.hpp"
#include "raft/config.hpp"
#include "raft/log.hpp"
#include "raft/message.hpp"
#include "raft/progress.hpp"
#include "raft/read_rounds.hpp"

namespace raft {

enum class Role { follower, pre_candidate, candidate, leader };
std::string_view to_string(Role role) noexcept;

struct Options {
  NodeId id;                ///< Not 0; never used again by another member.
  int election_ticks = 10;  ///< Silence before a follower stands: each time this and up to a spread of ticks.
  int election_spread_ticks = 0;  ///< At random in [0, n). Small: back sooner; large: fewer stand at once. 0:
                                  ///< n is election_ticks.
  int heartbeat_ticks = 1;                       ///< Must be well under election_ticks.
  std::size_t append_bytes_max = 1 << 20;        ///< Of one AppendEntries; one entry may exceed it.
  std::size_t inflight_messages_max = 256;       ///< Unanswered AppendEntries a follower.
  std::size_t inflight_bytes_max = 16 << 20;     ///< The same in bytes.
  std::size_t uncommitted_bytes_max = 64 << 20;  ///< Of a leader; more is refused with resource_exhausted.
  std::size_t apply_bytes_max = 4 << 20;         ///< Of one Ready's `committed`.
  bool pre_vote = true;                          ///< Thesis §9.6.
  bool check_quorum =
      true;  ///< Thesis §6.2: a leader that hears no majority for an election timeout steps down.
  /// Thesis §6.4.1: for so long after it sent a heartbeat that a majority answered a leader serves reads
  /// without asking again. In the unit of `note_time`; 0: it always asks. Every member is given the same:
  /// each promises to help no other leader for election_ticks of its ticks after it answered a heartbeat and
  /// after it started. So it is at most (election_ticks - 1) ticks of the fastest clock, counted by the
  /// slowest. Needs check_quorum.
  std::int64_t lease_length = 0;
  std::uint64_t seed = 0;  ///< Of the election timeouts: equal inputs give equal outputs.
};

/// What was on disk when the member started. Of a new cluster: `snapshot.membership` alone, the same at each
/// member.
struct Start {
  HardState hard_state;
  SnapshotMeta snapshot;       ///< What the log begins after.
  std::vector<Entry> entries;  ///< Directly after it.
  Index applied;               ///< What the state machine holds; at least snapshot.id.index.
};

/// A read that may be served once the state machine has applied `index`.
struct ReadState {
  std::uint64_t context = 0;
  Index index;
};

/// What to do now, in the order of the fields. Everything is handed out once.
struct Ready {
  std::vector<Message> messages;  ///< May leave at once.

  // The write. If `needs_write`, make it one atomic write, then call Node::persisted(). Until then further
  // Readys come without a write.
  bool needs_write = false;
  bool must_sync = false;  ///< Else only the commit index changed: no need to wait for the disk.
  std::optional<SnapshotMeta>
      snapshot;  ///< Install the received data first; it replaces log and state machine.
  std::optional<HardState> hard_state;
  std::vector<Entry> entries;  ///< Replace whatever the disk holds from the first one's index on.
  std::vector<Message> messages_after_write;

  std::vector<Entry>
      committed;  ///< Durable here; apply in order, then call Node::applied(). Empty meanwhile.
  std::vector<ReadState> reads;
  std::vector<std::uint64_t> reads_dropped;  ///< Contexts whose leader was lost: ask again.
  std::vector<NodeId> snapshots_wanted;  ///< Peers to send a snapshot to; answer each with report_snapshot.

  bool empty() const noexcept;
};

struct Status {
  NodeId id, leader;  ///< leader 0: unknown.
  Role role = Role::follower;
  Term term;
  EntryId last;
  Index first, committed, applied;
  Membership membership;
  std::map<NodeId, Progress> peers;  ///< Of a leader; itself included.
};

/// One member of a Raft group as a pure state machine: no I/O, clock or threads; equal inputs give equal
/// outputs.
///
/// The caller feeds ticks, messages and proposals, takes Readys and does what they say. It belongs to one
/// strand. It never fails on what a peer sends: wrong messages are ignored or answered; only broken
/// invariants of ours (a committed entry that would change) end the process.
///
///     caller                    Node
///       | tick/step/propose  ->  |
///       | <- take_ready()        |  messages, write, committed, reads
///       | send messages; write; persisted(); send messages_after_write
///       | apply committed; applied()
class Node {
 public:
  Node(const Options& options, Start start);

  void tick();  ///< Time has moved on by one unit.
  /// With lease_length only: the caller's steady clock. Before every other call that is not const, for
  /// leases end by it while ticks may come late.
  void note_time(std::int64_t now) noexcept { now_time_ = now; }
  /// Takes a message of a peer; one for another node or from nobody is ignored.
  void step(Message message);

  /// Appends commands (leader) or passes them to the leader (follower). What becomes of a command is seen
  /// when it is applied, or not. Errors: unavailable (no leader known, or leadership is being handed over);
  /// resource_exhausted (uncommitted_bytes_max).
  base::Result<void> propose(std::vector<Data> commands);
  /// Appends the configuration that leads to `target`; the joint step, if needed, is left by itself. Errors:
  /// unavailable (not the leader, or nothing committed in its term yet); conflict (another change is under
  /// way); invalid_argument.
  base::Result<void> propose_membership(const Membership& target);
  /// Asks for a read index; it comes as a ReadState (or reads_dropped) with this context. Error: unavailable.
  base::Result<void> read_index(std::uint64_t context);
  /// Hands leadership to `to`; given up after an election timeout. Errors: unavailable (not the leader);
  /// invalid_argument (not another voter).
  base::Result<void> transfer_leadership(NodeId to);
  void campaign();  ///< Stands for election now, as if the timeout had passed.
  /// A follower's leader is known to have ended: it is protected from others' elections no longer.
  void forget_leader();

  bool has_ready() const;
  Ready take_ready();
  /// The write of the last Ready that needed one is durable.
  void persisted();
  /// The entries of the last `committed` are applied.
  void applied(Index index);
  /// A snapshot at `index` reached `peer` (or did not: it is asked for again).
  void report_snapshot(NodeId peer, bool arrived, Index index);
  /// Drops log entries up to `index` (at most applied): the state machine's data covers them.
  void compact(Index index);

  Status status() const;
  const Log& log() const noexcept { return log_; }
  NodeId id() const noexcept { return options_.id; }
  NodeId leader() const noexcept { return leader_; }
  Role role() const noexcept { return role_; }
  Term term() const noexcept { return hard_.term; }
  const Membership& membership() const { return memberships_.rbegin()->second; }
  /// The configuration in force at `index` (for a snapshot there); `index` is not compacted.
  const Membership& membership_at(Index index) const;

 private:
  // election.cpp
  void become_follower(Term term, NodeId leader);
  void become_leader();
  void reset(Term term);
  bool promotable() const;
  void start_election(bool transfer);
  void start_pre_vote();
  void ask_for_votes(Term term, bool pre, bool transfer);
  void take_vote(NodeId from, bool granted);
  void check_quorum();
  bool leased()
      const noexcept;  ///< A leader was heard of recently enough to protect it from others' elections.
  bool promised() const noexcept;  ///< Some leader may hold a lease on our word.
  void on(const Message& m, const RequestVote& request);
  void on(const Message& m, const VoteResponse& response);
  void on(const Message& m, const TimeoutNow&);

  // leading.cpp
  void append_as_leader(EntryKind kind, std::vector<Data> data);
  void adopt_peers();
  void send_append(NodeId to, Progress& peer, bool allow_empty);
  void send_all_it_may(NodeId to, Progress& peer);
  void broadcast_append();
  void broadcast_heartbeat();
  void maybe_commit();
  void after_commit();
  void handle_refusal(const Message& m, Progress& peer, const AppendResponse& response);
  void handle_acceptance(const Message& m, Progress& peer, const AppendResponse& response);
  void hand_over_if_ready(NodeId to, const Progress& peer);
  void on(const Message& m, const AppendResponse& response);
  void on(const Message& m, const HeartbeatResponse& response);

  // reading.cpp
  void lead_read(PendingRead read);
  void confirm_read(const PendingRead& read);
  std::uint64_t number_heartbeat();
  void note_promise(NodeId from, std::uint64_t heartbeat);
  bool holds_lease() const;
  void drop_reads();
  void on(const Message& m, const ReadIndex& request);
  void on(const Message& m, const ReadIndexResponse& response);

  // following.cpp
  bool settle_term(const Message& m);  ///< False: the message is dealt with.
  void answer_stale(const Message& m);
  void follow(NodeId leader);
  void on(const Message& m, const AppendEntries& request);
  void on(const Message& m, const Heartbeat& request);
  void on(const Message& m, const InstallSnapshot& request);
  void on(const Message& m, const Propose& request);

  void send_now(NodeId to, Body body);
  void send_after_write(NodeId to, Body body);
  void note_memberships(const std::vector<Entry>& entries);
  bool committed_in_term() const;
  void fill_write(Ready& ready);
  void fill_committed(Ready& ready);

  Options options_;
  std::mt19937_64 random_;
  HardState hard_;        ///< As it is now; `commit` is set when it is handed out.
  HardState hard_given_;  ///< As last handed out for writing.
  HardState hard_durable_;
  Log log_;
  /// By the index from which each is in force; the first one covers the compacted part, the last one rules.
  std::map<Index, Membership> memberships_;
  Role role_ = Role::follower;
  NodeId leader_;
  int election_elapsed_ = 0;  ///< Ticks since a leader was heard of, or (leader) since the last quorum check.
  int heartbeat_elapsed_ = 0;
  int election_timeout_ = 0;  ///< election_ticks and a random part of the spread, new with each term.
  int promise_elapsed_ = 0;   ///< Ticks since a leader was answered, or the start. No term resets it.
  std::int64_t now_time_ = 0;
  std::map<NodeId, bool> votes_;

  // While leading.
  std::map<NodeId, Progress> peers_;
  NodeId transfer_to_;
  std::size_t uncommitted_bytes_ = 0;
  ReadRounds rounds_;
  std::deque<std::pair<std::uint64_t, std::int64_t>> heartbeats_;  ///< Sent within a lease: number and time.
  std::map<NodeId, std::int64_t> promises_;  ///< When the last heartbeat was sent that each has answered.
  bool hands_over_ = false;                  ///< In this term a transfer began: who gets it breaks promises.
  std::vector<PendingRead> early_reads_;     ///< Asked before anything was committed in this term.
  // While following.
  std::set<std::uint64_t> forwarded_reads_;

  std::vector<Message> now_, after_write_;
  std::optional<SnapshotMeta> snapshot_;
  std::vector<ReadState> reads_;
  std::vector<std::uint64_t> reads_dropped_;
  std::vector<NodeId> snapshots_wanted_;
  bool writing_ = false;   ///< Between a Ready that needs a write and persisted().
  bool applying_ = false;  ///< Between a Ready with committed entries and applied().
};

}  // namespace raft
