#include "coxctl/store/load.hpp"
#include "coxctl/store/progress.hpp"

namespace coxctl::store {
namespace {

constexpr std::size_t kKeyBytes = 256, kValueBytes = 1024;

class CheckPerf final : public Command {
  void add_to(base::Flags& flags) override {
    flags.add("load", &load_name_,
              "s: 150 writes/s by 50 clients; m: 1000 by 200; l: 8000 by 500; xl: 15000 by 1000.");
    flags.add("duration", &duration_, "How long to write.");
    clean_up_.add_to(flags);
  }
  base::Result<void> check(const std::vector<std::string>&) override {
    auto load = perf_load(load_name_);
    if (!load) return load.error();
    load_ = *load;
    if (duration_ >= std::chrono::seconds(1) && !clean_up_.prefix.empty()) return {};
    return base::Error(base::Errc::invalid_argument,
                       "--duration must be at least 1s, and --prefix not empty");
  }
  bool ends_itself() const override { return true; }

  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto free = co_await check_prefix_is_free(*api, clean_up_.prefix);
    if (!free) co_return free.error();
    auto result = co_await measure(context);
    const bool clean = co_await clean_up(context, clean_up_);
    if (!result) co_return result.error();
    if (context.interrupted()) co_return base::Error(base::Errc::cancelled, "interrupted");
    const Verdict verdict = perf_verdict(load_, *result);
    const LoadStats stats = stats_of(*result);
    context.err << "half of the requests took at most " << go_duration(seconds(stats.p50)) << ", 99% "
                << go_duration(seconds(stats.p99)) << "\n";
    context.out << verdict.text;
    co_return verdict.passed&& clean ? 0 : 1;
  }

  base::Awaitable<base::Result<LoadResult>> measure(Context& context) {
    LoadPlan plan;
    plan.prefix = clean_up_.prefix;
    plan.key_bytes = kKeyBytes;
    plan.value_bytes = kValueBytes;
    plan.clients = load_.clients;
    plan.per_second = load_.writes_per_second;
    plan.duration = duration_;
    const auto& clock = base::Clock::real();
    const auto begun = clock.steady_now();
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(duration_).count();
    Progress progress("check perf", static_cast<std::uint64_t>(whole), Progress::Unit::seconds);
    auto result = co_await run_load(context, plan, [&progress, &clock, begun] {
      const auto passed = std::chrono::duration_cast<std::chrono::seconds>(clock.steady_now() - begun);
      progress.set(static_cast<std::uint64_t>(passed.count()));
    });
    if (!context.interrupted()) progress.set(static_cast<std::uint64_t>(whole));
    progress.finish();
    co_return result;
  }

  static std::chrono::nanoseconds seconds(double s) {
    return std::chrono::microseconds(static_cast<std::int64_t>(s * 1e6));
  }

  std::string load_name_ = "s";
  std::chrono::nanoseconds duration_ = std::chrono::seconds(60);
  CleanUp clean_up_{"/etcdctl-check-perf/"};
  PerfLoad load_{};
};

}  // namespace

Entry check_perf() {
  return {"check perf", "", "whether the store keeps up with a load: PASS or FAIL, as etcdctl judges it",
          "Writes keys of 256 bytes and values of 1 KiB at a fixed rate. Passes when at least nine tenths of "
          "it are "
          "reached without an error, none takes longer than 500 ms, and their standard deviation is at most "
          "100 ms.",
          make_command<CheckPerf>};
}

}  // namespace coxctl::store
