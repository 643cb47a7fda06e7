#include "coxctl/store/load_check.hpp"

namespace coxctl::store {
namespace {

class CheckPerf final : public LoadCheck {
 public:
  CheckPerf() : LoadCheck("check perf", "/etcdctl-check-perf/") {}
  void add_to(base::Flags& flags) override {
    flags.add("load", &load_name_,
              "s: 150 writes/s by 50 clients; m: 1000 by 200; l: 8000 by 500; xl: 15000 by 1000.");
    flags.add("duration", &duration_, "How long to write.");
    LoadCheck::add_to(flags);
  }

 private:
  base::Result<void> plan(LoadPlan& plan) override {
    const auto load = perf_load(load_name_);
    if (!load) return load.error();
    if (duration_ < std::chrono::seconds(1))
      return base::Error(base::Errc::invalid_argument, "--duration must be at least 1s");
    load_ = *load;
    plan.key_bytes = 256;
    plan.value_bytes = 1024;
    plan.clients = load_.clients;
    plan.per_second = load_.writes_per_second;
    plan.duration = duration_;
    return {};
  }
  Verdict judge(Context& context, const LoadResult& result) override {
    const LoadStats stats = stats_of(result);
    context.err << "half of the requests took at most " << go_duration(seconds(stats.p50)) << ", 99% "
                << go_duration(seconds(stats.p99)) << "\n";
    return perf_verdict(load_, result);
  }

  static std::chrono::nanoseconds seconds(double s) {
    return std::chrono::microseconds(static_cast<std::int64_t>(s * 1e6));
  }

  std::string load_name_ = "s";
  std::chrono::nanoseconds duration_ = std::chrono::seconds(60);
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
