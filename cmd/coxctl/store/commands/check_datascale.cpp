#include "coxctl/store/load_check.hpp"

namespace coxctl::store {
namespace {

class CheckDatascale final : public LoadCheck {
 public:
  CheckDatascale() : LoadCheck("check datascale", "/etcdctl-check-datascale/") {}
  void add_to(base::Flags& flags) override {
    flags.add("load", &load_name_,
              "s: 10,000 keys by 50 clients; m: 100,000 by 200; l: 1,000,000 by 500; xl: 3,000,000 by 1000.");
    LoadCheck::add_to(flags);
  }

 private:
  base::Result<void> plan(LoadPlan& plan) override {
    const auto load = datascale_load(load_name_);
    if (!load) return load.error();
    plan.key_bytes = plan.value_bytes = 512;
    plan.clients = load->clients;
    plan.count = load->keys;
    return {};
  }
  base::Awaitable<base::Result<void>> before(Context& context, const LoadPlan& plan) override {
    const auto bytes = co_await memory(context);
    if (!bytes) co_return bytes.error();
    before_ = *bytes;
    context.out << "Start data scale check for work load [" << plan.count << " key-value pairs, "
                << plan.key_bytes + plan.value_bytes << " bytes per key-value, " << plan.clients
                << " concurrent clients]." << std::endl;
    co_return base::Result<void>();
  }
  base::Awaitable<base::Result<void>> after(Context& context) override {
    const auto bytes = co_await memory(context);
    if (!bytes) co_return bytes.error();
    after_ = *bytes;
    co_return base::Result<void>();
  }
  Verdict judge(Context&, const LoadResult& result) override {
    return datascale_verdict(result, before_, after_);
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
  double before_ = 0, after_ = 0;
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
