#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>
#include "raft/core.hpp"
#include "sim/env.hpp"
#include "sim/network.hpp"
#include "sim/vault.hpp"

namespace sim {

/// What a member answers a client.
struct Answer {
  enum class Kind { done, refused, unknown } kind = Kind::refused;
  Outcome outcome;  ///< If done.
};
using Reply = std::function<void(const Answer&)>;

/// One member: the production raft::Node with a simulated disk, network and clock, driven as raft-store's
/// Engine drives it (services/raft-store/replication/driving.cpp, electing.cpp, requests.cpp,
/// peer_service.cpp), an event a step. Between any two steps of the Ready order it may crash.
class Member {
 public:
  /// Its disk knows `first`; of a member that joins an existing cluster that is nothing.
  Member(Env& env, Network& network, raft::NodeId id, raft::Membership first);

  raft::NodeId id() const noexcept { return id_; }
  bool up() const noexcept { return node_ != nullptr; }
  bool gone() const noexcept { return gone_; }
  raft::Node* node() noexcept { return node_.get(); }  ///< Null while it is down.
  Vault& vault() const noexcept { return *vault_; }
  raft::Index applied() const { return vault_->applied().id.index; }

  void start();
  void crash(std::string_view why);
  void wipe();              ///< Never to come back.
  void pause(Time length);  ///< Stopped and continued, as by SIGSTOP.

  void deliver(const std::string& bytes);
  void propose(Command command, Reply reply);
  void read(Command command, Reply reply);
  /// Something the operator asks of the Node, as a step of this member.
  void ask(std::function<void(raft::Node&)> what);

  /// A snapshot has come in; `answer` tells the sender what of it is applied here.
  using SnapshotAnswer = std::function<void(std::optional<raft::Index>)>;
  void offer_snapshot(SnapshotPtr snapshot, raft::Message message, SnapshotAnswer answer);
  /// Where snapshots go: to the member of this id. Set once.
  std::function<Member*(raft::NodeId)> find;

 private:
  struct Proposal {
    Command command;
    raft::Data data;
    bool submitted = false;
    raft::Term term;   ///< When it was submitted,
    bool led = false;  ///< and whether to our own log.
    Reply reply;
  };
  struct Read {
    Command command;
    Reply reply;
  };

  // member.cpp
  void enter(std::function<void()> step);
  void later(Time delay, std::function<void()> step);
  bool survives(std::string_view point);
  void tick();
  void schedule_tick();
  void note_time();
  void reset();
  raft::Start load();
  Time disk_time();

  // member_driving.cpp
  void pump();
  void feed_inbox();
  void take(raft::Ready ready);
  void send(std::vector<raft::Message> messages);
  void begin_write(raft::Ready ready);
  void write();
  void written(std::size_t position);
  void finish_write();
  void install();
  void installed();
  void begin_apply(std::vector<raft::Entry> entries);
  void apply();
  void apply_batch(std::vector<raft::Entry> entries, const raft::SnapshotMeta& upto);
  void finish_proposal(const raft::Entry& entry, const Outcome& outcome);
  enum class Through { log, snapshot };
  void give_up_proposals(raft::Term term, Through through);
  void compact();
  void finish_applying();

  // member_electing.cpp
  void watch_leader();
  void probed(raft::NodeId leader, bool gone);
  void hurry_election();
  bool was_removed(const raft::Message& message) const;
  void disowned();
  void note_removal();

  // member_requests.cpp
  void give_up(std::uint64_t sequence);
  bool accepts_snapshot(raft::Message message);
  void ask_for_reads();
  void take_read(const raft::ReadState& read);
  void drop_read(std::uint64_t context);
  void finish_reads();
  void serve(const Read& read);
  void answer_early(const std::vector<raft::Entry>& entries);
  void send_snapshot(raft::NodeId to);

  Env& env_;
  Network& network_;
  const raft::NodeId id_;
  const raft::Membership first_;
  const std::unique_ptr<Vault> vault_;
  bool gone_ = false;
  int incarnation_ = 0;  ///< Counts starts: what an earlier one began, ends with it.
  Time paused_until_ = 0;
  Time tick_length_ = kTick;

  // Of this incarnation.
  std::unique_ptr<raft::Node> node_;
  bool doomed_ = false;  ///< Crashes when this step ends; it does nothing more.
  raft::HardState hard_state_;
  bool writing_ = false;
  std::optional<raft::Ready> write_job_;
  SnapshotPtr installing_;
  bool install_waits_ = false;  ///< For the applier.
  bool applying_ = false;
  std::vector<raft::Entry> apply_job_;
  raft::SnapshotMeta apply_upto_;

  std::uint64_t instance_ = 0, next_sequence_ = 1;
  std::map<std::uint64_t, Proposal> proposals_;  ///< By sequence.
  std::deque<std::uint64_t> inbox_;
  std::vector<Read> waiting_reads_, asked_reads_;
  std::uint64_t read_context_ = 0;
  int read_age_ticks_ = 0;
  std::multimap<raft::Index, std::function<void()>> answered_;  ///< Wait for the state machine.
  SnapshotPtr received_;                                        ///< Lies ready, while raft::Node decides.
  bool receiving_ = false;
  std::set<raft::NodeId> sending_to_;
  int silent_ticks_ = 0, leaderless_ticks_ = 0, resting_ticks_ = 0;
  raft::Term hurried_term_;
  bool probing_ = false;
  raft::Membership settled_;  ///< The committed configuration.
};

}  // namespace sim
