#include "raft-store/upkeep/auto_compaction.hpp"
#include <algorithm>
#include <charconv>
#include "base/flags.hpp"

namespace raft_store::upkeep {
namespace {

using namespace std::chrono_literals;
constexpr int kNotesPerPeriod = 10;
constexpr std::chrono::nanoseconds kRevisionInterval = 5min;
constexpr std::chrono::nanoseconds kPeriodMin = 100ms, kPeriodMax = 24h * 365 * 10;

base::Error wrong(std::string text) {
  return {base::Errc::invalid_argument, std::move(text)};
}

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || n < 0) return {};
  return n;
}

/// How often there is a compaction.
std::chrono::nanoseconds pace(std::chrono::nanoseconds period) {
  return std::min<std::chrono::nanoseconds>(period, 1h);
}

}  // namespace

base::Result<AutoCompactionRule> parse_auto_compaction(const std::string& mode,
                                                       const std::string& retention) {
  const auto number = whole_number(retention);
  if (mode == "revision") {
    if (!number) return wrong("--auto-compaction-retention must be a number of revisions to keep");
    return AutoCompactionRule{0ns, *number};
  }
  if (mode != "periodic") return wrong("--auto-compaction-mode must be periodic or revision");
  if (number && *number <= kPeriodMax / 1h) return AutoCompactionRule{*number * 1h, 0};
  const auto period = base::parse_duration(retention);
  if (!period || number || (period->count() != 0 && *period < kPeriodMin) || *period > kPeriodMax)
    return wrong(
        "--auto-compaction-retention must be hours or a duration such as 90m, from 100ms to 10 years");
  return AutoCompactionRule{*period, 0};
}

AutoCompaction::AutoCompaction(AutoCompactionRule rule, base::SteadyTime now, Revision revision)
    : rule_(rule), last_(now), notes_{revision} {}

std::chrono::nanoseconds AutoCompaction::interval() const {
  return rule_.period.count() != 0 ? pace(rule_.period) / kNotesPerPeriod : kRevisionInterval;
}

/// As many as there are intervals in the period, and one: then the oldest is a period old.
std::size_t AutoCompaction::notes_max() const {
  return static_cast<std::size_t>(rule_.period / interval()) + 1;
}

std::optional<Revision> AutoCompaction::due(base::SteadyTime now, Revision revision) const {
  if (rule_.period.count() == 0) {
    const Revision upto = revision - rule_.keep;
    if (upto <= 0 || upto == compacted_) return {};
    return upto;
  }
  if (now - last_ < (first_ ? rule_.period : pace(rule_.period))) return {};
  return notes_.front();
}

void AutoCompaction::compacted(base::SteadyTime now, Revision revision) {
  last_ = now;
  first_ = false;
  compacted_ = revision;
}

void AutoCompaction::note(Revision revision) {
  if (rule_.period.count() == 0) return;
  notes_.push_back(revision);
  if (notes_.size() > notes_max()) notes_.pop_front();
}

}  // namespace raft_store::upkeep
