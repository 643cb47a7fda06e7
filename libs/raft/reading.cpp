#include <algorithm>
#include <limits>
#include "raft/core.hpp"
#include "raft/quorum.hpp"

/// Linearizable reads without a log entry: thesis §6.4, and §6.4.1 for the lease.
namespace raft {

base::Result<void> Node::read_index(std::uint64_t context) {
  if (role_ == Role::leader) {
    lead_read({options_.id, context, Index(0)});
    return {};
  }
  if (leader_ == NodeId(0)) return base::Error(base::Errc::unavailable, "raft: no leader");
  forwarded_reads_.insert(context);
  now_.push_back({options_.id, leader_, Term(0), ReadIndex{context}});
  return {};
}

void Node::lead_read(PendingRead read) {
  // Until something of this term is committed, an earlier leader may have committed more than we know of.
  if (!committed_in_term()) {
    early_reads_.push_back(read);
    return;
  }
  read.index = log_.committed();
  if (holds_lease() || has_quorum(membership(), {options_.id})) {
    confirm_read(read);
    return;
  }
  rounds_.open(read);
  broadcast_heartbeat();
}

void Node::confirm_read(const PendingRead& read) {
  if (read.from == options_.id)
    reads_.push_back({read.context, read.index});
  else
    send_now(read.from, ReadIndexResponse{read.context, read.index});
}

std::uint64_t Node::number_heartbeat() {
  if (options_.lease_length == 0) return rounds_.empty() ? 0 : rounds_.latest();
  while (!heartbeats_.empty() && heartbeats_.front().second + options_.lease_length <= now_time_)
    heartbeats_.pop_front();
  heartbeats_.emplace_back(rounds_.mark(), now_time_);
  return heartbeats_.back().first;
}

void Node::note_promise(NodeId from, std::uint64_t heartbeat) {
  const auto sent = std::lower_bound(heartbeats_.begin(), heartbeats_.end(),
                                     std::pair(heartbeat, std::numeric_limits<std::int64_t>::min()));
  if (sent == heartbeats_.end() || sent->first != heartbeat) return;
  std::int64_t& at = promises_.try_emplace(from, sent->second).first->second;
  at = std::max(at, sent->second);
}

/// Counts from when the heartbeats were sent: the promise began no earlier. By the configuration in force
/// now, which every majority that could elect another leader meets.
bool Node::holds_lease() const {
  if (options_.lease_length == 0 || hands_over_) return false;
  std::set<NodeId> bound{options_.id};
  for (const auto& [id, sent] : promises_)
    if (now_time_ < sent + options_.lease_length) bound.insert(id);
  return has_quorum(membership(), bound);
}

void Node::drop_reads() {
  std::vector<PendingRead> reads = rounds_.drop();
  reads.insert(reads.end(), early_reads_.begin(), early_reads_.end());
  early_reads_.clear();
  for (const PendingRead& read : reads)
    if (read.from == options_.id) reads_dropped_.push_back(read.context);
  reads_dropped_.insert(reads_dropped_.end(), forwarded_reads_.begin(), forwarded_reads_.end());
  forwarded_reads_.clear();
}

void Node::on(const Message& m, const ReadIndex& request) {
  if (role_ == Role::leader) lead_read({m.from, request.context, Index(0)});
}

void Node::on(const Message&, const ReadIndexResponse& response) {
  if (forwarded_reads_.erase(response.context) > 0) reads_.push_back({response.context, response.index});
}

}  // namespace raft
