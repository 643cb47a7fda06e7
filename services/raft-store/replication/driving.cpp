#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <algorithm>
#include "base/assert.hpp"
#include "base/log.hpp"
#include "raft-store/replication/command_frame.hpp"
#include "raft-store/replication/engine.hpp"
#include "raft-store/replication/give_up.hpp"

/// The loop around raft::Node: ticks in, Readys out, disk and state machine on the blocking pool.
namespace raft_store::replication {
namespace {

constexpr std::size_t kFeedBytesMax = 4 << 20;
/// Without peers nobody can lag: keep only so much that compaction stays rare.
constexpr std::size_t kLoneLogEntries = 1000;
constexpr double kSlowApplySeconds = 0.1;

std::string hex(raft::NodeId id) {
  char text[17];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(id.value));
  return text;
}

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace

void Engine::die(const base::Error& error) {
  give_up(with_way_out(error).message + disk_advice(error.message, options_.data_dir));
}

void Engine::note_time() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  node_.note_time(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

void Engine::pump() {
  if (stopping_) return;
  note_time();
  for (;;) {
    if (!writing_) feed_inbox();
    ask_for_reads();
    if (!node_.has_ready()) break;
    take(node_.take_ready());
  }
  note_leader();
  sync_peers();
  update_status();
}

void Engine::feed_inbox() {
  while (!inbox_.empty() && node_.leader() != raft::NodeId(0)) {
    std::vector<raft::Data> commands;
    std::size_t bytes = 0;
    for (const auto& proposal : inbox_) {
      bytes += proposal->data->size();
      if (!commands.empty() && bytes > kFeedBytesMax) break;
      commands.push_back(proposal->data);
    }
    const std::size_t fed = commands.size();
    // Refused for now (handing over, too much under way): they stay, and come with a later pump.
    if (!node_.propose(std::move(commands))) return;
    for (std::size_t i = 0; i < fed; ++i) {
      inbox_.front()->submitted = true;
      inbox_.front()->term = node_.term();
      inbox_.front()->led = node_.role() == raft::Role::leader;
      inbox_.pop_front();
    }
  }
}

void Engine::take(raft::Ready ready) {
  send(std::move(ready.messages));
  if (!ready.committed.empty()) {
    const raft::EntryId last = ready.committed.back().id;
    // Now: once a snapshot is accepted the configurations before it are gone.
    apply_upto_ = {last, node_.membership_at(last.index)};
    apply_job_ = std::move(ready.committed);
    applier_idle_.reset();
    apply_wanted_.set();
  }
  for (const raft::ReadState& read : ready.reads)
    take_read(read);
  for (const std::uint64_t context : ready.reads_dropped)
    drop_read(context);
  for (const raft::NodeId peer : ready.snapshots_wanted)
    send_snapshot(peer);
  if (ready.needs_write && !ready.must_sync) {
    // Only the commit index moved. It goes with the next write, for it may be lost anyway: a write of its own
    // would hold up the next proposals.
    hard_state_ = *ready.hard_state;
    commit_unwritten_ = true;
    node_.persisted();
    send(std::move(ready.messages_after_write));
  } else if (ready.needs_write) {
    writing_ = true;
    write_job_ = std::move(ready);
    write_wanted_.set();
  } else {
    send(std::move(ready.messages_after_write));
  }
}

void Engine::send(std::vector<raft::Message> messages) {
  for (raft::Message& message : messages) {
    const auto link = links_.find(message.to);
    if (link != links_.end()) link->second->send(std::move(message));
  }
}

void Engine::note_leader() {
  if (node_.leader() == last_leader_) return;
  last_leader_ = node_.leader();
  base::log::info("raft: leader changed",
                  {{"leader", hex(last_leader_)}, {"term", node_.term().value}, {"self", hex(identity_.id)}});
  const std::lock_guard lock(status_mutex_);
  ++status_.leader_changes;
}

void Engine::update_status() {
  const raft::Membership& members = node_.membership();
  alone_ = node_.role() == raft::Role::leader && !members.joint() && members.voters.size() == 1 &&
           node_.log().term_at(applied_) == node_.term();
  const std::lock_guard lock(status_mutex_);
  status_.leader = node_.leader();
  status_.term = node_.term();
  status_.last = node_.log().last().index;
  status_.committed = node_.log().committed();
  status_.applied = applied_;
  status_.learner = node_.membership().learners.contains(identity_.id);
  status_.proposals_pending = proposals_.size();
}

base::Awaitable<void> Engine::run_ticker() {
  const int read_patience = static_cast<int>(options_.election_timeout / options_.heartbeat_interval);
  const std::chrono::duration<double> late = 2 * options_.heartbeat_interval;
  while (!stopping_) {
    const Stopwatch watch;
    const bool slept = co_await base::sleep_for(options_.heartbeat_interval);
    if (!slept) co_return;
    if (node_.role() == raft::Role::leader && watch.seconds() > late.count())
      delays_.heartbeat_failures.add();
    note_time();
    node_.tick();
    watch_leader();
    hurry_election();
    if (!asked_reads_.empty() && ++read_age_ticks_ > read_patience) drop_read(read_context_);
    give_up_late();
    pump();
  }
}

base::Awaitable<void> Engine::run_writer() {
  for (;;) {
    const bool wanted = co_await write_wanted_.wait();
    if (!wanted) co_return;
    write_wanted_.reset();
    raft::Ready job = std::move(*write_job_);
    write_job_.reset();
    if (job.hard_state) hard_state_ = *job.hard_state;
    if (std::exchange(commit_unwritten_, false)) job.hard_state = hard_state_;
    if (job.snapshot)
      co_await install(job);
    else
      co_await write(job);
    note_time();
    node_.persisted();
    writing_ = false;
    send(std::move(job.messages_after_write));
    pump();
  }
}

base::Awaitable<void> Engine::write(const raft::Ready& job) {
  base::Result<void> result;
  std::function<void()> work = [&] {
    const Stopwatch watch;
    result = log_.write(job.hard_state, job.entries, job.must_sync);
    if (job.must_sync) disk_.log_sync.observe(watch.seconds());
  };
  co_await base::run_blocking(writer_lane_, std::move(work));
  if (!result) die(result.error());
}

base::Awaitable<void> Engine::run_applier() {
  for (;;) {
    const bool wanted = co_await apply_wanted_.wait();
    if (!wanted) co_return;
    apply_wanted_.reset();
    std::vector<raft::Entry> job = std::move(apply_job_);
    apply_job_.clear();
    const raft::SnapshotMeta upto = apply_upto_;
    co_await apply(std::move(job), upto);
    co_await compact();
    if (apply_job_.empty()) applier_idle_.set();
    pump();
  }
}

base::Awaitable<void> Engine::apply(std::vector<raft::Entry> entries, raft::SnapshotMeta upto) {
  const raft::EntryId last = upto.id;
  std::vector<OutcomePtr> outcomes;
  const Stopwatch watch;
  // They are answered from there: it is one trip less.
  const std::vector<ProposalPtr> ours = take_proposals(entries);
  std::function<void()> work = [&] {
    outcomes = apply_blocking(entries, upto);
    wake_proposers(entries, ours, outcomes);
  };
  co_await base::run_blocking(applier_lane_, std::move(work));
  if (watch.seconds() > kSlowApplySeconds) delays_.slow_applies.add();
  node_.applied(last.index);
  applied_ = std::max(applied_, last.index);
  give_up_proposals(last.term, Through::log);
  finish_reads();
  // The next batch need not wait for what follows this one.
  pump();
}

std::vector<OutcomePtr> Engine::apply_blocking(const std::vector<raft::Entry>& entries,
                                               const raft::SnapshotMeta& upto) {
  const std::lock_guard lock(apply_mutex_);
  std::vector<Command> commands;
  for (const raft::Entry& entry : entries)
    if (entry.kind == raft::EntryKind::command)
      commands.push_back({entry.id.index, unframe(*entry.data).payload});
  rocksdb::WriteBatch batch;
  std::vector<OutcomePtr> outcomes;
  if (!commands.empty()) outcomes = machine_.apply(commands, batch);
  COX_ASSERT(outcomes.size() == commands.size(), "an outcome for each command");
  log_.stamp_applied(batch, upto);
  const Stopwatch watch;
  const rocksdb::Status status = log_.database()->db().Write(rocksdb::WriteOptions(), &batch);
  disk_.commit.observe(watch.seconds());
  if (!status.ok())
    die({status.IsCorruption() ? base::Errc::corrupt : base::Errc::internal, "apply: " + status.ToString()});
  machine_.published(upto.id.index);
  published_ = upto.id.index.value;
  return outcomes;
}

/// For each command who waits for it here, if anybody does. They cannot be given up any more.
std::vector<Engine::ProposalPtr> Engine::take_proposals(const std::vector<raft::Entry>& entries) {
  std::vector<ProposalPtr> ours;
  for (const raft::Entry& entry : entries) {
    if (entry.kind != raft::EntryKind::command) continue;
    const CommandFrame frame = unframe(*entry.data);
    const auto found = frame.instance == instance_ ? proposals_.find(frame.sequence) : proposals_.end();
    if (found == proposals_.end()) {
      ours.push_back(nullptr);
      continue;
    }
    ours.push_back(std::move(found->second));
    proposals_.erase(found);
  }
  return ours;
}

void Engine::wake_proposers(const std::vector<raft::Entry>& entries, const std::vector<ProposalPtr>& ours,
                            const std::vector<OutcomePtr>& outcomes) {
  std::size_t next = 0;
  for (const raft::Entry& entry : entries) {
    if (entry.kind != raft::EntryKind::command) continue;
    if (ours[next]) ours[next]->done(Applied{entry.id.index, outcomes[next]});
    ++next;
  }
}

/// Everything up to an entry of `term` is applied: what was submitted in an earlier one stood before it in
/// the log or was lost with its leader. Whoever waits for it need not wait for the time-out. What a snapshot
/// brought may be among that.
void Engine::give_up_proposals(raft::Term term, Through through) {
  std::vector<ProposalPtr> lost;
  for (const auto& [sequence, proposal] : proposals_)
    if (proposal->submitted && proposal->term < term) lost.push_back(proposal);
  for (const ProposalPtr& proposal : lost)
    if (proposal->led && through == Through::log)
      finish(proposal->sequence,
             base::Error(base::Errc::unavailable, "raft: leader changed; nothing was done"));
    else  // On its way to the former leader it may yet come back.
      finish(proposal->sequence,
             base::Error(base::Errc::unknown_outcome, "raft: leader changed; it may be applied"));
}

base::Awaitable<void> Engine::compact() {
  const raft::Log& log = node_.log();
  const std::size_t entries_max = links_.empty() ? kLoneLogEntries : options_.snapshot_entries;
  if (log.size() <= entries_max && log.bytes() <= options_.snapshot_bytes) co_return;
  // The newer half stays, for peers that are a little behind.
  const raft::Index upto = std::min(log.first() + log.size() / 2, log.applied());
  if (upto < log.first()) co_return;
  // Who joined learns of the members from the log. Before that a snapshot would say that there are none, and
  // whoever got it that it was removed.
  if (node_.membership_at(upto).voters.empty()) co_return;
  const raft::SnapshotMeta meta{{*log.term_at(upto), upto}, node_.membership_at(upto)};
  node_.compact(upto);
  base::Result<void> result;
  std::function<void()> work = [&] { result = log_.compact(meta); };
  co_await base::run_blocking(pool_, std::move(work));
  if (!result) die(result.error());
}

}  // namespace raft_store::replication
