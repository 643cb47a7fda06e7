#include "raft-store/backup/identity.hpp"
#include <algorithm>

namespace raft_store::backup {
namespace {

using Urls = std::vector<std::string>;

base::Error wrong(std::string text) {
  return {base::Errc::invalid_argument, std::move(text)};
}

std::string joined(const Urls& parts) {
  std::string text;
  for (const std::string& part : parts)
    text += (text.empty() ? "" : ",") + part;
  return text;
}

Urls sorted(Urls urls) {
  std::sort(urls.begin(), urls.end());
  return urls;
}

base::Result<void> check_revision_flags(const RestoreOptions& options) {
  constexpr std::uint64_t kBumpMax = std::uint64_t{1} << 62;
  if (options.bump_revision > 0 && !options.mark_compacted)
    return wrong("--bump-revision needs --mark-compacted: the revisions in between hold nothing");
  if (options.bump_revision == 0 && options.mark_compacted)
    return wrong("--mark-compacted is for use with --bump-revision");
  if (options.bump_revision > kBumpMax) return wrong("--bump-revision is too large");
  return {};
}

}  // namespace

base::Result<NewMember> plan_member(const RestoreOptions& options) {
  if (auto checked = check_revision_flags(options); !checked) return checked.error();
  const Urls& own = options.initial_advertise_peer_urls;
  Urls parts = options.initial_cluster;
  if (parts.empty())
    for (const std::string& url : own)
      parts.push_back(options.name + "=" + url);
  const auto members = replication::parse_initial_cluster(joined(parts), options.initial_cluster_token);
  if (!members) return members.error();
  const auto self = std::find_if(members->begin(), members->end(),
                                 [&](const replication::Member& m) { return m.name == options.name; });
  if (self == members->end())
    return wrong("--initial-cluster does not contain --name \"" + options.name + "\"");
  if (sorted(self->peer_urls) != sorted(own))
    return wrong("--initial-cluster has " + options.name + "=" + joined(self->peer_urls) +
                 ", but --initial-advertise-peer-urls is " + joined(own));
  NewMember member;
  member.data_dir =
      options.data_dir.empty() ? std::filesystem::path(options.name + ".etcd") : options.data_dir;
  member.identity = {replication::derive_cluster_id(*members), self->id};
  member.membership = replication::initial_membership(*members);
  return member;
}

}  // namespace raft_store::backup
