#include "raft/read_rounds.hpp"
#include "raft/quorum.hpp"

namespace raft {

std::uint64_t ReadRounds::open(PendingRead read) {
  rounds_.push_back({next_, read, {}});
  return next_++;
}

std::vector<PendingRead> ReadRounds::acknowledge(NodeId from, std::uint64_t round,
                                                 const Membership& membership, NodeId self) {
  std::size_t confirmed = 0;
  for (std::size_t i = 0; i < rounds_.size() && rounds_[i].number <= round; ++i) {
    rounds_[i].confirmed_by.insert({from, self});
    if (has_quorum(membership, rounds_[i].confirmed_by)) confirmed = i + 1;
  }
  std::vector<PendingRead> reads;
  for (std::size_t i = 0; i < confirmed; ++i) {
    reads.push_back(rounds_.front().read);
    rounds_.pop_front();
  }
  return reads;
}

std::vector<PendingRead> ReadRounds::drop() {
  std::vector<PendingRead> reads;
  for (const Round& round : rounds_)
    reads.push_back(round.read);
  rounds_.clear();
  return reads;
}

}  // namespace raft
