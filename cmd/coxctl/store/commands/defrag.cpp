#include "base/clock.hpp"
#include "coxctl/store/targets.hpp"

namespace coxctl::store {
namespace {

class Defrag final : public Command {
  void add_to(base::Flags& flags) override {
    flags.add("cluster", &cluster_, "Every member of the cluster, not only --endpoints.");
  }

  /// One after the other: each costs its disk some speed while it lasts.
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto targets = co_await find_targets(context, cluster_);
    if (!targets) co_return targets.error();
    int code = 0;
    for (const Target& target : *targets) {
      const auto begun = base::Clock::real().steady_now();
      auto done = co_await defragment(context, target);
      const std::string took = " took " + go_duration(base::Clock::real().steady_now() - begun);
      if (done) {
        context.out << "Finished defragmenting etcd member[" << target.endpoint << "]." << took << std::endl;
      } else {
        context.err << "Failed to defragment etcd member[" << target.endpoint << "]: " << done.error().message
                    << ";" << took << std::endl;
        code = 1;
      }
    }
    co_return code;
  }

  base::Awaitable<base::Result<void>> defragment(Context& context, const Target& target) {
    if (!target.obstacle.empty()) co_return base::Error(base::Errc::unavailable, target.obstacle);
    auto api = context.member(target.endpoint);
    if (!api) co_return api.error();
    const Api patient = api->within(context.options.long_timeout_ms());
    auto answer =
        co_await patient.call<wire::HeaderResponse>("/v3/maintenance/defragment", wire::EmptyRequest{});
    if (!answer) co_return answer.error();
    co_return base::Result<void>();
  }

  bool cluster_ = false;
};

}  // namespace

Entry defrag() {
  return {
      "defrag", "", "gives the disk back what compaction freed, member by member",
      "The member goes on serving meanwhile (an etcd does not). Exits with 1 if one failed; the others are "
      "done all the same.",
      make_command<Defrag>};
}

}  // namespace coxctl::store
