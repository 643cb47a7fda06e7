#include "coxctl/store/command.hpp"
#include "coxctl/store/key_range.hpp"
#include "coxctl/store/member_text.hpp"

namespace coxctl::store {
namespace {

class MemberList final : public Command {
  void add_to(base::Flags& flags) override {
    flags.add(
        "consistency", &consistency_,
        "l: as a majority agrees on now (linearizable); s: as the member asked knows it (serializable), also "
        "without a majority.");
  }
  base::Result<void> check(const std::vector<std::string>&) override {
    const auto stale = serializable(consistency_);
    if (!stale) return stale.error();
    request_.linearizable = !*stale;
    return {};
  }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto answer = co_await api->call<wire::MemberListResponse>("/v3/cluster/member/list", request_);
    if (!answer) co_return answer.error();
    context.print(*answer, member_table(*answer));
    co_return 0;
  }

  std::string consistency_ = "l";
  wire::MemberListRequest request_;
};

}  // namespace

Entry member_list() {
  return {"member list", "", "the members: ID, status, name, peer and client addresses, whether a learner",
          "", make_command<MemberList>};
}

}  // namespace coxctl::store
