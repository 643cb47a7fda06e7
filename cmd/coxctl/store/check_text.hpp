#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"

/// etcdctl's checks as numbers: what is asked for, and what passes. Pure.
namespace coxctl::store {

/// `check perf`: so many clients together write so many keys (256 bytes and 1 KiB) a second.
struct PerfLoad {
  int writes_per_second, clients;
};
/// `check datascale`: so many keys of 512 bytes and 512 more.
struct DatascaleLoad {
  std::uint64_t keys;
  int clients;
};
/// s, m, l, xl or the whole words. Error: invalid_argument.
base::Result<PerfLoad> perf_load(std::string_view name);
base::Result<DatascaleLoad> datascale_load(std::string_view name);

/// How requests went.
struct LoadResult {
  std::vector<std::chrono::nanoseconds> latencies;  ///< Of those that succeeded; in any order.
  std::map<std::string, std::uint64_t> errors;      ///< How often each was seen.
  std::chrono::nanoseconds duration{};
};

struct LoadStats {
  double per_second = 0;
  double slowest = 0, average = 0,
         deviation = 0;  ///< Seconds; the deviation is that of all, not of a sample.
  double p50 = 0, p99 = 0;
};
LoadStats stats_of(const LoadResult& result);
/// The nearest-rank percentile of sorted values: the smallest that `share` (0 to 1] of them do not exceed; 0
/// without values.
std::chrono::nanoseconds percentile(const std::vector<std::chrono::nanoseconds>& sorted, double share);

struct Verdict {
  bool passed = true;
  std::string text;  ///< A line a rule, then PASS or FAIL.
};
/// etcd's limits: no errors, more than 0.9 of the rate, slowest at most 500 ms, deviation at most 100 ms.
Verdict perf_verdict(const PerfLoad& load, const LoadResult& result);

/// `before` and `after` are the process's memory in bytes.
Verdict datascale_verdict(const LoadResult& result, double before, double after);

/// The value of a metric without labels in Prometheus' text form. Error: not_found.
base::Result<double> metric_value(std::string_view text, std::string_view name);

}  // namespace coxctl::store
