#include <algorithm>
#include "base/assert.hpp"
#include "sim/member.hpp"

/// The loop around raft::Node, as driving.cpp of raft-store has it: ticks and messages in, Readys out.
namespace sim {

void Member::pump() {
  if (!doomed_) note_time();
  while (!doomed_) {
    if (!writing_) feed_inbox();
    ask_for_reads();
    if (!node_->has_ready()) break;
    take(node_->take_ready());
  }
  if (!doomed_) note_removal();
}

void Member::feed_inbox() {
  while (!inbox_.empty() && node_->leader() != raft::NodeId(0)) {
    std::vector<raft::Data> commands;
    for (const std::uint64_t sequence : inbox_)
      commands.push_back(proposals_.at(sequence).data);
    if (!node_->propose(std::move(commands))) return;
    for (const std::uint64_t sequence : inbox_) {
      Proposal& proposal = proposals_.at(sequence);
      proposal.submitted = true;
      proposal.term = node_->term();
      proposal.led = node_->role() == raft::Role::leader;
    }
    inbox_.clear();
  }
}

void Member::take(raft::Ready ready) {
  if (!survives("before it sends")) return;
  send(std::move(ready.messages));
  if (env_.has(Bug::answer_before_write)) send(std::move(ready.messages_after_write));
  if (doomed_) return;
  if (!ready.committed.empty()) begin_apply(std::move(ready.committed));
  for (const raft::ReadState& read : ready.reads)
    take_read(read);
  for (const std::uint64_t context : ready.reads_dropped)
    drop_read(context);
  for (const raft::NodeId peer : ready.snapshots_wanted)
    send_snapshot(peer);
  if (ready.needs_write)
    begin_write(std::move(ready));
  else
    send(std::move(ready.messages_after_write));
}

void Member::send(std::vector<raft::Message> messages) {
  for (raft::Message& message : messages) {
    if (!survives("between two messages")) return;
    network_.send(std::move(message));
  }
}

void Member::begin_write(raft::Ready ready) {
  if (!survives("before it writes")) return;
  writing_ = true;
  if (ready.hard_state) hard_state_ = *ready.hard_state;
  write_job_ = std::move(ready);
  if (!write_job_->snapshot)
    write();
  else if (applying_)
    install_waits_ = true;
  else
    install();
}

void Member::write() {
  const std::size_t position = vault_->write(*write_job_);
  if (!survives("with its write in the cache")) return;
  later(write_job_->must_sync ? disk_time() : env_.plan.sync_min, [this, position] { written(position); });
}

void Member::written(std::size_t position) {
  if (write_job_->must_sync) vault_->sync(position);
  if (!survives("with its write durable")) return;
  if (env_.has(Bug::answer_before_commit)) answer_early(write_job_->entries);
  finish_write();
}

void Member::finish_write() {
  std::vector<raft::Message> messages = std::move(write_job_->messages_after_write);
  write_job_.reset();
  note_time();
  node_->persisted();
  writing_ = false;
  send(std::move(messages));
  pump();
}

void Member::install() {
  install_waits_ = false;
  installing_ = std::exchange(received_, nullptr);
  COX_ASSERT(installing_, "a snapshot to install that was not received");
  if (!survives("before it installs a snapshot")) return;
  later(disk_time(), [this] { installed(); });
}

void Member::installed() {
  vault_->install(*std::exchange(installing_, nullptr), hard_state_, write_job_->entries);
  if (!survives("with a snapshot installed")) return;
  env_.note(std::to_string(id_.value) + " installed the snapshot " + to_string(vault_->applied().id));
  ++env_.stats["snapshots installed"];
  env_.checker.installed(id_, applied(), vault_->digest());
  give_up_proposals(vault_->applied().id.term, Through::snapshot);
  finish_reads();
  finish_write();
}

void Member::begin_apply(std::vector<raft::Entry> entries) {
  apply_job_ = std::move(entries);
  // Now: once a snapshot is accepted the configurations before it are gone.
  apply_upto_ = {apply_job_.back().id, node_->membership_at(apply_job_.back().id.index)};
  if (applying_) return;
  applying_ = true;
  later(0, [this] { apply(); });
}

void Member::apply() {
  std::vector<raft::Entry> entries = std::move(apply_job_);
  apply_job_.clear();
  later(env_.random.between(1, env_.healed ? env_.plan.sync_min : env_.plan.apply_max),
        [this, entries = std::move(entries), upto = apply_upto_] { apply_batch(entries, upto); });
}

void Member::apply_batch(std::vector<raft::Entry> entries, const raft::SnapshotMeta& upto) {
  if (!survives("before it applies")) return;
  if (env_.has(Bug::apply_out_of_order) && entries.size() > 1)
    std::swap(entries[0].data, entries[1].data), std::swap(entries[0].kind, entries[1].kind);
  if (env_.has(Bug::skip_command) && id_ == raft::NodeId(1) && env_.random.chance(20))
    entries.erase(entries.begin());
  const std::vector<Applied> results = vault_->apply(entries, upto);
  for (std::size_t i = 0; i < entries.size(); ++i)
    env_.checker.applied(id_, entries[i], results[i].digest);
  if (!survives("with its batch applied")) return;
  node_->applied(upto.id.index);
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (results[i].outcome) finish_proposal(entries[i], *results[i].outcome);
  give_up_proposals(upto.id.term, Through::log);
  finish_reads();
  pump();
  if (!doomed_) compact();
}

void Member::compact() {
  const raft::Log& log = node_->log();
  const raft::Index upto = std::min(log.first() + log.size() / 2, log.applied());
  if (log.size() <= env_.plan.log_entries_max || upto < log.first()) return finish_applying();
  if (node_->membership_at(upto).voters.empty()) return finish_applying();
  raft::SnapshotMeta meta{{*log.term_at(upto), upto}, node_->membership_at(upto)};
  node_->compact(upto);
  ++env_.stats["log compactions"];
  if (!survives("between memory and disk in a compaction")) return;
  later(env_.random.between(1, env_.healed ? env_.plan.sync_min : env_.plan.apply_max),
        [this, meta]() mutable {
          if (env_.has(Bug::compaction_drops_entry)) meta.id.index = std::max(meta.id.index, applied() + 1);
          vault_->compact(meta);
          if (survives("with its log compacted")) finish_applying();
        });
}

void Member::finish_applying() {
  if (!apply_job_.empty()) return apply();
  applying_ = false;
  if (install_waits_) install();
  pump();
}

}  // namespace sim
