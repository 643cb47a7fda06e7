#pragma once
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>
#include "raft-store/replication/log_store.hpp"
#include "raft-store/replication/peer_link.hpp"
#include "raft-store/replication/replicator.hpp"
#include "raft-store/replication/snapshot_archive.hpp"
#include "raft/core.hpp"

namespace raft_store::replication {

/// The Replicator. Everything but `status` and `database` happens on `strand_`; the public coroutines go
/// there and come back.
///
///     propose -> incoming_ -> inbox_ --(no write under way)--> raft::Node --Ready--> write_job_ -> writer:
///     one synced write peers ------> step  ---------------------------^    |  ^-- persisted() --' then
///     messages, and again ticker -----> tick  ---------------------------'    '--------> apply_job_ ->
///     applier: state machine, outcomes
class Engine final : public Replicator {
 public:
  Engine(base::Runtime& runtime, ReplicatorOptions options, StateMachine& machine, Identity identity,
         LogStore log, raft::Start start);
  ~Engine() override = default;

  void start() override;
  base::Awaitable<void> stop() override;
  base::Awaitable<base::Result<Applied>> propose(std::string command) override;
  base::Awaitable<base::Result<raft::Index>> linearizable_read() override;
  base::Awaitable<void> serve_peer(http::Exchange& exchange) override;
  ReplicatorStatus status() const override;
  Standing standing() const override;
  base::Awaitable<base::Result<void>> put_member(Member member) override;
  base::Awaitable<base::Result<void>> remove_member(raft::NodeId id) override;
  base::Awaitable<base::Result<void>> transfer_leadership(raft::NodeId to) override;
  DatabasePtr database() const override;

 private:
  base::Awaitable<void> close_on_strand();

  /// A proposal of this member, from `propose` until it is applied or given up.
  struct Proposal {
    std::uint64_t sequence = 0;
    raft::Data data;  ///< Framed. In the inbox while `submitted` is false.
    std::chrono::steady_clock::time_point until;
    bool submitted = false;
    raft::Term term;   ///< When it was submitted,
    bool led = false;  ///< and whether to our own log: then it is there or nowhere.
    std::function<void(base::Result<Applied>)>
        done;  ///< Called once; wakes whoever proposed it where it runs.
  };
  using ProposalPtr = std::shared_ptr<Proposal>;
  /// Reads that share one question to the leader.
  struct ReadBatch {
    explicit ReadBatch(base::Executor ex) : done(ex) {}
    base::Event done;
  };
  using ReadBatchPtr = std::shared_ptr<ReadBatch>;

  // driving.cpp
  void note_time();
  void pump();
  void feed_inbox();
  void take(raft::Ready ready);
  void send(std::vector<raft::Message> messages);
  void update_status();
  void note_leader();
  void sync_peers();
  std::vector<Member> peers_to_link() const;
  void note_removal(const raft::Membership& settled);
  [[noreturn]] void disowned(const std::string& reason);
  base::Awaitable<void> run_ticker();
  base::Awaitable<void> run_writer();
  base::Awaitable<void> run_applier();
  base::Awaitable<void> write(const raft::Ready& job);
  base::Awaitable<void> apply(std::vector<raft::Entry> entries, raft::SnapshotMeta upto);
  std::vector<OutcomePtr> apply_blocking(const std::vector<raft::Entry>& entries,
                                         const raft::SnapshotMeta& upto);
  std::vector<ProposalPtr> take_proposals(const std::vector<raft::Entry>& entries);
  static void wake_proposers(const std::vector<raft::Entry>& entries, const std::vector<ProposalPtr>& ours,
                             const std::vector<OutcomePtr>& outcomes);
  enum class Through { log, snapshot };
  void give_up_proposals(raft::Term term, Through through);
  base::Awaitable<void> compact();
  [[noreturn]] void die(const base::Error& error);

  // electing.cpp
  void watch_leader();
  base::Awaitable<void> probe(PeerLinkPtr leader);
  void hurry_election();

  // requests.cpp
  template <class T>
  base::Awaitable<T> on_strand(base::Awaitable<T> work);
  template <class Handler>
  void begin(const ProposalPtr& proposal, Handler handler);
  void submit(ProposalPtr proposal);
  void take_incoming();
  void finish(std::uint64_t sequence, base::Result<Applied> result);
  void give_up_late();
  void end_proposals();
  base::Awaitable<base::Result<raft::Index>> read_on_strand();
  void ask_for_reads();
  void take_read(const raft::ReadState& read);
  void drop_read(std::uint64_t context);
  void finish_reads();
  base::Awaitable<bool> wait_applied(raft::Index index);
  base::Awaitable<base::Result<void>> change_membership(raft::Membership target);
  base::Awaitable<base::Result<void>> put_member_on_strand(Member member);
  bool caught_up(raft::NodeId learner) const;
  base::Awaitable<base::Result<void>> remove_member_on_strand(raft::NodeId id);
  base::Awaitable<base::Result<void>> transfer_on_strand(raft::NodeId to);
  base::Awaitable<void> run_publisher();
  base::Awaitable<void> publish(Member member);

  // peer_service.cpp
  bool has_other_data(const http::Request& request) const;
  bool was_removed(const raft::Message& message) const;
  base::Awaitable<http::Response> take_messages(http::Exchange& exchange);
  /// False: the sender was removed.
  base::Awaitable<bool> step_all(std::vector<raft::Message> messages, std::size_t bytes);
  bool accepts_snapshot(raft::Message message);
  base::Awaitable<http::Response> take_member(http::Exchange& exchange);
  base::Awaitable<base::Result<void>> update_member(Member member);
  base::Awaitable<http::Response> take_snapshot(http::Exchange& exchange);
  base::Awaitable<base::Result<OpenDatabasePtr>> receive_database(http::Exchange& exchange);
  base::Awaitable<base::Result<raft::Index>> offer_snapshot(OpenDatabasePtr database, raft::Message message);
  base::Awaitable<void> install(const raft::Ready& job);
  base::Result<void> install_blocking(const OpenDatabasePtr& next, const raft::Ready& job);

  // snapshot_sending.cpp
  void send_snapshot(raft::NodeId to);
  base::Awaitable<base::Result<raft::Index>> stream_snapshot(PeerLinkPtr link, raft::Term term);
  base::Awaitable<base::Result<raft::Index>> stream_folder(PeerLinkPtr link, raft::Term term,
                                                           std::filesystem::path folder);

  const ReplicatorOptions options_;
  StateMachine& machine_;
  const std::vector<std::string> families_;
  const Identity identity_;
  const std::uint64_t instance_;  ///< Random: marks what this process proposes and asks.
  std::mt19937_64 random_;
  base::metrics::Registry& registry_;
  DiskMetrics disk_;
  DelayMetrics delays_;
  base::Executor strand_;  ///< A lane: every put and every sync waits for it.
  /// The writer's and the applier's own threads: what else the pool does must not hold them up.
  base::Executor writer_lane_, applier_lane_;
  base::Executor pool_;
  /// Set while nobody else can have acknowledged anything that is not applied here: this member leads alone
  /// and has applied an entry of its term. Then a read need not come to the strand.
  std::atomic<bool> alone_ = false;
  /// Applied, and perhaps answered already: a little ahead of `applied_`, which belongs to the strand.
  std::atomic<std::uint64_t> published_{0};
  base::TaskGroup tasks_;
  bool stopping_ = false;
  std::atomic<std::size_t> calls_ = 0;  ///< Public coroutines under way; `stop` waits for them.

  LogStore log_;  ///< Used by the writer alone, but for stamp_applied and compact.
  raft::Node node_;
  raft::HardState hard_state_;  ///< As last written, but see `commit_unwritten_`.

  base::Event write_wanted_, apply_wanted_;
  base::Event applier_idle_;  ///< Nothing is being applied or waits for it.
  std::optional<raft::Ready> write_job_;
  std::vector<raft::Entry> apply_job_;
  raft::SnapshotMeta apply_upto_;  ///< Where `apply_job_` ends.
  bool writing_ = false;
  bool commit_unwritten_ = false;  ///< `hard_state_` has a commit index that goes with the next write.
  std::mutex apply_mutex_;  ///< Held on the pool while data and `applied` move; a checkpoint takes it too.

  std::atomic<std::uint64_t> next_sequence_ = 1;
  std::mutex incoming_mutex_;
  std::vector<ProposalPtr> incoming_;  ///< On their way to the strand. Guarded by `incoming_mutex_`.
  std::map<std::uint64_t, ProposalPtr> proposals_;
  std::deque<ProposalPtr> inbox_;
  raft::Index applied_;  ///< Visible to readers.

  std::vector<ReadBatchPtr> waiting_reads_;  ///< To be asked for; the last one may be joined.
  std::vector<ReadBatchPtr> asked_reads_;    ///< The leader is asked, under `read_context_`.
  std::uint64_t read_context_;
  int read_age_ticks_ = 0;
  std::multimap<raft::Index, ReadBatchPtr> answered_reads_;  ///< Wait for the state machine.

  std::map<raft::NodeId, PeerLinkPtr> links_;
  raft::Membership linked_, settled_;  ///< What `links_` follows: the configuration, and the committed one.
  raft::NodeId last_leader_;
  int silent_ticks_ = 0;  ///< Since the leader was heard of.
  bool probing_ = false;
  int leaderless_ticks_ = 0;
  raft::Term hurried_term_;
  int resting_ticks_ = 0;     ///< An election is under way: it gets some time.
  OpenDatabasePtr received_;  ///< A snapshot that lies ready, while raft::Node decides.
  std::atomic<bool> receiving_ = false;
  std::set<raft::NodeId> sending_to_;

  mutable std::mutex status_mutex_;  ///< Guards the two below.
  ReplicatorStatus status_;
  OpenDatabasePtr current_;
};

}  // namespace raft_store::replication
