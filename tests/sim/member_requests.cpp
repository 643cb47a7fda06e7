#include "sim/machine.hpp"
#include "sim/member.hpp"

/// What clients and peers ask for, as requests.cpp, peer_service.cpp and snapshot_sending.cpp of raft-store.
namespace sim {
namespace {

/// How long a request waits.
constexpr Time kPatience = 60 * kTick;

}  // namespace

void Member::propose(Command command, Reply reply) {
  enter([this, command = std::move(command), reply = std::move(reply)]() mutable {
    const std::uint64_t sequence = next_sequence_++;
    command.instance = instance_;
    command.sequence = sequence;
    raft::Data data = raft::make_data(encode(command));
    Proposal& proposal = proposals_[sequence];
    proposal.command = std::move(command);
    proposal.data = std::move(data);
    proposal.reply = std::move(reply);
    inbox_.push_back(sequence);
    later(kPatience, [this, sequence] { give_up(sequence); });
    pump();
  });
}

void Member::give_up(std::uint64_t sequence) {
  const auto proposal = proposals_.extract(sequence);
  if (!proposal) return;
  const bool submitted = proposal.mapped().submitted;
  if (!submitted) std::erase(inbox_, sequence);
  proposal.mapped().reply({submitted ? Answer::Kind::unknown : Answer::Kind::refused, {}});
}

void Member::finish_proposal(const raft::Entry& entry, const Outcome& outcome) {
  const Command command = decode_command(*entry.data).value();
  if (command.instance != instance_) return;
  const auto proposal = proposals_.extract(command.sequence);
  if (proposal) proposal.mapped().reply({Answer::Kind::done, outcome});
}

/// As the Engine's.
void Member::give_up_proposals(raft::Term term, Through through) {
  std::vector<std::uint64_t> lost;
  for (const auto& [sequence, proposal] : proposals_)
    if (proposal.submitted && proposal.term < term) lost.push_back(sequence);
  for (const std::uint64_t sequence : lost) {
    const auto proposal = proposals_.extract(sequence);
    const bool not_done = proposal.mapped().led && through == Through::log;
    proposal.mapped().reply({not_done ? Answer::Kind::refused : Answer::Kind::unknown, {}});
  }
}

/// Bug::answer_before_commit.
void Member::answer_early(const std::vector<raft::Entry>& entries) {
  if (node_->role() != raft::Role::leader || entries.empty()) return;
  Machine guess = *vault_->memory();
  for (const raft::Entry& entry :
       node_->log().slice(node_->log().applied() + 1, entries.back().id.index, 1 << 20))
    if (const std::optional<Outcome> outcome = guess.apply(entry)) finish_proposal(entry, *outcome);
}

void Member::read(Command command, Reply reply) {
  enter([this, read = Read{std::move(command), std::move(reply)}] {
    const bool leads = node_->role() == raft::Role::leader;
    if (env_.has(Bug::read_locally) || (env_.has(Bug::read_at_leader) && leads)) return serve(read);
    waiting_reads_.push_back(read);
    pump();
  });
}

void Member::serve(const Read& read) {
  read.reply({Answer::Kind::done, vault_->look(read.command)});
}

void Member::ask_for_reads() {
  if (!asked_reads_.empty() || waiting_reads_.empty() || node_->leader() == raft::NodeId(0)) return;
  ++read_context_;
  if (!node_->read_index(read_context_)) return;
  asked_reads_.swap(waiting_reads_);
  read_age_ticks_ = 0;
}

void Member::take_read(const raft::ReadState& read) {
  if (read.context != read_context_) return;
  ++env_.stats["read rounds"];
  const raft::Index index = env_.has(Bug::read_before_applied) ? raft::Index(0) : read.index;
  for (Read& asked : asked_reads_)
    answered_.emplace(index, [this, asked = std::move(asked)] { serve(asked); });
  asked_reads_.clear();
  finish_reads();
}

void Member::drop_read(std::uint64_t context) {
  if (context != read_context_) return;
  waiting_reads_.insert(waiting_reads_.begin(), asked_reads_.begin(), asked_reads_.end());
  asked_reads_.clear();
}

void Member::finish_reads() {
  while (!answered_.empty() && answered_.begin()->first <= applied()) {
    const std::function<void()> answer = std::move(answered_.begin()->second);
    answered_.erase(answered_.begin());
    answer();
  }
}

void Member::send_snapshot(raft::NodeId to) {
  Member* peer = find(to);
  if (!peer || !sending_to_.insert(to).second) return;
  ++env_.stats["snapshots sent"];
  const raft::Term term = node_->term();
  // Told once, by the answer or by running out of patience.
  const auto told = std::make_shared<bool>(false);
  const auto report = [this, to, told](std::optional<raft::Index> index) {
    if (std::exchange(*told, true)) return;
    sending_to_.erase(to);
    node_->report_snapshot(to, index.has_value(), index.value_or(raft::Index(0)));
    pump();
  };
  later(env_.random.between(1, kTick), [this, to, peer, term, report] {
    const SnapshotPtr data = vault_->capture();
    if (!survives("while it sends a snapshot")) return;
    const SnapshotAnswer answer = [this, to, report, incarnation = incarnation_](auto index) {
      network_.carry(to, id_, 0, [this, incarnation, report, index] {
        if (incarnation == incarnation_) enter([report, index] { report(index); });
      });
    };
    const Time transfer = env_.random.between(kTick / 10, env_.healed ? kTick : 10 * kTick);
    network_.carry(id_, to, transfer, [this, peer, data, term, answer] {
      peer->offer_snapshot(data, {id_, peer->id(), term, {}}, answer);
    });
  });
  later(kPatience, [report] { report(std::nullopt); });
}

bool Member::accepts_snapshot(raft::Message message) {
  const raft::EntryId id = std::get<raft::InstallSnapshot>(message.body).meta.id;
  const raft::EntryId before = node_->log().compacted();
  note_time();
  node_->step(std::move(message));
  return before != id && node_->log().compacted() == id;
}

void Member::offer_snapshot(SnapshotPtr snapshot, raft::Message message, SnapshotAnswer answer) {
  enter([this, snapshot, message, answer] {
    if (received_ || receiving_) return answer(std::nullopt);
    receiving_ = true;
    const raft::SnapshotMeta& meta = snapshot->applied;
    env_.note(to_string(raft::Message{message.from, message.to, message.term, raft::InstallSnapshot{meta}}));
    if (accepts_snapshot({message.from, message.to, message.term, raft::InstallSnapshot{meta}}))
      received_ = snapshot;
    answered_.emplace(meta.id.index, [this, answer, index = meta.id.index] {
      receiving_ = false;
      answer(index);
    });
    later(env_.random.between(kTick, kPatience), [this] { receiving_ = false; });
    finish_reads();
    pump();
  });
}

}  // namespace sim
