#include <unistd.h>
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include "bench/scenarios.hpp"
#include "frame/frame.hpp"

namespace {

using bench::Result;
namespace json = boost::json;

struct Options {
  std::string kubeconfig = ".cluster/admin.kubeconfig", json_file;
  int pods = 3000, workers = 32, running_pods = 50;
  std::chrono::nanoseconds duration = std::chrono::seconds(5);
  std::vector<std::string> watchers, only;
  bool keep = false;

  void add_to(base::Flags& flags) {
    flags.section("Benchmark")
        .add("kubeconfig", &kubeconfig, "the API server and who asks")
        .add("pods", &pods, "how many pods to create and to read")
        .add("workers", &workers, "requests under way at once")
        .add("duration", &duration, "how long each reading measurement lasts")
        .add("watchers", &watchers, "how many watchers at once; repeatable (1, 100, 500)")
        .add("running-pods", &running_pods,
             "pods for the create-to-Running latency; 0 on a cluster without nodes")
        .add("only", &only, "only these: create, get, list, watch, run; repeatable")
        .add("keep", &keep, "leave the pods behind")
        .add("json", &json_file, "append the results to this file, one JSON object a run");
  }
  bool wants(const std::string& what) const {
    return only.empty() || std::find(only.begin(), only.end(), what) != only.end();
  }
};

void print(const Result& r) {
  std::printf("%-28s %12.1f %-5s p50 %9.2f ms   p99 %9.2f ms   errors %lld\n", r.name.c_str(), r.per_second,
              r.unit.c_str(), r.p50 / 1000, r.p99 / 1000, static_cast<long long>(r.errors));
  if (r.errors > 0) std::printf("    first error: %s\n", r.first_error.c_str());
  std::fflush(stdout);
}

json::object to_json(const Result& r) {
  return {{"name", r.name},         {"value", r.per_second}, {"unit", r.unit},    {"p50_ms", r.p50 / 1000},
          {"p99_ms", r.p99 / 1000}, {"count", r.count},      {"errors", r.errors}};
}

void append(const std::string& path, const json::object& run) {
  std::FILE* file = std::fopen(path.c_str(), "a");
  if (!file) {
    std::fprintf(stderr, "error: cannot write %s\n", path.c_str());
    return;
  }
  std::fprintf(file, "%s\n", json::serialize(run).c_str());
  std::fclose(file);
}

base::Awaitable<int> run(base::Runtime& runtime, const Options& options) {
  auto config = client::load_kubeconfig(options.kubeconfig);
  if (!config) {
    std::fprintf(stderr, "error: %s\n", config.error().message.c_str());
    co_return 1;
  }
  bench::Plan plan;
  plan.pods = options.pods;
  plan.workers = options.workers;
  plan.duration = std::chrono::duration_cast<bench::Clock::duration>(options.duration);
  plan.running_pods = options.running_pods;
  if (!options.watchers.empty()) plan.watchers.clear();
  for (const auto& w : options.watchers)
    plan.watchers.push_back(std::stoi(w));
  const auto ex = runtime.executor();
  bench::Target target(ex, *config, "bench-" + std::to_string(getpid()),
                       static_cast<std::size_t>(plan.workers) + 16);
  auto version = co_await target.server_version();
  auto prepared = co_await target.prepare();
  if (!version || !prepared) {
    std::fprintf(stderr, "error: %s\n", (version ? prepared.error() : version.error()).message.c_str());
    co_return 1;
  }
  std::printf("server %s\n", version->c_str());
  json::array results;
  const auto note = [&results](const Result& r) {
    print(r);
    results.push_back(to_json(r));
  };
  if (options.wants("create")) note(co_await bench::creates(target, ex, plan));
  if (options.wants("get")) note(co_await bench::gets(target, ex, plan));
  if (options.wants("list")) note(co_await bench::lists(target, ex, plan));
  if (options.wants("watch"))
    for (const int n : plan.watchers)
      note(co_await bench::watches(target, ex, plan, n));
  if (options.wants("run") && plan.running_pods > 0)
    note(co_await bench::create_to_running(target, ex, plan));
  if (!options.keep) {
    auto cleaned = co_await target.clean();
    if (!cleaned) std::fprintf(stderr, "warning: left behind: %s\n", cleaned.error().message.c_str());
  }
  target.close();
  json::object run;
  run["time"] = static_cast<std::int64_t>(std::time(nullptr));
  run["server"] = *version;
  run["results"] = std::move(results);
  if (!options.json_file.empty()) append(options.json_file, run);
  co_return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  base::Flags flags("coxbench",
                    "Measures any Kubernetes API server: creates, gets, lists, watches, time to Running.");
  options.add_to(flags);
  return frame::run(argc, argv, flags, [&](base::Runtime& runtime) { return run(runtime, options); });
}
