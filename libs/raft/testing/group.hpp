#pragma once
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>
#include "raft/core.hpp"

/// A Raft group on a perfect or cut network, for tests: everything happens at once, nothing by chance.
namespace raft::testing {

/// One member: its Node, and what is on its disk.
struct Host {
  HardState hard_state;
  SnapshotMeta snapshot;
  std::vector<Entry> disk;
  std::vector<std::string> applied;  ///< The commands, in order.
  Index applied_index;
  std::vector<ReadState> reads;
  std::vector<std::uint64_t> reads_dropped;
  std::unique_ptr<Node> node;
};

class Group {
 public:
  /// Members 1..n, all voters, not started elections yet.
  explicit Group(int members, std::function<void(Options&)> adjust = {});

  Node& operator[](int id) { return *hosts_.at(NodeId(id)).node; }
  Host& host(int id) { return hosts_.at(NodeId(id)); }
  /// A member that is in no configuration yet.
  void add_host(int id);
  void restart(int id);  ///< Loses what was not written.

  void cut(int a, int b);  ///< Nothing passes between them, either way.
  void isolate(int id);
  void heal() { cut_.clear(); }
  /// Messages this refuses are dropped.
  std::function<bool(const Message&)> filter;

  /// Does what the Readys say until nothing is left to do. Snapshots are taken and delivered at once.
  void settle();
  void tick(int id, int times = 1);  ///< Each followed by settle().
  void tick_all(int times);
  /// Lets `id` stand, and settles.
  void elect(int id);
  /// The one leader of the highest term, 0 if there is none.
  int leader();
  base::Result<void> propose(int id, std::string command);

 private:
  void start(int id);
  bool work(Host& host);
  void write(Host& host, const Ready& ready);
  void deliver(const Message& m);
  bool passes(NodeId from, NodeId to) const { return !cut_.contains({from, to}); }

  std::function<void(Options&)> adjust_;
  Membership initial_;
  std::map<NodeId, Host> hosts_;
  std::set<std::pair<NodeId, NodeId>> cut_;
  std::deque<Message> network_;
};

}  // namespace raft::testing
