#pragma once
#include <functional>
#include <set>
#include "sim/client.hpp"
#include "sim/network.hpp"

namespace sim {

/// What goes wrong, and what the operator does, at any time: crashes, power cuts, cut and slow networks,
/// stopped members, elections out of turn, transfers of leadership, changes of members. Most runs have an aim
/// besides: a sequence of faults that chance seldom makes, again and again (aims.cpp).
class Chaos {
 public:
  Chaos(Env& env, Network& network, Members& members, std::function<Member&(raft::Membership)> add)
      : env_(env), network_(network), members_(members), add_(std::move(add)) {}

  /// Begins, and goes on until the faults are over.
  void start();
  /// Wipes a member whose removal is committed: its data is never needed again.
  void wipe_removed();

 private:
  void act();
  Member& anyone();
  Member* leader();
  void on_a_way(const std::function<void(raft::NodeId, raft::NodeId)>& what);
  void crash();
  void partition();
  void cut_off(raft::NodeId id);
  void transfer();
  void change_members();
  void change_members_at(Member& at);
  std::optional<raft::Membership> choose_target(const raft::Membership& now);
  void add_to(raft::Membership& target, bool learner);

  // aims.cpp
  void aim();
  void in(Time delay, std::function<void()> what);
  void cut_between(const std::set<raft::NodeId>& side);
  std::set<raft::NodeId> companions(raft::NodeId leader, const raft::Membership& members);
  void depose();
  void change_torn();
  void leave_with_one();

  Env& env_;
  Network& network_;
  Members& members_;
  /// Makes a member that joins; `flags` is what its command line says of the cluster.
  std::function<Member&(raft::Membership flags)> add_;
};

}  // namespace sim
