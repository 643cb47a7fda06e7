#include "controllers/frame/options.hpp"
#include <catch2/catch.hpp>

namespace controllers {

TEST_CASE("--controllers: the last mention decides, then the star") {
  const std::vector<std::string> old_name{"replicaset"};
  CHECK(wants({"*"}, "replicaset-controller", old_name));
  CHECK_FALSE(wants({}, "replicaset-controller", old_name));
  CHECK_FALSE(wants({"*", "-replicaset"}, "replicaset-controller", old_name));
  CHECK_FALSE(wants({"-replicaset-controller", "*"}, "replicaset-controller", old_name));
  CHECK(wants({"replicaset"}, "replicaset-controller", old_name));
  CHECK(wants({"-replicaset", "replicaset-controller"}, "replicaset-controller", old_name));
  CHECK_FALSE(wants({"deployment"}, "replicaset-controller", old_name));
}

TEST_CASE("what is wrong with the options is named") {
  Options o;
  CHECK(validate(o).error().message.find("--kubeconfig") != std::string::npos);
  o.kubeconfig = "/some/file";
  CHECK(validate(o).has_value());
  o.concurrent_gc_syncs = 0;
  CHECK(validate(o).error().message.find("--concurrent-gc-syncs") != std::string::npos);
  o.concurrent_gc_syncs = 1;
  o.renew_deadline = o.lease_duration;
  CHECK_FALSE(validate(o).has_value());
}

TEST_CASE("files that options name are read at start") {
  Options o;
  CHECK(load_files(o).has_value());
  o.root_ca_file = "/nonexistent/ca.crt";
  CHECK(load_files(o).error().message == "--root-ca-file: cannot read /nonexistent/ca.crt");
  o.root_ca_file = "/proc/self/cmdline";
  CHECK(load_files(o).error().message.find("no certificate") != std::string::npos);
}

TEST_CASE("the flags carry upstream's names") {
  Options o;
  base::Flags flags("controllers", "test");
  add_flags(flags, o);
  const char* argv[] = {"controllers",
                        "--kubeconfig=k",
                        "--controllers=*,-podgc",
                        "--node-monitor-grace-period=40s",
                        "--leader-elect=false",
                        "--concurrent-deployment-syncs=9",
                        "--root-ca-file=ca.crt"};
  REQUIRE(flags.parse(std::size(argv), argv).has_value());
  CHECK(o.controllers == std::vector<std::string>{"*", "-podgc"});
  CHECK(o.node_monitor_grace_period == std::chrono::seconds(40));
  CHECK_FALSE(o.leader_elect);
  CHECK(o.concurrent_deployment_syncs == 9);
}

}  // namespace controllers
