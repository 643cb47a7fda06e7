#include "raft-store/replication/joining.hpp"
#include <algorithm>
#include <cstdio>
#include "http/client.hpp"
#include "raft/codec.hpp"

namespace raft_store::replication {
namespace {

using namespace std::chrono_literals;
constexpr int kRounds = 10;
constexpr auto kPause = 500ms;

std::string hex(std::uint64_t id) {
  char text[17];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(id));
  return text;
}

base::Awaitable<base::Result<ClusterView>> ask_one(base::Executor executor, std::string peer,
                                                   std::shared_ptr<http::TlsContext> tls) {
  http::ClientOptions options;
  options.endpoints = {std::move(peer)};
  options.tls = std::move(tls);
  options.connect_timeout = 1s;
  options.request_timeout = 3s;
  options.user_agent = "coxswain-raft";
  const auto client = http::Client::create(executor, std::move(options));
  http::Request request;
  request.method = "POST";
  request.path = kClusterPath;
  const base::Result<http::Response> response = co_await client->send(std::move(request));
  client->close();
  if (!response) co_return response.error();
  if (response->status != 200)
    co_return base::Error(base::Errc::unavailable, "status " + std::to_string(response->status));
  co_return decode_cluster(response->body);
}

}  // namespace

std::string encode_cluster(const ClusterView& view) {
  raft::codec::Writer out;
  out.u64(view.cluster_id);
  out.u32(static_cast<std::uint32_t>(view.members.size()));
  for (const Member& member : view.members)
    out.bytes(encode_member(member));
  return out.take();
}

base::Result<ClusterView> decode_cluster(std::string_view bytes) {
  raft::codec::Reader in(bytes);
  ClusterView view;
  view.cluster_id = in.u64();
  for (std::uint32_t n = in.count(4); n > 0; --n) {
    base::Result<Member> member = decode_member(in.bytes());
    if (!member) return member.error();
    view.members.push_back(std::move(*member));
  }
  if (!in.done()) return base::Error(base::Errc::corrupt, "a list of members that cannot be decoded");
  return view;
}

Member* find_by_url(std::vector<Member>& members, const std::vector<std::string>& peer_urls) {
  const auto found = std::find_if(members.begin(), members.end(), [&](const Member& member) {
    return std::find_first_of(member.peer_urls.begin(), member.peer_urls.end(), peer_urls.begin(),
                              peer_urls.end()) != member.peer_urls.end();
  });
  return found == members.end() ? nullptr : &*found;
}

std::string how_to_add(const Member& member, const std::filesystem::path& data_dir) {
  std::string urls;
  for (const std::string& url : member.peer_urls)
    urls += (urls.empty() ? "" : ",") + url;
  return "coxctl store member add " + member.name + " --peer-urls=" + urls + ", then empty " +
         data_dir.string() + " and start it with --initial-cluster-state=existing";
}

std::string how_to_replace(const Member& member, const std::filesystem::path& data_dir) {
  return "coxctl store member remove " + hex(member.id.value) + ", " + how_to_add(member, data_dir);
}

base::Awaitable<base::Result<void>> ask_whether_new(base::Executor executor, std::vector<std::string> peers,
                                                    std::shared_ptr<http::TlsContext> tls, Member self,
                                                    std::uint64_t cluster_id,
                                                    std::filesystem::path data_dir) {
  for (const std::string& peer : peers) {
    const base::Result<ClusterView> view = co_await ask_one(executor, peer, tls);
    if (!view) continue;
    if (view->cluster_id != cluster_id)
      co_return base::Error(base::Errc::conflict,
                            peer + " is of another cluster (" + hex(view->cluster_id) + ", this would be " +
                                hex(cluster_id) +
                                "): --initial-cluster or --initial-cluster-token is wrong, or " +
                                "this member is to join it: " + how_to_add(self, data_dir));
    for (const Member& known : view->members)
      if (known.id == self.id && known.incarnation != 0)
        co_return base::Error(base::Errc::conflict,
                              peer + " knows this member, but its data are not in " + data_dir.string() +
                                  "; put them back, or if they are lost: " + how_to_replace(self, data_dir));
  }
  co_return base::Result<void>();
}

base::Awaitable<base::Result<ClusterView>> ask_cluster(base::Executor executor,
                                                       std::vector<std::string> peers,
                                                       std::shared_ptr<http::TlsContext> tls,
                                                       std::vector<std::string> peer_urls) {
  base::Error problem(base::Errc::unavailable, "no other member is named");
  for (int round = 0; round < kRounds; ++round) {
    for (const std::string& peer : peers) {
      base::Result<ClusterView> view = co_await ask_one(executor, peer, tls);
      if (!view) {
        problem = std::move(view.error()).prepend(peer);
        continue;
      }
      if (find_by_url(view->members, peer_urls)) co_return view;
      problem = base::Error(base::Errc::not_found,
                            peer + ": this member's peer URL is not in the cluster; add the member first");
    }
    const bool slept = co_await base::sleep_for(kPause);
    if (!slept) break;
  }
  co_return problem;
}

}  // namespace raft_store::replication
