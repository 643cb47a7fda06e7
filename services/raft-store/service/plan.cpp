#include <algorithm>
#include <boost/url/parse.hpp>
#include "raft-store/service/options.hpp"

namespace raft_store {
namespace {

using base::Errc;
using base::Error;
using Tls = std::shared_ptr<http::TlsContext>;
using Urls = std::vector<std::string>;

Error wrong(std::string text) {
  return Error(Errc::invalid_argument, std::move(text));
}

/// One side's certificates, and the names of their flags for messages.
struct Side {
  std::string prefix;  ///< "" or "peer-".
  http::TlsFiles files;
  bool demand_certificate;
  std::string flag(const char* name) const { return "--" + prefix + name; }
};

struct Address {
  bool https = false;
  std::string host;
  std::uint16_t port = 0;
};

base::Result<Address> parse_url(const std::string& flag, const std::string& text) {
  const auto url = boost::urls::parse_uri(text);
  if (!url || (url->scheme() != "https" && url->scheme() != "http") || url->host().empty())
    return wrong(flag + ": \"" + text + "\" is not a URL such as https://127.0.0.1:2379");
  if (!url->has_port() || url->port_number() == 0) return wrong(flag + ": \"" + text + "\" needs a port");
  if (url->encoded_path() != "" && url->encoded_path() != "/")
    return wrong(flag + ": \"" + text + "\" must not have a path");
  return Address{url->scheme() == "https", url->host_address(), url->port_number()};
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1";
}

base::Result<Tls> server_tls(const Side& side) {
  const http::TlsFiles& files = side.files;
  if (files.certificate.empty() || files.key.empty())
    return wrong("an https URL needs a certificate: give " + side.flag("cert-file") + " and " +
                 side.flag("key-file") + " (\"coxctl certs init\" makes them)");
  if (!side.demand_certificate) return http::TlsContext::server(files, http::TlsContext::ClientAuth::none);
  if (files.ca.empty())
    return wrong(side.flag("client-cert-auth") + " needs " + side.flag("trusted-ca-file") +
                 ": the authority that signs those who may connect");
  return http::TlsContext::server(files, http::TlsContext::ClientAuth::require);
}

base::Result<std::vector<http::ServerOptions>> plan_servers(const char* name, const std::string& flag,
                                                            const Urls& urls, const Side& side) {
  if (urls.empty()) return wrong(flag + " must name at least one URL");
  std::vector<http::ServerOptions> servers;
  Tls tls;
  for (const std::string& url : urls) {
    const auto address = parse_url(flag, url);
    if (!address) return address.error();
    http::ServerOptions& server = servers.emplace_back();
    server.name = name;
    server.address = address->host == "localhost" ? "127.0.0.1" : address->host;
    server.port = address->port;
    if (!address->https) {
      if (is_loopback(address->host)) continue;
      return wrong(flag + ": \"" + url + "\" would serve everybody in clear text; http is for loopback only");
    }
    if (!tls) {
      auto made = server_tls(side);
      if (!made) return made.error();
      tls = *made;
    }
    server.tls = tls;
  }
  return servers;
}

/// What this member shows its peers and expects of them; null when all peers are plain HTTP.
base::Result<Tls> peer_client_tls(const std::vector<replication::Member>& members, const Side& side) {
  const auto is_https = [](const std::string& url) { return url.starts_with("https://"); };
  const bool needed = std::any_of(members.begin(), members.end(), [&](const replication::Member& m) {
    return std::any_of(m.peer_urls.begin(), m.peer_urls.end(), is_https);
  });
  if (!needed) return Tls();
  if (side.files.ca.empty())
    return wrong("peers with https URLs need " + side.flag("trusted-ca-file") +
                 ": the authority that signs the peers' certificates");
  return http::TlsContext::client(side.files);
}

std::string joined(const Urls& parts) {
  std::string text;
  for (const std::string& part : parts)
    text += (text.empty() ? "" : ",") + part;
  return text;
}

/// The members of the new cluster; this one must be there with the URLs it advertises.
base::Result<std::vector<replication::Member>> plan_cluster(const Options& options, const Urls& advertised) {
  Urls parts = options.initial_cluster;
  if (parts.empty())
    for (const std::string& url : advertised)
      parts.push_back(options.name + "=" + url);
  auto members = replication::parse_initial_cluster(joined(parts), options.initial_cluster_token);
  if (!members) return members.error();
  for (const replication::Member& member : *members) {
    for (const std::string& url : member.peer_urls)
      if (auto parsed = parse_url("--initial-cluster", url); !parsed) return parsed.error();
    if (member.name != options.name) continue;
    Urls listed = member.peer_urls, own = advertised;
    std::sort(listed.begin(), listed.end());
    std::sort(own.begin(), own.end());
    if (listed == own) return members;
    return wrong("--initial-cluster has " + options.name + "=" + joined(member.peer_urls) +
                 ", but --initial-advertise-peer-urls is " + joined(advertised));
  }
  return wrong("--initial-cluster does not contain --name \"" + options.name + "\"");
}

base::Result<void> check_numbers(const Options& options) {
  if (options.heartbeat_interval < 1) return wrong("--heartbeat-interval must be at least 1 ms");
  if (options.election_timeout < 5 * options.heartbeat_interval || options.election_timeout > 50'000)
    return wrong("--election-timeout must be at least five times --heartbeat-interval and at most 50000 ms");
  if (options.snapshot_count < 1) return wrong("--snapshot-count must be at least 1");
  if (options.max_request_bytes < 1024 || options.max_request_bytes > 1 << 30)
    return wrong("--max-request-bytes must be from 1024 to 1073741824");
  if (options.watch_progress_notify_interval < std::chrono::milliseconds(100))
    return wrong("--watch-progress-notify-interval must be at least 100ms");
  if (options.backup_interval < std::chrono::seconds(1))
    return wrong("--backup-interval must be at least 1s");
  if (options.backup_retention < 0 || options.backup_retention_age.count() < 0)
    return wrong("--backup-retention and --backup-retention-age must not be negative");
  if (options.backup_sync_interval < std::chrono::milliseconds(1))
    return wrong("--backup-sync-interval must be at least 1ms");
  if (options.initial_cluster_state != "new" && options.initial_cluster_state != "existing")
    return wrong("--initial-cluster-state must be new or existing");
  return {};
}

std::optional<backup::BackupOptions> plan_backups(const Options& options) {
  if (options.backup_dir.empty()) return {};
  backup::BackupOptions out;
  out.dir = options.backup_dir;
  out.interval = options.backup_interval;
  out.retention = {static_cast<std::size_t>(options.backup_retention), options.backup_retention_age};
  out.sync_interval = options.backup_sync_interval;
  return out;
}

replication::ReplicatorOptions plan_replicator(const Options& options) {
  replication::ReplicatorOptions out;
  out.name = options.name;
  out.data_dir = options.data_dir.empty() ? options.name + ".etcd" : options.data_dir;
  out.initial_cluster_token = options.initial_cluster_token;
  out.join_existing = options.initial_cluster_state == "existing";
  out.advertise_client_urls =
      options.advertise_client_urls.empty() ? options.listen_client_urls : options.advertise_client_urls;
  out.heartbeat_interval = std::chrono::milliseconds(options.heartbeat_interval);
  out.election_timeout = std::chrono::milliseconds(options.election_timeout);
  out.lease_reads = options.experimental_lease_reads;
  out.snapshot_entries = static_cast<std::size_t>(options.snapshot_count);
  // Room for what the command adds to the request.
  out.request_bytes_max = static_cast<std::size_t>(options.max_request_bytes) + (64 << 10);
  return out;
}

}  // namespace

base::Result<Plan> make_plan(const Options& options) {
  if (auto checked = check_numbers(options); !checked) return checked.error();
  if (auto checked = options.client_names.check("client", options.client_cert_auth); !checked)
    return checked.error();
  if (auto checked = options.peer_names.check("peer", options.peer_client_cert_auth); !checked)
    return checked.error();
  auto upkeep = upkeep::make_plan(options.upkeep);
  if (!upkeep) return upkeep.error();
  const Side client{"",
                    {options.cert_file, options.key_file, options.trusted_ca_file, options.client_crl_file},
                    options.client_cert_auth};
  const Side peer{
      "peer-",
      {options.peer_cert_file, options.peer_key_file, options.peer_trusted_ca_file, options.peer_crl_file},
      options.peer_client_cert_auth};
  Plan plan;
  plan.replicator = plan_replicator(options);
  plan.backups = plan_backups(options);
  const Urls& advertised = options.initial_advertise_peer_urls.empty() ? options.listen_peer_urls
                                                                       : options.initial_advertise_peer_urls;
  auto members = plan_cluster(options, advertised);
  if (!members) return members.error();
  auto clients = plan_servers("clients", "--listen-client-urls", options.listen_client_urls, client);
  if (!clients) return clients.error();
  auto peers = plan_servers("peers", "--listen-peer-urls", options.listen_peer_urls, peer);
  if (!peers) return peers.error();
  for (const std::string& url : plan.replicator.advertise_client_urls)
    if (auto parsed = parse_url("--advertise-client-urls", url); !parsed) return parsed.error();
  auto tls = peer_client_tls(*members, peer);
  if (!tls) return tls.error();
  plan.replicator.initial_cluster = std::move(*members);
  plan.replicator.peer_tls = std::move(*tls);
  plan.client_names = options.client_names;
  plan.peer_names = options.peer_names;
  plan.upkeep = std::move(*upkeep);
  plan.upkeep.corruption.peer_tls = plan.replicator.peer_tls;
  plan.client_servers = std::move(*clients);
  plan.peer_servers = std::move(*peers);
  return plan;
}

}  // namespace raft_store
