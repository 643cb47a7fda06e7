#pragma once
#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include "base/clock.hpp"

namespace coxctl::store {

/// How far something is. `total` 0: not known.
struct ProgressState {
  enum class Unit { count, bytes, seconds };
  std::string label;
  Unit unit = Unit::count;
  std::uint64_t done = 0, total = 0;
  std::chrono::nanoseconds elapsed{};
};
/// "saving  42% [=====>      ] 42 MB/100 MB  8.4 MB/s  00:07 left", in at most `width` columns.
std::string progress_bar(const ProgressState& state, std::size_t width);
/// The same without the bar, for logs.
std::string progress_line(const ProgressState& state);

/// Shows on stderr how far something is: a bar redrawn in place where stderr is a terminal, else a line every
/// five seconds, so that a log tells that it lives. Belongs to one strand.
class Progress {
 public:
  using Unit = ProgressState::Unit;
  Progress(std::string label, std::uint64_t total, Unit unit = Unit::count);
  /// For tests. `clock` must outlive it.
  Progress(std::string label, std::uint64_t total, Unit unit, std::ostream& out, bool terminal,
           std::size_t width, const base::Clock& clock);
  ~Progress();  ///< Ends the bar's line, if `finish` was not called.
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void set(std::uint64_t done);
  void add(std::uint64_t n = 1) { set(state_.done + n); }
  void set_total(std::uint64_t total) { state_.total = total; }
  /// Draws the last state and ends the line.
  void finish();

 private:
  void draw();
  ProgressState state_;
  std::ostream& out_;
  bool terminal_;
  std::size_t width_;
  const base::Clock& clock_;
  base::SteadyTime start_, drawn_;
  std::size_t drawn_width_ = 0;             ///< Of the bar on the screen; 0: none.
  std::uint64_t told_ = std::uint64_t(-1);  ///< What was drawn last: no line of a log says it again.
  bool finished_ = false;
};

}  // namespace coxctl::store
