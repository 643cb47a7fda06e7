#include "coxctl/store/targets.hpp"

namespace coxctl::store {
namespace {

class MoveLeader final : public Command {
  base::Result<void> check(const std::vector<std::string>& arguments) override {
    auto id = parse_hex_id(arguments[0], "member ID");
    if (!id) return id.error();
    target_ = *id;
    return {};
  }

  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = co_await leader(context);
    if (!api) co_return api.error();
    auto answer = co_await api->call<wire::HeaderResponse>("/v3/maintenance/transfer-leadership",
                                                           wire::MoveLeaderRequest{target_});
    if (!answer) co_return answer.error();
    context.print(*answer,
                  "Leadership transferred from " + hex_id(leader_) + " to " + hex_id(target_) + "\n");
    co_return 0;
  }

  /// The way to the leader itself: an etcd takes this call from nobody else.
  base::Awaitable<base::Result<Api>> leader(Context& context) {
    auto targets = co_await find_targets(context, true);
    if (!targets) co_return targets.error();
    const auto answers =
        co_await ask_each<wire::StatusResponse>(context, *targets, [](const Target&, const Api& api) {
          return api.call<wire::StatusResponse>("/v3/maintenance/status", wire::EmptyRequest{});
        });
    for (std::size_t i = 0; i < answers.size(); ++i)
      if (answers[i] && answers[i]->leader != 0 && answers[i]->leader == answers[i]->header.member_id) {
        leader_ = answers[i]->leader;
        co_return context.member((*targets)[i].endpoint);
      }
    co_return base::Error(base::Errc::unavailable, "etcdserver: no leader among the members that answer");
  }

  std::uint64_t target_ = 0, leader_ = 0;
};

}  // namespace

Entry move_leader() {
  return {"move-leader", "MEMBER_ID", "makes a member the leader",
          "MEMBER_ID as `coxctl store status` shows it.", make_command<MoveLeader>};
}

}  // namespace coxctl::store
