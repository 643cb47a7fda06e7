#pragma once
#include "sim/client.hpp"

namespace sim {

/// Reads the events of all keys from one member after the other, each time from where it stands: ordered,
/// whole revisions, none twice, none missed (etcd's watch guarantees). The checker compares.
class Watcher {
 public:
  Watcher(Env& env, Members& members, int number) : env_(env), members_(members), number_(number) {}
  void start() { schedule(); }

 private:
  void schedule();
  void look();

  Env& env_;
  Members& members_;
  const int number_;
  raft::NodeId at_;
  storage::Revision next_ = 1;
};

}  // namespace sim
