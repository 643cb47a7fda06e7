#include "coxctl/store/check_text.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace coxctl::store {
namespace {

struct Named {
  std::string_view brief, whole;
  PerfLoad perf;
  DatascaleLoad datascale;
};
constexpr std::array kLoads = {
    Named{"s", "small", {150, 50}, {10'000, 50}},
    Named{"m", "medium", {1000, 200}, {100'000, 200}},
    Named{"l", "large", {8000, 500}, {1'000'000, 500}},
    Named{"xl", "xLarge", {15'000, 1000}, {3'000'000, 1000}},
};

base::Result<const Named*> find_load(std::string_view name) {
  for (const Named& load : kLoads)
    if (name == load.brief || name == load.whole) return &load;
  return base::Error(base::Errc::invalid_argument,
                     "--load must be s, m, l or xl, not \"" + std::string(name) + "\"");
}

double in_seconds(std::chrono::nanoseconds d) {
  return std::chrono::duration<double>(d).count();
}

template <class... Args>
std::string formatted(const char* format, Args... args) {
  char out[160];
  std::snprintf(out, sizeof out, format, args...);
  return out;
}

void judge_errors(const LoadResult& result, Verdict& verdict) {
  if (result.errors.empty()) return;
  verdict.passed = false;
  verdict.text += "FAIL: too many errors\n";
  for (const auto& [what, count] : result.errors)
    verdict.text += "FAIL: ERROR(" + what + ") -> " + std::to_string(count) + "\n";
}

}  // namespace

base::Result<PerfLoad> perf_load(std::string_view name) {
  const auto load = find_load(name);
  if (!load) return load.error();
  return (*load)->perf;
}

base::Result<DatascaleLoad> datascale_load(std::string_view name) {
  const auto load = find_load(name);
  if (!load) return load.error();
  return (*load)->datascale;
}

std::chrono::nanoseconds percentile(const std::vector<std::chrono::nanoseconds>& sorted, double share) {
  if (sorted.empty()) return {};
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

LoadStats stats_of(const LoadResult& result) {
  LoadStats stats;
  auto sorted = result.latencies;
  if (sorted.empty()) return stats;
  std::sort(sorted.begin(), sorted.end());
  const double count = static_cast<double>(sorted.size());
  double sum = 0, squares = 0;
  for (const auto d : sorted)
    sum += in_seconds(d);
  stats.average = sum / count;
  for (const auto d : sorted)
    squares += std::pow(in_seconds(d) - stats.average, 2);
  stats.deviation = std::sqrt(squares / count);
  stats.slowest = in_seconds(sorted.back());
  stats.p50 = in_seconds(percentile(sorted, 0.5));
  stats.p99 = in_seconds(percentile(sorted, 0.99));
  if (result.duration.count() > 0) stats.per_second = count / in_seconds(result.duration);
  return stats;
}

Verdict perf_verdict(const PerfLoad& load, const LoadResult& result) {
  const LoadStats stats = stats_of(result);
  Verdict verdict;
  judge_errors(result, verdict);
  const auto rule = [&verdict](bool good, const std::string& bad_text, const std::string& good_text) {
    verdict.passed = verdict.passed && good;
    verdict.text += good ? "PASS: " + good_text + "\n" : bad_text + "\n";
  };
  const int rate = static_cast<int>(stats.per_second) + 1;
  rule(stats.per_second / load.writes_per_second > 0.9,
       formatted("FAIL: Throughput too low: %d writes/s", rate),
       formatted("Throughput is %d writes/s", rate));
  rule(stats.slowest <= 0.5, formatted("FAIL: Slowest request took too long: %fs", stats.slowest),
       formatted("Slowest request took %fs", stats.slowest));
  rule(stats.deviation <= 0.1, formatted("FAIL: Stddev too high: %fs", stats.deviation),
       formatted("Stddev is %fs", stats.deviation));
  verdict.text += verdict.passed ? "PASS\n" : "FAIL\n";
  return verdict;
}

Verdict datascale_verdict(const LoadResult& result, double before, double after) {
  Verdict verdict;
  judge_errors(result, verdict);
  if (verdict.passed)
    verdict.text +=
        formatted("PASS: Approximate system memory used : %.2f MB.\n", (after - before) / (1024 * 1024));
  return verdict;
}

base::Result<double> metric_value(std::string_view text, std::string_view name) {
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const std::string line(text.substr(at, end - at));
    at = end + 1;
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ' ')
      return std::strtod(line.c_str() + name.size() + 1, nullptr);
  }
  return base::Error(base::Errc::not_found, "the store does not tell its " + std::string(name));
}

}  // namespace coxctl::store
