#pragma once
#include <memory>
#include <string>
#include <vector>
#include "sim/chaos.hpp"
#include "sim/client.hpp"
#include "sim/env.hpp"
#include "sim/network.hpp"
#include "sim/watcher.hpp"

namespace sim {

struct Verdict {
  std::string failure;  ///< Empty: all held.
  Stats stats;
  bool ok() const noexcept { return failure.empty(); }
};

/// A whole cluster, its clients and its misfortunes in one process. Runs `plan.steps` events under faults,
/// then heals everything and demands that the cluster serves again: a leader, a settled configuration, all
/// members level, a write and a read at each. Equal plans run equally, with or without a trace.
class World {
 public:
  World(const Plan& plan, Trace trace);
  Verdict run();
  const Trace& trace() const noexcept { return env_.trace; }

 private:
  Member& add(raft::Membership first);
  bool step();
  void tend_later();
  void heal();
  bool serves();
  bool level();
  std::string where_it_stands();
  void prove();
  void check_history();

  Env env_;
  Network network_;
  Members members_;
  History history_;
  std::vector<std::unique_ptr<Client>> clients_, provers_;
  std::vector<std::unique_ptr<Watcher>> watchers_;
  Chaos chaos_;
};

Verdict run(const Plan& plan);

}  // namespace sim
