#include "coxctl/store/endpoint_tables.hpp"

namespace coxctl::store {
namespace {

/// Asks each for its status. Returns whether all answered without an error of their own; `as_table` and
/// `names`: how it is written for people.
base::Awaitable<base::Result<int>> show_status(Context& context, bool cluster, bool for_people) {
  auto targets = co_await find_targets(context, cluster);
  if (!targets) co_return targets.error();
  const auto answers = co_await ask_each<wire::StatusResponse>(context, *targets, [](const Target&, Api api) {
    return api.call<wire::StatusResponse>("/v3/maintenance/status", wire::EmptyRequest{});
  });
  const Table table = status_table(*targets, answers, for_people);
  const bool hex = context.options.hex;
  switch (context.options.format()) {
    case Format::json:
      context.out << status_json(*targets, answers, hex);
      break;
    case Format::fields:
      context.out << status_fields(*targets, answers, hex);
      break;
    case Format::table:
      context.out << framed(table);
      break;
    case Format::simple:
      context.out << (for_people ? framed(table) : plain(table));
      break;
  }
  bool good = true;
  for (const auto& answer : answers)
    good = good && answer;
  co_return good ? 0 : 1;
}

class EndpointStatus final : public Command {
  void add_to(base::Flags& flags) override {
    flags.add("cluster", &cluster_, "Ask every member of the cluster, not only --endpoints.");
  }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    return show_status(context, cluster_, false);
  }
  bool cluster_ = false;
};

class Status final : public Command {
  base::Awaitable<base::Result<int>> run(Context& context) override {
    return show_status(context, true, true);
  }
};

}  // namespace

Entry endpoint_status() {
  return {"endpoint status", "", "what each member says of itself: size, leader, term, index, errors",
          "Exits with 1 if a member does not answer; its row says why.", make_command<EndpointStatus>};
}

Entry status() {
  return {
      "status", "", "all members in a table (endpoint status --cluster -w table, with names)",
      "Asks any of --endpoints for the members and each of them for its status; a majority is not needed. "
      "Exits with 1 if a member does not answer; its row says why.",
      make_command<Status>};
}

}  // namespace coxctl::store
