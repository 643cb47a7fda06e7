#pragma once
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>
#include "base/error.hpp"
#include "raft/config.hpp"
#include "raft/log.hpp"

namespace raft {

/// §5.2, and thesis §9.6 for `pre`: would you vote for me? Changes nothing at the receiver.
struct RequestVote {
  EntryId last;  ///< End of the candidate's log.
  bool pre = false;
  bool transfer = false;  ///< Asked to by the leader: voters do not protect that leader (thesis §4.2.3).
};
struct VoteResponse {
  bool granted = false;
  bool pre = false;
};
/// §5.3.
struct AppendEntries {
  EntryId previous;
  std::vector<Entry> entries;
  Index commit;
};
struct AppendResponse {
  Index index;  ///< Accepted: durable and equal to the leader's log up to here. Rejected: the `previous`.
  bool rejected = false;
  EntryId hint;  ///< If rejected: where the logs may agree (§5.3, end).
};
/// Keeps followers quiet, carries the commit index and confirms leadership for reads.
struct Heartbeat {
  Index commit;            ///< Never beyond what the receiver is known to hold.
  std::uint64_t read = 0;  ///< Number of the read round to confirm; 0: none.
};
struct HeartbeatResponse {
  std::uint64_t read = 0;
};
/// §7. Stepped into a Node only after its data has fully arrived and lies ready to be installed.
struct InstallSnapshot {
  SnapshotMeta meta;
};
/// Commands a follower passes to the leader.
struct Propose {
  std::vector<Data> commands;
};
/// Thesis §6.4: the leader answers once it knows that it led when it was asked.
struct ReadIndex {
  std::uint64_t context = 0;
};
struct ReadIndexResponse {
  std::uint64_t context = 0;
  Index index;
};
/// Thesis §3.10: the leader asks the receiver to begin an election at once.
struct TimeoutNow {};

using Body =
    std::variant<RequestVote, VoteResponse, AppendEntries, AppendResponse, Heartbeat, HeartbeatResponse,
                 InstallSnapshot, Propose, ReadIndex, ReadIndexResponse, TimeoutNow>;

struct Message {
  NodeId from, to;
  Term term;  ///< The sender's; of a pre-vote request the one it would begin. 0: local forwarding, without a
              ///< term.
  Body body;
};

/// A compact binary form, version in the first byte; integers little-endian.
std::string encode_message(const Message& message);
/// Checks every length against what is there. Errors: corrupt; unsupported (another version).
base::Result<Message> decode_message(std::string_view bytes);

}  // namespace raft
