#include "node-agent/service/resource_metrics.hpp"
#include <catch2/catch.hpp>

using namespace node_agent;
using namespace std::chrono_literals;

TEST_CASE("busy time leaves out idle and waiting") {
  CHECK(busy_seconds("cpu  100 20 30 9999 888 1 2 47 5 5\ncpu0 1", 100) == Approx(2.0));
  CHECK(busy_seconds("nothing", 100) == 0);
  CHECK(busy_seconds("cpu ", 100) == 0);
}

TEST_CASE("what metrics-server reads") {
  const base::SystemTime at{1700000000500ms};
  ContainerUsage web{"default", "web", "web", 1'500'000'000, 1'048'576, base::SystemTime{1'699'999'999s}, at};
  auto side = web;
  side.container = "side";
  side.cpu_usage_core_ns = 500'000'000;
  MachineUsage machine{12.5, 2048, at};
  CHECK(
      resource_metrics_text(machine, {web, side}, true) ==
      R"(# HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the container in core-seconds
# TYPE container_cpu_usage_seconds_total counter
container_cpu_usage_seconds_total{container="side",namespace="default",pod="web"} 0.5 1700000000500
container_cpu_usage_seconds_total{container="web",namespace="default",pod="web"} 1.5 1700000000500
# HELP container_memory_working_set_bytes [STABLE] Current working set of the container in bytes
# TYPE container_memory_working_set_bytes gauge
container_memory_working_set_bytes{container="side",namespace="default",pod="web"} 1048576 1700000000500
container_memory_working_set_bytes{container="web",namespace="default",pod="web"} 1048576 1700000000500
# HELP container_start_time_seconds [STABLE] Start time of the container since unix epoch in seconds
# TYPE container_start_time_seconds gauge
container_start_time_seconds{container="side",namespace="default",pod="web"} 1699999999
container_start_time_seconds{container="web",namespace="default",pod="web"} 1699999999
# HELP node_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the node in core-seconds
# TYPE node_cpu_usage_seconds_total counter
node_cpu_usage_seconds_total 12.5 1700000000500
# HELP node_memory_working_set_bytes [STABLE] Current working set of the node in bytes
# TYPE node_memory_working_set_bytes gauge
node_memory_working_set_bytes 2048 1700000000500
# HELP pod_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the pod in core-seconds
# TYPE pod_cpu_usage_seconds_total counter
pod_cpu_usage_seconds_total{namespace="default",pod="web"} 2 1700000000500
# HELP pod_memory_working_set_bytes [STABLE] Current working set of the pod in bytes
# TYPE pod_memory_working_set_bytes gauge
pod_memory_working_set_bytes{namespace="default",pod="web"} 2097152 1700000000500
# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise
# TYPE resource_scrape_error gauge
resource_scrape_error 0
)");
  CHECK(resource_metrics_text(machine, {}, false).ends_with("resource_scrape_error 1\n"));
}
