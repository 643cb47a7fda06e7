#include "coxctl/store/load.hpp"
#include "coxctl/store/progress.hpp"

namespace coxctl::store {
namespace {

constexpr std::size_t kKeyBytes = 512, kValueBytes = 512;

class CheckDatascale final : public Command {
  void add_to(base::Flags& flags) override {
    flags.add("load", &load_name_,
              "s: 10,000 keys by 50 clients; m: 100,000 by 200; l: 1,000,000 by 500; xl: 3,000,000 by 1000.");
    clean_up_.add_to(flags);
  }
  base::Result<void> check(const std::vector<std::string>&) override {
    auto load = datascale_load(load_name_);
    if (!load) return load.error();
    load_ = *load;
    if (!clean_up_.prefix.empty()) return {};
    return base::Error(base::Errc::invalid_argument, "--prefix must not be empty");
  }
  bool ends_itself() const override { return true; }

  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto free = co_await check_prefix_is_free(*api, clean_up_.prefix);
    if (!free) co_return free.error();
    const auto before = co_await memory(context);
    if (!before) co_return before.error();
    context.out << "Start data scale check for work load [" << load_.keys << " key-value pairs, "
                << kKeyBytes + kValueBytes << " bytes per key-value, " << load_.clients
                << " concurrent clients]." << std::endl;
    auto result = co_await fill(context);
    const auto after = co_await memory(context);
    const bool clean = co_await clean_up(context, clean_up_);
    if (!result) co_return result.error();
    if (context.interrupted()) co_return base::Error(base::Errc::cancelled, "interrupted");
    if (!after) co_return after.error();
    const Verdict verdict = datascale_verdict(*result, *before, *after);
    context.out << verdict.text;
    co_return verdict.passed&& clean ? 0 : 1;
  }

  base::Awaitable<base::Result<LoadResult>> fill(Context& context) {
    LoadPlan plan;
    plan.prefix = clean_up_.prefix;
    plan.key_bytes = kKeyBytes;
    plan.value_bytes = kValueBytes;
    plan.clients = load_.clients;
    plan.count = load_.keys;
    Progress progress("check datascale", load_.keys);
    auto result = co_await run_load(context, plan, [&progress] { progress.add(); });
    progress.finish();
    co_return result;
  }

  /// Of the first of --endpoints.
  base::Awaitable<base::Result<double>> memory(Context& context) {
    auto api = context.member(context.options.endpoints.front());
    if (!api) co_return api.error();
    auto metrics = co_await api->get("/metrics");
    if (!metrics) co_return metrics.error().prepend("reading /metrics");
    co_return metric_value(*metrics, "process_resident_memory_bytes");
  }

  std::string load_name_ = "s";
  CleanUp clean_up_{"/etcdctl-check-datascale/"};
  DatascaleLoad load_{};
};

}  // namespace

Entry check_datascale() {
  return {"check datascale", "", "how much memory the first of --endpoints takes for so many keys",
          "Writes keys of 512 bytes and values of 512 bytes as fast as it goes, and compares the process's "
          "resident "
          "memory before and after.",
          make_command<CheckDatascale>};
}

}  // namespace coxctl::store
