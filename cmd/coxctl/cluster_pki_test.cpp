#include "cluster_pki.hpp"
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <set>
#include "certificate_files.hpp"

using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const base::SystemTime now{1'800'000'000s};

struct TemporaryDirectory {
  fs::path path;
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "coxctl-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TemporaryDirectory() { fs::remove_all(path); }
};

std::vector<std::string> changed(const std::vector<coxctl::Change>& changes) {
  std::vector<std::string> out;
  for (const auto& c : changes) {
    if (c.kind != coxctl::Change::Kind::kept) out.push_back(c.name);
  }
  return out;
}

pki::Certificate certificate(const fs::path& dir, const std::string& name) {
  return pki::Certificate::from_pem(coxctl::read_file(dir / (name + ".crt")).value()).value();
}

}  // namespace

TEST_CASE("the plan names each identity once and signs with authorities that come first") {
  coxctl::ClusterShape shape;
  shape.stores = 3;
  shape.nodes = 2;
  std::set<std::string> seen;
  for (const auto& p : coxctl::plan_certificates(shape)) {
    CHECK(seen.insert(p.name).second);
    if (!p.authority.empty()) CHECK(seen.count(p.authority) == 1);
  }
  CHECK(seen.count("etcd/store-3-peer") == 1);
  CHECK(seen.count("nodes/node-2/kubelet") == 1);
}

TEST_CASE("certificates are made once, and again when they run out") {
  TemporaryDirectory dir;
  const auto plan = coxctl::plan_certificates({});
  const auto made = coxctl::ensure(dir.path, plan, now).value();
  CHECK(changed(made).size() == plan.size() + 1);

  const auto node = certificate(dir.path, "nodes/node-1/client");
  CHECK(node.common_name() == "system:node:node-1");
  CHECK(node.organizations() == std::vector<std::string>{"system:nodes"});
  CHECK(node.signed_by(certificate(dir.path, "ca")));
  CHECK(certificate(dir.path, "apiserver").ip_addresses() ==
        std::vector<std::string>{"127.0.0.1", "10.96.0.1"});
  struct stat s {};
  REQUIRE(::stat((dir.path / "ca.key").c_str(), &s) == 0);
  CHECK((s.st_mode & 0777) == 0600);

  CHECK(changed(coxctl::ensure(dir.path, plan, now + 24h).value()).empty());

  const auto later = now + coxctl::certificate_lifetime - 24h;
  const auto ca = certificate(dir.path, "ca").pem();
  // All but the authorities: the cluster's, the store's and the front proxy's.
  CHECK(changed(coxctl::ensure(dir.path, plan, later).value()).size() == plan.size() - 3);
  CHECK(certificate(dir.path, "ca").pem() == ca);
  for (const auto& state : coxctl::inspect(dir.path, plan, later)) {
    CHECK(state.status == coxctl::CertificateState::Status::good);
  }
}

TEST_CASE("a renewed authority still vouches for what it signed") {
  TemporaryDirectory dir;
  const auto plan = coxctl::plan_certificates({});
  REQUIRE(coxctl::ensure(dir.path, plan, now).has_value());
  const auto old = certificate(dir.path, "admin");
  REQUIRE(coxctl::ensure(dir.path, plan, now + coxctl::authority_lifetime - 24h).has_value());
  CHECK(old.signed_by(certificate(dir.path, "ca")));
}

TEST_CASE("what does not fit is replaced, alone") {
  TemporaryDirectory dir;
  const auto plan = coxctl::plan_certificates({});
  REQUIRE(coxctl::ensure(dir.path, plan, now).has_value());
  fs::remove(dir.path / "admin.crt");
  REQUIRE(coxctl::write_file(dir.path / "scheduler.key", "nonsense", true).has_value());
  fs::remove(dir.path / "sa.pub");
  CHECK(changed(coxctl::ensure(dir.path, plan, now).value()) ==
        std::vector<std::string>{"admin", "scheduler", "sa"});

  coxctl::ClusterShape moved;
  moved.extra_sans = {"api.example.org", "192.0.2.1"};
  const auto again = coxctl::ensure(dir.path, coxctl::plan_certificates(moved), now).value();
  CHECK(changed(again) == std::vector<std::string>{"apiserver"});
}

TEST_CASE("a member of the store is added without touching the others") {
  TemporaryDirectory dir;
  REQUIRE(coxctl::ensure(dir.path, coxctl::plan_certificates({}), now).has_value());
  coxctl::ClusterShape there;
  there.addresses = {"192.0.2.4"};
  const auto plan = coxctl::plan_store_certificates("blue", there);
  CHECK(changed(coxctl::ensure(dir.path, plan, now).value()) ==
        std::vector<std::string>{"etcd/blue", "etcd/blue-peer"});
  CHECK(certificate(dir.path, "etcd/blue-peer").signed_by(certificate(dir.path, "etcd/ca")));
  CHECK(certificate(dir.path, "etcd/blue").ip_addresses() == there.addresses);
}

TEST_CASE("a directory that cannot be written is named") {
  const auto r = coxctl::ensure("/proc/nowhere", coxctl::plan_certificates({}), now);
  REQUIRE(r.has_error());
  CHECK(r.error().message.find("/proc/nowhere") != std::string::npos);
}
