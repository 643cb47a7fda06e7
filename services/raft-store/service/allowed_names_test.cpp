#include "raft-store/service/allowed_names.hpp"
#include <catch2/catch.hpp>
#include "raft-store/service/options.hpp"

namespace raft_store {
namespace {

http::PeerCertificate certificate(std::string common_name, std::vector<std::string> dns_names = {}) {
  http::PeerCertificate peer;
  peer.common_name = std::move(common_name);
  peer.dns_names = std::move(dns_names);
  return peer;
}

TEST_CASE("without allowed names every certificate that verifies is served", "[raft-store]") {
  CHECK(AllowedNames().admit(certificate("anybody")));
  CHECK(AllowedNames().admit(certificate("")));
}

TEST_CASE("allowed common names", "[raft-store]") {
  AllowedNames names;
  names.common_names = {"kube-apiserver-etcd-client", "backup"};
  CHECK(names.admit(certificate("backup")));
  CHECK_FALSE(names.admit(certificate("Backup")));
  CHECK_FALSE(names.admit(certificate("kubelet", {"backup"})));
  CHECK_FALSE(names.admit(certificate("")));
}

TEST_CASE("allowed hosts are looked for among the certificate's DNS names", "[raft-store]") {
  AllowedNames names;
  names.hostnames = {"store-1.example.com"};
  CHECK(names.admit(certificate("x", {"localhost", "STORE-1.example.com"})));
  CHECK(names.admit(certificate("x", {"*.example.com"})));
  CHECK_FALSE(names.admit(certificate("x", {"*.com"})));
  CHECK_FALSE(names.admit(certificate("x", {"store-2.example.com"})));
  CHECK_FALSE(names.admit(certificate("store-1.example.com")));
}

TEST_CASE("allowed names need certificates, and one kind of name", "[raft-store]") {
  Options options;
  options.listen_client_urls = {"http://127.0.0.1:2379"};
  options.listen_peer_urls = {"http://localhost:2380"};
  options.peer_names.common_names = {"store"};
  REQUIRE(make_plan(options).has_value());
  CHECK(make_plan(options)->peer_names.common_names == std::vector<std::string>{"store"});
  options.peer_names.hostnames = {"store"};
  CHECK(make_plan(options).error().message ==
        "--peer-cert-allowed-cn and --peer-cert-allowed-hostname are mutually exclusive");
  options.peer_names = {};
  options.client_names.hostnames = {"host"};
  options.client_cert_auth = false;
  CHECK(make_plan(options).error().message ==
        "--client-cert-allowed-hostname needs a certificate to be demanded: leave --client-cert-auth on");
}

}  // namespace
}  // namespace raft_store
