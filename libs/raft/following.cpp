#include <algorithm>
#include "base/assert.hpp"
#include "raft/core.hpp"

/// Where messages come in, and what a follower does with a leader's: §5.1, §5.3, §7.
namespace raft {
namespace {

bool from_leader(const Body& body) {
  return std::holds_alternative<AppendEntries>(body) || std::holds_alternative<Heartbeat>(body) ||
         std::holds_alternative<InstallSnapshot>(body);
}

/// Forwarded on a client's behalf: not part of the protocol's terms.
bool without_term(const Body& body) {
  return std::holds_alternative<Propose>(body) || std::holds_alternative<ReadIndex>(body);
}

}  // namespace

void Node::step(Message message) {
  if (message.to != options_.id || message.from == NodeId(0) || message.from == options_.id) return;
  if (!without_term(message.body) && !settle_term(message)) return;
  std::visit([&](const auto& body) { on(message, body); }, message.body);
}

bool Node::settle_term(const Message& m) {
  if (m.term == hard_.term) return true;
  if (m.term < hard_.term) {
    answer_stale(m);
    return false;
  }
  if (const auto* request = std::get_if<RequestVote>(&m.body)) {
    // Thesis §4.2.3: who hears its leader does not help to depose it.
    if ((leased() || promised()) && !request->transfer) return false;
    if (request->pre) return true;
  }
  const auto* response = std::get_if<VoteResponse>(&m.body);
  if (response && response->pre && response->granted) return true;  // In the term that was asked about.
  become_follower(m.term, from_leader(m.body) ? m.from : NodeId(0));
  return true;
}

void Node::answer_stale(const Message& m) {
  // A leader of an earlier term, or a member whose term runs ahead of its group's: let it hear of ours
  // (§5.1). No election would tell it with pre-vote and protected leaders, nor if we may not stand.
  if (from_leader(m.body)) {
    send_after_write(m.from, AppendResponse{Index(0), true, {}});
    return;
  }
  const auto* request = std::get_if<RequestVote>(&m.body);
  if (request && request->pre) send_after_write(m.from, VoteResponse{false, true});
}

void Node::follow(NodeId leader) {
  COX_ASSERT(role_ != Role::leader, "two leaders in one term (Election Safety, §5.2)");
  if (role_ != Role::follower || leader_ != leader) become_follower(hard_.term, leader);
  election_elapsed_ = promise_elapsed_ = 0;
}

void Node::on(const Message& m, const AppendEntries& request) {
  follow(m.from);
  if (request.previous.index < log_.committed()) {
    // An old message: what is committed is equal anyhow.
    send_after_write(m.from, AppendResponse{log_.committed(), false, {}});
    return;
  }
  if (!log_.matches(request.previous)) {
    const EntryId hint = log_.probe_point(request.previous.index, request.previous.term);
    send_after_write(m.from, AppendResponse{request.previous.index, true, hint});
    return;
  }
  const Index last = request.previous.index + request.entries.size();
  if (const std::optional<Index> changed = log_.merge(request.previous, request.entries)) {
    memberships_.erase(memberships_.lower_bound(*changed), memberships_.end());
    for (Index i = *changed; i <= log_.last().index; ++i)
      note_memberships({log_.at(i)});
  }
  log_.commit_to(std::min(request.commit, last));
  send_after_write(m.from, AppendResponse{last, false, {}});
}

void Node::on(const Message& m, const Heartbeat& request) {
  follow(m.from);
  log_.commit_to(std::min(request.commit, log_.last().index));
  send_after_write(m.from, HeartbeatResponse{request.read});
}

void Node::on(const Message& m, const InstallSnapshot& request) {
  follow(m.from);
  const SnapshotMeta& meta = request.meta;
  if (meta.id.index > log_.committed()) {
    if (log_.matches(meta.id)) {
      log_.commit_to(meta.id.index);  // The log has it all: no need to throw it away.
    } else {
      log_.restore(meta.id);
      memberships_.clear();
      memberships_[meta.id.index] = meta.membership;
      snapshot_ = meta;
    }
  }
  send_after_write(m.from, AppendResponse{log_.committed(), false, {}});
}

void Node::on(const Message&, const Propose& request) {
  // A follower of another leader drops it: the proposer learns by its time-out.
  if (role_ == Role::leader) base::ignore_error(propose(request.commands));
}

}  // namespace raft
