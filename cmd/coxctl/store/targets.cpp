#include "coxctl/store/targets.hpp"

namespace coxctl::store {

std::vector<Target> targets_of(const wire::MemberListResponse& members) {
  std::vector<Target> out;
  for (const wire::Member& member : members.members) {
    Target target;
    target.name = member.name;
    target.id = member.id;
    if (!member.client_urls.empty())
      target.endpoint = member.client_urls.front();
    else
      target.obstacle = "it has not started, or not told yet where clients reach it";
    if (target.endpoint.empty() && !member.peer_urls.empty()) target.endpoint = member.peer_urls.front();
    out.push_back(std::move(target));
  }
  return out;
}

base::Awaitable<base::Result<std::vector<Target>>> find_targets(Context& context, bool cluster) {
  std::vector<Target> out;
  if (!cluster) {
    for (const std::string& endpoint : context.options.endpoints)
      out.push_back({endpoint, "", 0, ""});
    co_return out;
  }
  auto api = context.cluster();
  if (!api) co_return api.error();
  auto members =
      co_await api->call<wire::MemberListResponse>("/v3/cluster/member/list", wire::MemberListRequest{});
  if (!members) co_return members.error().prepend("listing the members");
  co_return targets_of(*members);
}

}  // namespace coxctl::store
