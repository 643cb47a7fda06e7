#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include "raft/core.hpp"
#include "sim/events.hpp"

namespace sim {

/// How often what happened in a run; summed up over runs to show what the simulation reaches.
using Stats = std::map<std::string, std::uint64_t>;

/// The story of a run, a line an event: kept (the last ones) or printed as it happens. Off unless asked for:
/// a run is fast without, and replays exactly with it.
class Trace {
 public:
  enum class Mode { off, keep, print };
  explicit Trace(Mode mode = Mode::off, std::size_t lines_max = 250) : mode_(mode), lines_max_(lines_max) {}
  bool on() const noexcept { return mode_ != Mode::off; }
  void add(Time now, const std::string& line);
  const std::deque<std::string>& lines() const noexcept { return lines_; }

 private:
  Mode mode_;
  std::size_t lines_max_;
  std::deque<std::string> lines_;
};

std::string to_string(raft::EntryId id);
std::string to_string(const raft::Membership& membership);
std::string to_string(const raft::Message& message);

}  // namespace sim
