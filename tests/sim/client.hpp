#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "sim/env.hpp"
#include "sim/history.hpp"
#include "sim/member.hpp"

namespace sim {

using Members = std::map<raft::NodeId, std::unique_ptr<Member>>;

/// A client that makes one call after the other, each at some member, and writes down what it saw. A call
/// that was surely not done is tried again elsewhere; so is a read without an answer. A write without an
/// answer is left open: it may have been done.
class Client {
 public:
  Client(Env& env, Members& members, History& history, int number);

  /// Begins, and goes on until `stop`.
  void start() { think(); }
  void stop() noexcept { stopped_ = true; }
  /// For the end: calls at `member` only, until one write and one read are done there.
  void prove_at(raft::NodeId member);
  bool proven() const noexcept { return wrote_ && read_; }

 private:
  void think();
  void begin();
  Action choose_action();
  Command choose();
  std::string key();
  void attempt();
  void request(Member& member);
  void take(std::uint64_t attempt, const Answer& answer);
  void finish();

  Env& env_;
  Members& members_;
  History& history_;
  const int number_;
  raft::NodeId only_;  ///< 0: any member.
  raft::NodeId at_;    ///< Where it called last.
  bool stopped_ = false, wrote_ = false, read_ = false;
  Call* call_ = nullptr;       ///< Under way.
  std::uint64_t attempt_ = 0;  ///< Numbers the attempts; answers to earlier ones count for nothing.
  int tries_ = 0;
  std::map<std::string, Value> known_;  ///< What it saw last.
};

}  // namespace sim
