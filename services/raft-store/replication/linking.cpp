#include <algorithm>
#include "raft-store/replication/engine.hpp"

/// Which peers this member talks to.
namespace raft_store::replication {

void Engine::sync_peers() {
  const raft::Membership& now = node_.membership();
  const raft::Membership& settled = node_.membership_at(node_.log().committed());
  if (now == linked_ && settled == settled_) return;
  linked_ = now;
  settled_ = settled;
  const std::vector<Member> members = peers_to_link();
  std::erase_if(links_, [&](const auto& item) {
    const bool kept = std::any_of(members.begin(), members.end(), [&](const Member& m) {
      return m.id == item.first && m.peer_urls == item.second->peer().peer_urls;
    });
    if (!kept) item.second->close();
    return !kept;
  });
  for (const Member& member : members) {
    if (member.id == identity_.id || links_.contains(member.id) || member.peer_urls.empty()) continue;
    auto link = std::make_shared<PeerLink>(strand_, member, identity_.cluster_id, options_.peer_tls,
                                           PeerMetrics(registry_, identity_.id, member.id));
    links_[member.id] = link;
    tasks_.spawn("peer " + member.name, [link] { return link->run(); });
  }
  const std::lock_guard lock(status_mutex_);
  status_.members = members_of(now);
}

/// The members; those on their way out, whose leave others must still be able to tell and confirm; and while
/// this one joins, those it was told of: the configurations it reads then are of times before it.
std::vector<Member> Engine::peers_to_link() const {
  std::vector<Member> members = members_of(linked_);
  const auto add = [&](const std::vector<Member>& more) {
    for (const Member& member : more)
      if (std::none_of(members.begin(), members.end(), [&](const Member& m) { return m.id == member.id; }))
        members.push_back(member);
  };
  add(members_of(settled_));
  if (options_.join_existing && !linked_.contains(identity_.id)) add(options_.initial_cluster);
  return members;
}

}  // namespace raft_store::replication
