#include "coxctl/store/member_text.hpp"
#include <charconv>

namespace coxctl::store {

namespace wire = storage::wire;

Table member_table(const wire::MemberListResponse& response) {
  Table table{{"ID", "Status", "Name", "Peer Addrs", "Client Addrs", "Is Learner"}, {}};
  for (const wire::Member& member : response.members)
    table.rows.push_back({hex_id(member.id), member.name.empty() ? "unstarted" : "started", member.name,
                          joined(member.peer_urls, ","), joined(member.client_urls, ","),
                          member.is_learner ? "true" : "false"});
  return table;
}

std::string initial_cluster(const wire::MemberAddResponse& added, const std::string& name) {
  std::vector<std::string> parts;
  for (const wire::Member& member : added.members)
    for (const std::string& url : member.peer_urls)
      parts.push_back((member.id == added.member.id ? name : member.name) + "=" + url);
  return joined(parts, ",");
}

std::string guess_client_url(const std::string& peer_url) {
  const auto colon = peer_url.rfind(':');
  int port = 0;
  const char* end = peer_url.data() + peer_url.size();
  const auto [stop, error] =
      std::from_chars(peer_url.data() + std::min(colon, peer_url.size() - 1) + 1, end, port);
  if (colon == std::string::npos || error != std::errc() || stop != end || port < 2) return peer_url;
  return peer_url.substr(0, colon + 1) + std::to_string(port - 1);
}

std::string join_text(const wire::MemberAddResponse& added, const JoinHints& hints) {
  const std::string cluster = initial_cluster(added, hints.name), peers = joined(added.member.peer_urls, ",");
  std::string out = "\nETCD_NAME=\"" + hints.name + "\"\nETCD_INITIAL_CLUSTER=\"" + cluster +
                    "\"\nETCD_INITIAL_ADVERTISE_PEER_URLS=\"" + peers +
                    "\"\nETCD_INITIAL_CLUSTER_STATE=\"existing\"\n";
  std::string client = hints.client_url;
  if (client.empty() && !added.member.peer_urls.empty())
    client = guess_client_url(added.member.peer_urls.front());
  const std::string pki = (hints.pki.empty() ? std::string("PKI") : hints.pki) + "/etcd/";
  out += "\nStart it with:\n\n  raft-store --name=" + hints.name + " --data-dir=" + hints.name +
         ".data \\\n    --initial-cluster-state=existing \\\n    --initial-cluster=" + cluster +
         " \\\n    --listen-peer-urls=" + peers + " --initial-advertise-peer-urls=" + peers +
         " \\\n    --listen-client-urls=" + client + " --advertise-client-urls=" + client;
  if (peers.starts_with("https://"))
    out += " \\\n    --cert-file=" + pki + hints.name + ".crt --key-file=" + pki + hints.name +
           ".key --trusted-ca-file=" + pki + "ca.crt \\\n    --peer-cert-file=" + pki + hints.name +
           "-peer.crt --peer-key-file=" + pki + hints.name + "-peer.key --peer-trusted-ca-file=" + pki +
           "ca.crt";
  out += "\n";
  if (added.member.is_learner)
    out += "\nOnce it has caught up, give it its vote:\n\n  coxctl store member promote " +
           hex_id(added.member.id) + "\n";
  return out;
}

}  // namespace coxctl::store
