#pragma once
#include <functional>
#include <set>
#include <vector>
#include "sim/client.hpp"
#include "sim/network.hpp"
#include "sim/script.hpp"

namespace sim {

/// What goes wrong, and what the operator does, at any time: crashes, power cuts, cut and slow networks,
/// stopped members, elections out of turn, transfers of leadership, changes of members. Half of the runs have
/// an aim besides: sequences of faults that chance seldom makes, again and again (aims.cpp, scripts.cpp).
class Chaos {
 public:
  Chaos(Env& env, Network& network, Members& members, std::function<Member&(raft::Membership)> add)
      : env_(env), network_(network), members_(members), add_(std::move(add)), stage_(env.events) {}

  /// Begins, and goes on until the faults are over.
  void start();
  /// After each event: scripts go on.
  void look() { stage_.look(); }
  /// The faults are over.
  void stop() { stage_.clear(); }
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
  Script depose();
  void change_members_badly();
  void change_torn();
  void leave_with_one();

  // scripts.cpp
  Script figure_8();
  Script joint_apart();
  Script grow_twice();
  Script promote_alone();
  Time elections(int n) const;                    ///< Long enough for so many.
  const raft::Node* node(raft::NodeId id) const;  ///< Null: down.
  void part(const std::vector<std::set<raft::NodeId>>& groups);
  Member* leader_among(const std::set<raft::NodeId>& ids, raft::Term after);
  std::set<raft::NodeId> newcomers(Member& at, std::size_t wanted);
  bool caught_up(const raft::Node* leader, const std::set<raft::NodeId>& ids) const;
  void propose_members(Member& at, const raft::Membership& target);

  static constexpr std::size_t kMembersEver = 16;

  Env& env_;
  Network& network_;
  Members& members_;
  /// Makes a member that joins; `flags` is what its command line says of the cluster.
  std::function<Member&(raft::Membership flags)> add_;
  Stage stage_;
};

}  // namespace sim
