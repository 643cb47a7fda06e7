#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>
#include "raft/log.hpp"
#include "sim/command.hpp"
#include "sim/events.hpp"
#include "sim/linearizability.hpp"

namespace sim {

/// A call as its client saw it.
struct Call {
  Command command;
  int client = 0;
  Time begin = 0;
  Time end = kPending;             ///< Pending: no answer; it may have happened, or happen yet.
  std::optional<Outcome> outcome;  ///< If it was answered.
  bool refused = false;            ///< It surely did not happen.
};
using History = std::deque<Call>;

/// What really happened, by the committed log and a state machine that applied it.
struct Truth {
  struct Event {
    std::string key;
    Value value;  ///< None: removed.
  };
  std::map<storage::Revision, std::vector<Event>> events;
  std::map<storage::Revision, raft::Index> revisions;  ///< Which index wrote it.
  std::map<std::uint64_t, Outcome> outcomes;           ///< By call.
  std::map<std::uint64_t, raft::Index> indexes;        ///< By call.

  Value value_at(const std::string& key, storage::Revision revision) const;
  std::set<std::string> keys() const;  ///< All that ever were.
};

/// Were clients told the truth, in an order that time allows? By revisions: every answer equals what the log
/// came to; a read shows the state of its revision; what began after another had ended has no older
/// revision. Returns what is wrong, or "".
std::string check_answers(const History& history, const Truth& truth);

/// Are the values that clients saw those of one order of calls? By values alone, a key at a time; of logs and
/// revisions it takes only which keys the end of a lease removed. Returns what is wrong, or "".
std::string check_linearizable(const History& history, const Truth& truth);

}  // namespace sim
