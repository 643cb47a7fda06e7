#include <malloc.h>
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <ctime>
#include "bench/store_scenarios.hpp"
#include "frame/frame.hpp"

namespace {

using bench::Result;
using bench::StorePath;
namespace json = boost::json;

struct Options {
  std::string endpoint = "https://127.0.0.1:2379", path = "protobuf", json_file, label = "store",
              name = "quiet";
  http::TlsFiles tls{"", "", ""};
  std::vector<std::string> only, clients, watchers, range_keys;
  std::int64_t keys = 10'000, fill = 0, fill_batch = 100, value_bytes = 1024;
  int connections = 0, watchers_a_stream = 1;
  double puts_per_second = 200, reads_per_second = 800;
  std::chrono::nanoseconds duration = std::chrono::seconds(5);

  void add_to(base::Flags& flags) {
    flags.section("Store")
        .add("endpoint", &endpoint, "the store under test: etcd or raft-store")
        .add("path", &path, "json: etcd's gateway; protobuf: raft-store's own; grpc: etcd's native one")
        .add("cacert", &tls.ca, "who signed the store's certificate")
        .add("cert", &tls.certificate, "the client's certificate")
        .add("key", &tls.key, "and its key")
        .add("connections", &connections, "gRPC connections; 0: one for every eight clients");
    flags.section("Benchmark")
        .add("only", &only, "put, range, watch, maintenance, quiet; repeatable (put, range, watch)")
        .add("clients", &clients, "clients at once in put and range; repeatable (1, 32, 256 and 32)")
        .add("range-keys", &range_keys, "keys of a range; repeatable (1, 1000, 10000)")
        .add("watchers", &watchers, "watchers at once; repeatable (1, 100, 1000)")
        .add("watchers-a-stream", &watchers_a_stream, "how many of them share a stream")
        .add("keys", &keys, "how many keys puts and reads scatter over")
        .add("value-bytes", &value_bytes, "size of a value")
        .add("fill", &fill, "first puts so many keys beside them, many in a transaction")
        .add("fill-batch", &fill_batch, "how many of them in a transaction")
        .add("duration", &duration, "how long each measurement lasts")
        .add("puts", &puts_per_second, "steady puts a second during maintenance")
        .add("reads", &reads_per_second, "steady reads a second during maintenance")
        .add("name", &name, "what the results call the time without maintenance")
        .add("label", &label, "what the results call this store")
        .add("json", &json_file, "append the results to this file, one JSON object a run");
  }
  bool wants(const std::string& what) const {
    const std::vector<std::string> usual{"put", "range", "watch"};
    const auto& list = only.empty() ? usual : only;
    return std::find(list.begin(), list.end(), what) != list.end();
  }
  static std::vector<int> numbers(const std::vector<std::string>& given, std::vector<int> usual) {
    if (given.empty()) return usual;
    std::vector<int> out;
    for (const std::string& text : given)
      out.push_back(std::max(1, std::atoi(text.c_str())));
    return out;
  }
};

/// One run: connects a path for each measurement, prints and keeps what came out.
class Run {
 public:
  Run(const Options& options, base::Executor ex) : options_(options), ex_(std::move(ex)) {
    plan_.keys = options.keys;
    plan_.watchers_a_stream = std::max(1, options.watchers_a_stream);
    plan_.value_bytes = static_cast<std::size_t>(options.value_bytes);
    plan_.duration = std::chrono::duration_cast<bench::Clock::duration>(options.duration);
  }

  base::Awaitable<base::Result<void>> all() {
    auto tls = http::TlsContext::client(options_.tls);
    if (!tls) co_return tls.error();
    tls_ = *tls;
    Work filling = [this](StorePath& path) { return fill(path); };
    if (options_.fill > 0) co_await with(16, filling);
    base::Result<void> prepared;
    Work preparing = [&](StorePath& path) -> base::Awaitable<void> {
      prepared = co_await bench::prepare(path, ex_, plan_);
    };
    co_await with(32, preparing);
    if (!failed_.empty()) co_return base::Error(base::Errc::unavailable, failed_);
    if (!prepared) co_return prepared;
    if (options_.wants("put")) co_await puts();
    if (options_.wants("range")) co_await ranges();
    if (options_.wants("watch")) co_await watches();
    Work maintaining = [this](StorePath& path) { return maintenance(path); };
    if (options_.wants("quiet") || options_.wants("maintenance")) co_await with(128, maintaining);
    co_return base::Result<void>();
  }

  const json::array& results() const { return results_; }

 private:
  base::Awaitable<base::Result<std::shared_ptr<StorePath>>> connect(int clients) {
    bench::StorePathOptions options{options_.endpoint, tls_, static_cast<std::size_t>(clients)};
    const auto kind = options_.path == "json" ? StorePath::Kind::json : StorePath::Kind::protobuf;
    if (options_.path != "grpc") co_return co_await bench::make_http_path(ex_, options, kind);
    options.connections =
        static_cast<std::size_t>(options_.connections > 0 ? options_.connections : (clients + 7) / 8);
    co_return co_await bench::make_grpc_path(ex_, options);
  }

  using Work = std::function<base::Awaitable<void>(StorePath&)>;
  base::Awaitable<void> with(int clients, Work work) {
    auto path = co_await connect(clients);
    if (!path) {
      failed_ = path.error().message;
      co_return;
    }
    co_await work(**path);
    co_await (*path)->close();
  }

  base::Awaitable<void> fill(StorePath& path) {
    const auto progress = [n = options_.fill](std::int64_t done) {
      std::fprintf(stderr, "\r    filling: %lld of %lld keys", static_cast<long long>(done),
                   static_cast<long long>(n));
    };
    auto result = co_await bench::fill(path, ex_, plan_, options_.fill, options_.fill_batch, progress);
    std::fprintf(stderr, "\r%60s\r", "");
    note(result);
  }

  base::Awaitable<void> puts() {
    for (const int n : Options::numbers(options_.clients, {1, 32, 256})) {
      Work work = [this, n](StorePath& path) -> base::Awaitable<void> {
        note(co_await bench::puts(path, ex_, plan_, n));
      };
      co_await with(n, work);
    }
  }

  base::Awaitable<void> ranges() {
    for (const bool serializable : {false, true})
      for (const int size : Options::numbers(options_.range_keys, {1, 1000, 10'000}))
        for (const int n : Options::numbers(options_.clients, {32})) {
          // Large answers would only queue up behind each other.
          const int clients = size == 1 ? n : std::min(n, size >= 10'000 ? 4 : 8);
          Work work = [this, clients, size, serializable](StorePath& path) -> base::Awaitable<void> {
            note(co_await bench::ranges(path, ex_, plan_, clients, size, serializable));
          };
          co_await with(clients, work);
        }
  }

  base::Awaitable<void> watches() {
    for (const int n : Options::numbers(options_.watchers, {1, 100, 1000})) {
      Work work = [this, n](StorePath& path) -> base::Awaitable<void> {
        auto watching = co_await connect((n + plan_.watchers_a_stream - 1) / plan_.watchers_a_stream);
        if (!watching) co_return;
        note(co_await bench::watches(path, *watching, ex_, plan_, n));
      };
      co_await with(8, work);
    }
  }

  base::Awaitable<void> maintenance(StorePath& path) {
    const bench::Steady steady{options_.puts_per_second, options_.reads_per_second};
    struct Step {
      std::string name;
      bench::Operation operation;
    };
    std::int64_t bytes = 0;
    std::vector<Step> steps{{options_.name, nullptr}};
    if (options_.wants("maintenance")) {
      steps.push_back({"compaction", [&path] { return bench::compact(path); }});
      steps.push_back({"defragmentation", [&path] { return bench::defragment(path); }});
      steps.push_back({"snapshot", [&path, &bytes] { return bench::snapshot(path, &bytes); }});
    }
    for (Step& step : steps)
      for (const Result& r : co_await bench::during(path, ex_, plan_, steady, step.name, step.operation))
        note(r);
    if (bytes > 0) std::printf("    the snapshot had %.1f MB\n", static_cast<double>(bytes) / 1e6);
  }

  void note(const Result& r) {
    std::printf("%-44s %11.1f %-3s p50 %8.2f ms  p99 %8.2f ms  max %8.1f ms", r.name.c_str(), r.per_second,
                r.unit.c_str(), r.p50 / 1000, r.p99 / 1000, r.max / 1000);
    if (r.errors > 0)
      std::printf("  errors %lld: %s", static_cast<long long>(r.errors), r.first_error.c_str());
    std::printf("\n");
    std::fflush(stdout);
    results_.push_back(json::object{{"name", r.name},
                                    {"value", r.per_second},
                                    {"unit", r.unit},
                                    {"p50_ms", r.p50 / 1000},
                                    {"p99_ms", r.p99 / 1000},
                                    {"max_ms", r.max / 1000},
                                    {"count", r.count},
                                    {"errors", r.errors}});
  }

  const Options& options_;
  base::Executor ex_;
  bench::StorePlan plan_;
  std::shared_ptr<http::TlsContext> tls_;
  json::array results_;
  std::string failed_;  ///< Why a path did not connect.
};

void append(const Options& options, const json::array& results) {
  std::FILE* file = std::fopen(options.json_file.c_str(), "a");
  if (!file) {
    std::fprintf(stderr, "error: cannot write %s\n", options.json_file.c_str());
    return;
  }
  const json::object run{{"time", static_cast<std::int64_t>(std::time(nullptr))},
                         {"label", options.label},
                         {"path", options.path},
                         {"results", results}};
  std::fprintf(file, "%s\n", json::serialize(run).c_str());
  std::fclose(file);
}

base::Awaitable<int> measure_store(base::Runtime& runtime, const Options& options) {
  if (options.path != "json" && options.path != "protobuf" && options.path != "grpc") {
    std::fprintf(stderr, "error: --path must be json, protobuf or grpc, not \"%s\"\n", options.path.c_str());
    co_return 2;
  }
  Run run(options, runtime.executor());
  auto done = co_await run.all();
  if (!options.json_file.empty()) append(options, run.results());
  if (done) co_return 0;
  std::fprintf(stderr, "error: %s\n", done.error().message.c_str());
  co_return 1;
}

}  // namespace

int main(int argc, char** argv) {
  // Answers of many megabytes come and go. Their memory is kept, not asked of the system again page by page.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  Options options;
  base::Flags flags(
      "storebench",
      "Measures a store that speaks etcd's v3 interface: puts, ranges, watches, and latency during "
      "maintenance.");
  options.add_to(flags);
  return frame::run(argc, argv, flags,
                    [&](base::Runtime& runtime) { return measure_store(runtime, options); });
}
