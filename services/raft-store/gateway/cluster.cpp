#include "raft-store/gateway/cluster.hpp"
#include <algorithm>
#include <boost/url/parse.hpp>
#include "base/random.hpp"

namespace raft_store::gateway {
namespace {

constexpr const char* kService = "etcdserverpb.Cluster";
using replication::Member;

wire::Member to_wire(const Member& member) {
  return {member.id.value, member.name, member.peer_urls, member.client_urls, member.learner};
}

base::Error refused(const char* what) {
  return {base::Errc::conflict, std::string("etcdserver: ") + what};
}

bool is_url(const std::string& text) {
  const auto url = boost::urls::parse_uri(text);
  return url && (url->scheme() == "https" || url->scheme() == "http") && !url->host().empty() &&
         url->has_port() && url->encoded_path().empty();
}

/// What the replicator refuses, in etcd's words.
base::Error change_error(const base::Error& error) {
  using base::Errc;
  if (error.is(Errc::not_found)) return {Errc::not_found, "etcdserver: member not found"};
  if (error.is(Errc::already_exists)) return refused("Peer URLs already exists");
  if (error.is(Errc::conflict) || error.is(Errc::invalid_argument))
    return {error.code, "etcdserver: " + error.message};
  return in_etcds_words(error);
}

}  // namespace

void ClusterService::add_to(LeaderRoutes& routes) {
  routes.clients.add("/v3/cluster/member/list", kService, "MemberList",
                     unary<wire::MemberListRequest, wire::MemberListResponse>(
                         [this](wire::MemberListRequest request) { return list(request); }));
  routes.add<wire::MemberAddRequest, wire::MemberAddResponse>(
      "/v3/cluster/member/add", kService, "MemberAdd",
      [this](wire::MemberAddRequest request) { return add(std::move(request)); });
  routes.add<wire::MemberIdRequest, wire::MemberListResponse>(
      "/v3/cluster/member/remove", kService, "MemberRemove",
      [this](wire::MemberIdRequest request) { return remove(request); });
  routes.add<wire::MemberUpdateRequest, wire::MemberListResponse>(
      "/v3/cluster/member/update", kService, "MemberUpdate",
      [this](wire::MemberUpdateRequest request) { return update(std::move(request)); });
  routes.add<wire::MemberIdRequest, wire::MemberListResponse>(
      "/v3/cluster/member/promote", kService, "MemberPromote",
      [this](wire::MemberIdRequest request) { return promote(request); });
}

wire::MemberListResponse ClusterService::listing() const {
  wire::MemberListResponse response;
  core_.stamp(response.header);
  for (const Member& member : core_.parts.replicator.status().members)
    response.members.push_back(to_wire(member));
  return response;
}

base::Awaitable<base::Result<wire::MemberListResponse>> ClusterService::list(
    wire::MemberListRequest request) {
  if (request.linearizable) {
    const base::Result<void> held = co_await core_.read_barrier();
    if (!held) co_return held.error();
  }
  co_return listing();
}

base::Result<Member> ClusterService::find(std::uint64_t id) const {
  for (Member& member : core_.parts.replicator.status().members)
    if (member.id.value == id) return std::move(member);
  return base::Error(base::Errc::not_found, "etcdserver: member not found");
}

base::Result<void> ClusterService::check_urls(const std::vector<std::string>& urls, std::uint64_t id) const {
  if (urls.empty() || !std::all_of(urls.begin(), urls.end(), is_url))
    return base::Error(base::Errc::invalid_argument, "etcdserver: given member URLs are invalid");
  for (const Member& other : core_.parts.replicator.status().members)
    for (const std::string& url : other.peer_urls)
      if (other.id.value != id && std::find(urls.begin(), urls.end(), url) != urls.end())
        return refused("Peer URLs already exists");
  return {};
}

/// etcd's --strict-reconfig-check: a change must leave a majority of members that have been started. That a
/// member alone takes a second one is allowed.
base::Result<void> ClusterService::check_quorum(const Member* added, std::uint64_t removed) const {
  std::size_t voters = added ? 1 : 0, started = 0;
  for (const Member& member : core_.parts.replicator.status().members) {
    if (member.learner || member.id.value == removed) continue;
    ++voters;
    if (!member.name.empty()) ++started;
  }
  if (added && added->learner) return {};
  if (added && voters == 2 && started == 1) return {};
  if (voters > 0 && started >= voters / 2 + 1) return {};
  return refused("re-configuration failed due to not enough started members");
}

base::Awaitable<base::Result<wire::MemberListResponse>> ClusterService::put(Member member) {
  const base::Result<void> changed = co_await core_.parts.replicator.put_member(std::move(member));
  if (!changed) co_return change_error(changed.error());
  co_return listing();
}

base::Awaitable<base::Result<wire::MemberAddResponse>> ClusterService::add(wire::MemberAddRequest request) {
  if (auto checked = check_urls(request.peer_urls, 0); !checked) co_return checked.error();
  Member member;
  member.peer_urls = std::move(request.peer_urls);
  std::sort(member.peer_urls.begin(), member.peer_urls.end());
  member.learner = request.is_learner;
  // Never the id of a member that was there before, whose vote somebody may remember.
  member.id = replication::derive_member_id(member.peer_urls, base::random_uuid());
  if (auto checked = check_quorum(&member, 0); !checked) co_return checked.error();
  auto members = co_await put(member);
  if (!members) co_return members.error();
  co_return wire::MemberAddResponse{members->header, to_wire(member), std::move(members->members)};
}

base::Awaitable<base::Result<wire::MemberListResponse>> ClusterService::remove(
    wire::MemberIdRequest request) {
  const auto member = find(request.id);
  if (!member) co_return member.error();
  if (!member->learner)
    if (auto checked = check_quorum(nullptr, request.id); !checked) co_return checked.error();
  const base::Result<void> changed = co_await core_.parts.replicator.remove_member(member->id);
  if (!changed) co_return change_error(changed.error());
  co_return listing();
}

base::Awaitable<base::Result<wire::MemberListResponse>> ClusterService::update(
    wire::MemberUpdateRequest request) {
  auto member = find(request.id);
  if (!member) co_return member.error();
  if (auto checked = check_urls(request.peer_urls, request.id); !checked) co_return checked.error();
  member->peer_urls = std::move(request.peer_urls);
  co_return co_await put(std::move(*member));
}

base::Awaitable<base::Result<wire::MemberListResponse>> ClusterService::promote(
    wire::MemberIdRequest request) {
  auto member = find(request.id);
  if (!member) co_return member.error();
  if (!member->learner) co_return refused("can only promote a learner member");
  member->learner = false;
  co_return co_await put(std::move(*member));
}

}  // namespace raft_store::gateway
