#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include "raft/message.hpp"
#include "sim/env.hpp"

namespace sim {

/// What lies between the members: loses, repeats, delays and so reorders messages, which travel as bytes.
/// Single ways may be cut or slow. A forwarded proposal is never repeated: the transport of raft-store sends
/// a batch once.
class Network {
 public:
  explicit Network(Env& env) : env_(env) {}

  /// Where messages come out. Set once, before anything is sent.
  std::function<void(raft::NodeId to, const std::string& bytes)> deliver;
  /// The truth about a member's commit index, for Bug::commit_by_heartbeat.
  std::function<raft::Index(raft::NodeId)> commit_of;

  void send(raft::Message message);
  /// Carries something that is not a message (a snapshot, its answer): after `least` and a message's delay,
  /// or never.
  void carry(raft::NodeId from, raft::NodeId to, Time least, std::function<void()> arrive);

  void cut(raft::NodeId from, raft::NodeId to) { cut_.insert({from, to}); }
  void slow(raft::NodeId from, raft::NodeId to) { slow_.insert({from, to}); }
  void mend();
  bool whole() const noexcept { return cut_.empty() && slow_.empty(); }

 private:
  using Way = std::pair<raft::NodeId, raft::NodeId>;
  void transmit(const raft::Message& message);
  Time delay(const Way& way);
  void pass(const Way& way, Time delay, std::function<void()> arrive);

  Env& env_;
  std::set<Way> cut_, slow_;
};

}  // namespace sim
