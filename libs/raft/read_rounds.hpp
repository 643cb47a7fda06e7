#pragma once
#include <cstdint>
#include <deque>
#include <set>
#include <vector>
#include "raft/config.hpp"
#include "raft/log.hpp"

namespace raft {

/// A read waiting at the leader: asked by `from` (perhaps itself), may be served at `index`.
struct PendingRead {
  NodeId from;
  std::uint64_t context = 0;
  Index index;
};

/// The rounds of heartbeats by which a leader learns that it still led when a read was asked for (thesis
/// §6.4). Each read opens a round; rounds are confirmed in order, a later one confirms all before it.
class ReadRounds {
 public:
  /// The number for the heartbeats; numbers are never used twice by one leader.
  std::uint64_t open(PendingRead read);
  std::uint64_t mark() noexcept { return next_++; }  ///< A number without a read.
  /// `from` answered the heartbeat of `round`. Returns the reads confirmed by it.
  std::vector<PendingRead> acknowledge(NodeId from, std::uint64_t round, const Membership& membership,
                                       NodeId self);
  std::uint64_t latest() const noexcept { return next_ - 1; }  ///< The newest round, 0 if none was opened.
  bool empty() const noexcept { return rounds_.empty(); }
  /// Leadership ended: gives back all that waited.
  std::vector<PendingRead> drop();

 private:
  struct Round {
    std::uint64_t number;
    PendingRead read;
    std::set<NodeId> confirmed_by;
  };
  std::deque<Round> rounds_;
  std::uint64_t next_ = 1;
};

}  // namespace raft
