#include "coxctl/store/progress.hpp"
#include <sys/ioctl.h>
#include <unistd.h>
#include <algorithm>
#include <iostream>
#include "coxctl/store/text.hpp"

namespace coxctl::store {
namespace {

constexpr std::chrono::milliseconds kRedraw(100);
constexpr std::chrono::seconds kLine(5);
constexpr std::size_t kBarMin = 10, kBarMax = 40;

double seconds_of(std::chrono::nanoseconds d) {
  return std::chrono::duration<double>(d).count();
}

std::string amount(const ProgressState& s, std::uint64_t n) {
  if (s.unit == ProgressState::Unit::bytes) return human_bytes(n);
  if (s.unit == ProgressState::Unit::seconds) return clock_time(std::chrono::seconds(n));
  return std::to_string(n);
}

std::string percent(const ProgressState& s) {
  if (s.total == 0) return "";
  const std::string text = std::to_string(std::min<std::uint64_t>(100, s.done * 100 / s.total)) + "%";
  return std::string(4 - std::min<std::size_t>(4, text.size()), ' ') + text;
}

/// What comes after the bar: amounts, the rate, the time left (or, once done, taken).
std::string figures(const ProgressState& s) {
  std::string out = amount(s, s.done);
  if (s.total > 0) out += "/" + amount(s, s.total);
  const double elapsed = seconds_of(s.elapsed);
  const double rate = elapsed > 0 ? static_cast<double>(s.done) / elapsed : 0;
  if (s.unit == ProgressState::Unit::seconds) return out;
  if (rate > 0) out += "  " + amount(s, static_cast<std::uint64_t>(rate + 0.5)) + "/s";
  if (s.total > s.done && rate > 0) {
    const double left = static_cast<double>(s.total - s.done) / rate;
    out += "  " + clock_time(std::chrono::seconds(static_cast<long>(std::min(left, 1e7) + 0.5))) + " left";
  } else {
    out += "  " + clock_time(s.elapsed);
  }
  return out;
}

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string progress_line(const ProgressState& s) {
  const std::string share = percent(s);
  return s.label + (share.empty() ? "" : " " + share.substr(share.find_first_not_of(' '))) + "  " +
         figures(s);
}

std::string progress_bar(const ProgressState& s, std::size_t width) {
  const std::string before = s.label + " " + percent(s) + " ", after = " " + figures(s);
  const std::size_t around = before.size() + after.size() + 2;
  if (s.total == 0 || width < around + kBarMin) return progress_line(s).substr(0, width);
  const std::size_t room = std::min(kBarMax, width - around);
  const std::size_t filled = room * std::min(s.done, s.total) / s.total;
  std::string bar(filled, '=');
  if (filled < room) bar += '>' + std::string(room - filled - 1, ' ');
  return before + "[" + bar + "]" + after;
}

Progress::Progress(std::string label, std::uint64_t total, Unit unit)
    : Progress(std::move(label), total, unit, std::cerr, ::isatty(STDERR_FILENO) == 1, terminal_width(),
               base::Clock::real()) {}

Progress::Progress(std::string label, std::uint64_t total, Unit unit, std::ostream& out, bool terminal,
                   std::size_t width, const base::Clock& clock)
    : out_(out), terminal_(terminal), width_(width), clock_(clock) {
  state_.label = std::move(label);
  state_.total = total;
  state_.unit = unit;
  start_ = drawn_ = clock_.steady_now();
  if (terminal_) draw();
}

Progress::~Progress() {
  if (!finished_ && drawn_width_ > 0) out_ << "\n" << std::flush;
}

void Progress::set(std::uint64_t done) {
  state_.done = done;
  if (clock_.steady_now() - drawn_ >= (terminal_ ? std::chrono::nanoseconds(kRedraw) : kLine)) draw();
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  if (terminal_ || state_.done != told_) draw();
  if (terminal_) out_ << "\n" << std::flush;
}

void Progress::draw() {
  drawn_ = clock_.steady_now();
  state_.elapsed = drawn_ - start_;
  told_ = state_.done;
  if (!terminal_) {
    out_ << progress_line(state_) << "\n" << std::flush;
    return;
  }
  const std::string bar = progress_bar(state_, width_ > 1 ? width_ - 1 : width_);
  const std::size_t rest = drawn_width_ > bar.size() ? drawn_width_ - bar.size() : 0;
  out_ << "\r" << bar << std::string(rest, ' ') << std::flush;
  drawn_width_ = bar.size();
}

}  // namespace coxctl::store
