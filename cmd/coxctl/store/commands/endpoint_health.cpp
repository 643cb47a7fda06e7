#include "base/clock.hpp"
#include "coxctl/store/endpoint_tables.hpp"

namespace coxctl::store {
namespace {

base::Awaitable<base::Result<Health>> examine(Api api) {
  const base::Clock& clock = base::Clock::real();
  const auto begun = clock.steady_now();
  wire::RangeRequest request;
  request.key = "health";
  const auto read = co_await api.call<wire::RangeResponse>("/v3/kv/range", request);
  const auto took = go_duration(clock.steady_now() - begun);
  base::Result<wire::AlarmResponse> alarms = wire::AlarmResponse();
  if (read) alarms = co_await api.call<wire::AlarmResponse>("/v3/maintenance/alarm", wire::AlarmRequest{});
  co_return health_of(read, alarms, took);
}

std::string health_lines(const std::vector<Target>& targets, const std::vector<Health>& answers) {
  std::string out;
  for (std::size_t i = 0; i < targets.size(); ++i)
    out += targets[i].endpoint +
           (answers[i].healthy ? " is healthy: successfully committed proposal: took = " + answers[i].took
                               : " is unhealthy: failed to commit proposal: " + answers[i].error) +
           "\n";
  return out;
}

class EndpointHealth final : public Command {
  void add_to(base::Flags& flags) override {
    flags.add("cluster", &cluster_, "Ask every member of the cluster, not only --endpoints.");
  }

  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto targets = co_await find_targets(context, cluster_);
    if (!targets) co_return targets.error();
    const auto answers =
        co_await ask_each<Health>(context, *targets, [](const Target&, Api api) { return examine(api); });
    std::vector<Health> health;
    bool good = true;
    for (const auto& answer : answers) {
      health.push_back(answer ? *answer : Health{false, "", answer.error().message});
      good = good && health.back().healthy;
    }
    switch (context.options.format()) {
      case Format::json:
        context.out << health_json(*targets, health);
        break;
      case Format::table:
        context.out << framed(health_table(*targets, health));
        break;
      default:
        context.out << health_lines(*targets, health);
    }
    if (!good) context.err << "unhealthy cluster\n";
    co_return good ? 0 : 1;
  }

  bool cluster_ = false;
};

}  // namespace

Entry endpoint_health() {
  return {"endpoint health", "",
          "whether each member serves reads that a majority confirms, and has no alarm",
          "Exits with 1 if one does not.", make_command<EndpointHealth>};
}

}  // namespace coxctl::store
