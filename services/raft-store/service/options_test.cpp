#include "raft-store/service/options.hpp"
#include <catch2/catch.hpp>

namespace raft_store {
namespace {

Options plain_options() {
  Options options;
  options.listen_client_urls = {"http://127.0.0.1:2379"};
  options.listen_peer_urls = {"http://localhost:2380"};
  return options;
}

std::string problem(std::function<void(Options&)> change) {
  Options options = plain_options();
  change(options);
  const auto plan = make_plan(options);
  return plan ? "" : plan.error().message;
}

TEST_CASE("a member alone needs no more than its URLs", "[raft-store]") {
  const auto plan = make_plan(plain_options());
  REQUIRE(plan.has_value());
  CHECK(plan->client_servers.size() == 1);
  CHECK(plan->client_servers[0].port == 2379);
  CHECK(plan->peer_servers[0].address == "127.0.0.1");
  CHECK(plan->replicator.data_dir == "default.etcd");
  REQUIRE(plan->replicator.initial_cluster.size() == 1);
  CHECK(plan->replicator.initial_cluster[0].peer_urls == std::vector<std::string>{"http://localhost:2380"});
  CHECK(plan->replicator.advertise_client_urls == std::vector<std::string>{"http://127.0.0.1:2379"});
  CHECK_FALSE(plan->replicator.join_existing);
}

TEST_CASE("etcd's flags are read", "[raft-store]") {
  Options options = plain_options();
  base::Flags flags("raft-store", "");
  options.add_to(flags);
  const std::vector<const char*> arguments{"raft-store",
                                           "--name=b",
                                           "--initial-cluster=a=http://127.0.0.1:1,b=http://127.0.0.1:2",
                                           "--initial-advertise-peer-urls=http://127.0.0.1:2",
                                           "--client-cert-auth",
                                           "--heartbeat-interval=50",
                                           "--election-timeout=500"};
  REQUIRE(flags.parse(static_cast<int>(arguments.size()), arguments.data()).has_value());
  const auto plan = make_plan(options);
  REQUIRE(plan.has_value());
  CHECK(plan->replicator.initial_cluster.size() == 2);
  CHECK(plan->replicator.election_timeout == std::chrono::milliseconds(500));
}

TEST_CASE("wrong options name the flag and what to do", "[raft-store]") {
  using Urls = std::vector<std::string>;
  CHECK(
      problem([](Options& o) { o.listen_client_urls = {"https://127.0.0.1:1"}; }) ==
      "an https URL needs a certificate: give --cert-file and --key-file (\"coxctl certs init\" makes them)");
  CHECK(problem([](Options& o) {
          o.listen_peer_urls = {"https://127.0.0.1:1"};
          o.peer_cert_file = "c";
          o.peer_key_file = "k";
        }) ==
        "--peer-client-cert-auth needs --peer-trusted-ca-file: the authority that signs those who may "
        "connect");
  CHECK(
      problem([](Options& o) { o.listen_client_urls = {"http://0.0.0.0:1"}; }) ==
      "--listen-client-urls: \"http://0.0.0.0:1\" would serve everybody in clear text; http is for loopback "
      "only");
  for (const char* url : {"", "127.0.0.1:1", "ftp://127.0.0.1:1", "http:///x"})
    CHECK(problem([&](Options& o) { o.listen_client_urls = {url}; }) ==
          "--listen-client-urls: \"" + std::string(url) + "\" is not a URL such as https://127.0.0.1:2379");
  for (const char* url : {"http://127.0.0.1", "http://127.0.0.1:0", "http://127.0.0.1:x"})
    CHECK(problem([&](Options& o) { o.listen_client_urls = {url}; }) ==
          "--listen-client-urls: \"" + std::string(url) + "\" needs a port");
  CHECK(problem([](Options& o) { o.initial_cluster = {"other=http://127.0.0.1:1"}; }) ==
        "--initial-cluster does not contain --name \"default\"");
  CHECK(problem([](Options& o) { o.initial_cluster = Urls{"default=http://127.0.0.1:1"}; }) ==
        "--initial-cluster has default=http://127.0.0.1:1, but --initial-advertise-peer-urls is "
        "http://localhost:2380");
  CHECK(problem([](Options& o) { o.initial_cluster = {"nonsense"}; }) ==
        "--initial-cluster: 'nonsense' is not name=url");
  CHECK(problem([](Options& o) { o.election_timeout = 100; }) ==
        "--election-timeout must be at least five times --heartbeat-interval and at most 50000 ms");
  CHECK(problem([](Options& o) { o.initial_cluster_state = "old"; }) ==
        "--initial-cluster-state must be new or existing");
  CHECK(problem([](Options& o) { o.max_request_bytes = 1; }) ==
        "--max-request-bytes must be from 1024 to 1073741824");
  CHECK(problem([](Options& o) { o.backup_interval = std::chrono::milliseconds(10); }) ==
        "--backup-interval must be at least 1s");
  CHECK(problem([](Options& o) { o.backup_retention = -1; }) ==
        "--backup-retention and --backup-retention-age must not be negative");
}

}  // namespace
}  // namespace raft_store
