#include <algorithm>
#include "base/assert.hpp"
#include "raft/core.hpp"
#include "raft/quorum.hpp"

/// What a leader does: §5.3, §5.4.2, thesis §4.1 (members), §10.2.1 (its own write beside the followers').
namespace raft {

void Node::append_as_leader(EntryKind kind, std::vector<Data> data) {
  std::vector<Entry> entries;
  entries.reserve(data.size());
  EntryId id{hard_.term, log_.last().index};
  for (Data& bytes : data) {
    ++id.index;
    uncommitted_bytes_ += bytes->size();
    entries.push_back({id, kind, std::move(bytes)});
  }
  note_memberships(entries);
  log_.append(std::move(entries));
  if (kind == EntryKind::membership) {
    adopt_peers();
    maybe_commit();
  }
  if (role_ == Role::leader) broadcast_append();
}

void Node::adopt_peers() {
  const std::set<NodeId> everyone = membership().everyone();
  std::erase_if(peers_, [&](const auto& item) { return !everyone.contains(item.first); });
  for (const NodeId id : everyone) {
    const auto [peer, added] = peers_.try_emplace(id, log_.last().index + 1, options_.inflight_messages_max,
                                                  options_.inflight_bytes_max);
    if (!added) continue;
    peer->second.recently_active = true;  // Time to answer before the quorum is checked.
    if (id != options_.id) continue;
    peer->second.become_replicate();
    peer->second.accepted(log_.stable());
  }
}

void Node::send_append(NodeId to, Progress& peer, bool allow_empty) {
  if (to == options_.id || peer.paused()) return;
  const Index previous = peer.next - 1;
  const std::optional<Term> term = log_.term_at(previous);
  if (!term) {
    // What it needs is only in a snapshot now. A peer that is silent gets none until it speaks.
    if (!peer.recently_active) return;
    peer.become_snapshot();
    snapshots_wanted_.push_back(to);
    return;
  }
  std::vector<Entry> entries = log_.slice(peer.next, log_.last().index, options_.append_bytes_max);
  if (entries.empty() && !allow_empty) return;
  if (peer.state == Progress::State::probe) {
    peer.probe_sent = true;
  } else if (!entries.empty()) {
    std::size_t bytes = 0;
    for (const Entry& entry : entries)
      bytes += entry.bytes();
    peer.next = entries.back().id.index + 1;
    peer.inflight.add(entries.back().id.index, bytes);
  }
  send_now(to, AppendEntries{{*term, previous}, std::move(entries), log_.committed()});
}

void Node::send_all_it_may(NodeId to, Progress& peer) {
  while (!peer.paused() && peer.next <= log_.last().index)
    send_append(to, peer, false);
}

void Node::broadcast_append() {
  for (auto& [id, peer] : peers_)
    send_append(id, peer, true);
}

void Node::broadcast_heartbeat() {
  const std::uint64_t round = number_heartbeat();
  for (auto& [id, peer] : peers_) {
    if (id == options_.id) continue;
    send_now(id, Heartbeat{std::min(peer.match, log_.committed()), round});
  }
}

void Node::maybe_commit() {
  const Index index = quorum_index(membership(), [&](NodeId id) {
    const auto peer = peers_.find(id);
    return peer == peers_.end() ? Index(0) : peer->second.match;
  });
  // §5.4.2: an entry of an earlier term is committed only through one of ours.
  if (index <= log_.committed() || log_.term_at(index) != hard_.term) return;
  for (Index i = log_.committed() + 1; i <= index; ++i)
    uncommitted_bytes_ -= std::min(uncommitted_bytes_, log_.at(i).data->size());
  log_.commit_to(index);
  after_commit();
}

void Node::after_commit() {
  std::vector<PendingRead> reads;
  reads.swap(early_reads_);
  for (const PendingRead& read : reads)
    lead_read(read);
  broadcast_append();
  if (memberships_.rbegin()->first > log_.committed()) return;
  if (membership().joint()) {
    append_as_leader(EntryKind::membership, {make_data(encode_membership(leave_joint(membership())))});
  } else if (!membership().is_voter(options_.id)) {
    become_follower(hard_.term, NodeId(0));  // Removed, and the removal is committed (thesis §4.2.2).
  }
}

void Node::on(const Message& m, const AppendResponse& response) {
  const auto found = peers_.find(m.from);
  if (role_ != Role::leader || found == peers_.end()) return;
  found->second.recently_active = true;
  if (response.rejected)
    handle_refusal(m, found->second, response);
  else
    handle_acceptance(m, found->second, response);
}

void Node::handle_refusal(const Message& m, Progress& peer, const AppendResponse& response) {
  // Skip what cannot agree: entries of terms the follower's log does not reach (§5.3, end).
  const EntryId probe = log_.probe_point(response.hint.index, response.hint.term);
  if (peer.refused(response.index, probe.index)) send_append(m.from, peer, true);
}

void Node::handle_acceptance(const Message& m, Progress& peer, const AppendResponse& response) {
  if (response.index > log_.last().index) return;  // Nothing of ours: it would break Leader Completeness.
  const bool was_paused = peer.paused();
  const bool news = peer.accepted(response.index);
  if (peer.state == Progress::State::probe) peer.become_replicate();
  if (peer.state == Progress::State::snapshot && peer.match + 1 >= log_.first()) peer.become_replicate();
  const Index committed = log_.committed();
  if (news) maybe_commit();
  // Committing may have ended our leadership or removed the peer, and `peer` with it.
  const auto still = peers_.find(m.from);
  if (role_ != Role::leader || still == peers_.end()) return;
  if (was_paused && committed == log_.committed()) send_append(m.from, still->second, true);
  send_all_it_may(m.from, still->second);
  hand_over_if_ready(m.from, still->second);
}

void Node::on(const Message& m, const HeartbeatResponse& response) {
  const auto found = peers_.find(m.from);
  if (role_ != Role::leader || found == peers_.end()) return;
  Progress& peer = found->second;
  peer.recently_active = true;
  peer.probe_sent = false;
  if (peer.state == Progress::State::replicate && peer.inflight.full()) peer.inflight.free_first();
  if (peer.match < log_.last().index || peer.state == Progress::State::probe) send_append(m.from, peer, true);
  if (response.read == 0) return;
  note_promise(m.from, response.read);
  for (const PendingRead& read : rounds_.acknowledge(m.from, response.read, membership(), options_.id))
    confirm_read(read);
}

void Node::report_snapshot(NodeId peer, bool arrived, Index index) {
  const auto found = peers_.find(peer);
  if (role_ != Role::leader || found == peers_.end() || found->second.state != Progress::State::snapshot)
    return;
  found->second.become_probe();
  if (arrived) found->second.next = std::max(found->second.next, index + 1);
  // Its answer, or the next heartbeat's, starts the probe: a peer that failed is not hurried.
  found->second.probe_sent = true;
}

base::Result<void> Node::transfer_leadership(NodeId to) {
  if (role_ != Role::leader) return base::Error(base::Errc::unavailable, "raft: not the leader");
  if (to == options_.id || !membership().voters.contains(to))
    return base::Error(base::Errc::invalid_argument, "raft: leadership goes to another voter");
  transfer_to_ = to;
  hands_over_ = true;
  election_elapsed_ = 0;
  Progress& peer = peers_.at(to);
  send_append(to, peer, true);
  hand_over_if_ready(to, peer);
  return {};
}

void Node::hand_over_if_ready(NodeId to, const Progress& peer) {
  if (transfer_to_ == to && peer.match == log_.last().index) send_now(to, TimeoutNow{});
}

}  // namespace raft
