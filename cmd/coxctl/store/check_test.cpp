#include <catch2/catch.hpp>
#include "coxctl/store/check_text.hpp"

namespace coxctl::store {
namespace {

using namespace std::chrono_literals;

TEST_CASE("loads have etcdctl's names and sizes") {
  CHECK(perf_load("s")->writes_per_second == 150);
  CHECK(perf_load("small")->clients == 50);
  CHECK(perf_load("xLarge")->writes_per_second == 15'000);
  CHECK(datascale_load("l")->keys == 1'000'000);
  CHECK_FALSE(perf_load("xs").has_value());
  CHECK_FALSE(datascale_load("").has_value());
}

TEST_CASE("percentiles are nearest ranks") {
  const std::vector<std::chrono::nanoseconds> sorted = {1ns, 2ns, 3ns, 4ns, 5ns, 6ns, 7ns, 8ns, 9ns, 10ns};
  CHECK(percentile(sorted, 0.5) == 5ns);
  CHECK(percentile(sorted, 0.99) == 10ns);
  CHECK(percentile(sorted, 0.9) == 9ns);
  CHECK(percentile(sorted, 0.01) == 1ns);
  CHECK(percentile({7ns}, 0.5) == 7ns);
  CHECK(percentile({}, 0.5) == 0ns);
}

TEST_CASE("statistics of a load") {
  LoadResult result{{100ms, 300ms}, {}, 2s};
  const LoadStats stats = stats_of(result);
  CHECK(stats.per_second == Approx(1));
  CHECK(stats.average == Approx(0.2));
  CHECK(stats.deviation == Approx(0.1));
  CHECK(stats.slowest == Approx(0.3));
  CHECK(stats_of(LoadResult{}).per_second == 0);
}

LoadResult steady(std::size_t count, std::chrono::nanoseconds latency) {
  return {std::vector<std::chrono::nanoseconds>(count, latency), {}, 1s};
}

TEST_CASE("a check passes and fails by etcd's limits") {
  const PerfLoad load{100, 10};
  const Verdict good = perf_verdict(load, steady(100, 10ms));
  CHECK(good.passed);
  CHECK(good.text ==
        "PASS: Throughput is 101 writes/s\nPASS: Slowest request took 0.010000s\nPASS: Stddev is "
        "0.000000s\nPASS\n");
  CHECK_FALSE(perf_verdict(load, steady(90, 10ms)).passed);
  CHECK(perf_verdict(load, steady(91, 10ms)).passed);
  CHECK(perf_verdict(load, steady(100, 500ms)).passed);
  CHECK_FALSE(perf_verdict(load, steady(100, 501ms)).passed);
  auto uneven = steady(50, 1ms);
  uneven.latencies.resize(100, 210ms);
  CHECK_FALSE(perf_verdict(load, uneven).passed);
  auto failing = steady(100, 1ms);
  failing.errors["etcdserver: no leader"] = 3;
  const Verdict bad = perf_verdict(load, failing);
  CHECK_FALSE(bad.passed);
  CHECK(bad.text.starts_with("FAIL: too many errors\nFAIL: ERROR(etcdserver: no leader) -> 3\n"));
  CHECK(bad.text.ends_with("\nFAIL\n"));
}

TEST_CASE("memory is told in MB of 1024") {
  CHECK(datascale_verdict(steady(1, 1ms), 1e6, 1e6 + 1024 * 1024 * 2.5).text ==
        "PASS: Approximate system memory used : 2.50 MB.\n");
  auto failing = steady(1, 1ms);
  failing.errors["x"] = 1;
  CHECK_FALSE(datascale_verdict(failing, 0, 0).passed);
}

TEST_CASE("a metric is found by its whole name") {
  const std::string text = "# TYPE a_bytes gauge\na_bytes_max 1\na_bytes 2.5e+06\n";
  CHECK(*metric_value(text, "a_bytes") == 2.5e6);
  CHECK_FALSE(metric_value(text, "a").has_value());
}

}  // namespace
}  // namespace coxctl::store
