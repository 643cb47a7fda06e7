#include <algorithm>
#include "base/log.hpp"
#include "raft-store/replication/engine.hpp"
#include "raft-store/replication/give_up.hpp"
#include "raft-store/replication/joining.hpp"

/// Which peers this member talks to.
namespace raft_store::replication {

void Engine::sync_peers() {
  const raft::Membership& now = node_.membership();
  const raft::Membership& settled = node_.membership_at(node_.log().committed());
  if (now == linked_ && settled == settled_) return;
  linked_ = now;
  note_removal(settled);
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
    auto link = std::make_shared<PeerLink>(strand_, member, identity_, options_.peer_tls,
                                           PeerMetrics(registry_, identity_.id, member.id),
                                           [this](const std::string& reason) { disowned(reason); });
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

/// A member that learns of its own removal ends, a little later: others may need to hear from it of what it
/// committed last.
void Engine::note_removal(const raft::Membership& settled) {
  if (!settled_.contains(identity_.id) || settled.contains(identity_.id) || stopping_) return;
  base::log::warning("this member was removed from the cluster");
  // Who led until now has stepped down: another one need not wait for a timeout.
  if (node_.leader() == raft::NodeId(0)) {
    const auto successor = std::find_if(settled.voters.begin(), settled.voters.end(), [&](raft::NodeId id) {
      return links_.contains(id) && links_.at(id)->reachable();
    });
    if (successor != settled.voters.end())
      send({{identity_.id, *successor, node_.term(), raft::TimeoutNow{}}});
  }
  tasks_.spawn("removed", [this]() -> base::Awaitable<void> {
    const bool slept = co_await base::sleep_for(options_.election_timeout);
    if (slept) disowned(std::string(kRemoved));
  });
}

void Engine::disowned(const std::string& reason) {
  const std::string directory = options_.data_dir.string();
  Member self;
  for (const Member& member : options_.initial_cluster)
    if (member.name == options_.name) self = member;
  self.id = identity_.id;
  if (reason == kRemoved)
    give_up("this member was removed from the cluster, and the data in " + directory +
            " are of no more use; to let it join again: " + how_to_add(self, options_.data_dir));
  give_up("the cluster knows this member with other data than those in " + directory +
          ": they were lost, or these are of another time or place; put the right ones back, or: " +
          how_to_replace(self, options_.data_dir));
}

}  // namespace raft_store::replication
