#include "coxctl/store/endpoint_tables.hpp"

namespace coxctl::store {
namespace {

class EndpointHashKv final : public Command {
  void add_to(base::Flags& flags) override {
    flags.add("cluster", &cluster_, "Ask every member of the cluster, not only --endpoints.");
    flags.add("rev", &revision_, "Hash what the keys were up to this revision; 0: now.");
  }

  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto targets = co_await find_targets(context, cluster_);
    if (!targets) co_return targets.error();
    const auto patience = context.options.long_timeout_ms();
    const auto answers =
        co_await ask_each<wire::HashKvResponse>(context, *targets, [this, patience](const Target&, Api api) {
          return api.within(patience).call<wire::HashKvResponse>("/v3/maintenance/hashkv",
                                                                 wire::HashKvRequest{revision_});
        });
    const bool hex = context.options.hex;
    const Table table = hash_table(*targets, answers);
    switch (context.options.format()) {
      case Format::json:
        context.out << hash_json(*targets, answers, hex);
        break;
      case Format::fields:
        context.out << hash_fields(*targets, answers, hex);
        break;
      case Format::table:
        context.out << framed(table);
        break;
      case Format::simple:
        context.out << plain(table);
        break;
    }
    bool good = true;
    for (const auto& answer : answers)
      good = good && answer;
    const std::string conflict = hash_conflict(answers);
    if (!conflict.empty()) context.err << conflict << "\n";
    co_return good&& conflict.empty() ? 0 : 1;
  }

  bool cluster_ = false;
  std::int64_t revision_ = 0;
};

}  // namespace

Entry endpoint_hashkv() {
  return {"endpoint hashkv", "", "a checksum of each member's keys and history, to be compared",
          "Equal revisions have equal hashes on all members. Exits with 1 if they differ, or one does not "
          "answer. "
          "Name a --rev to compare while keys are written.",
          make_command<EndpointHashKv>};
}

}  // namespace coxctl::store
