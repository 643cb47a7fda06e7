#include <catch2/catch.hpp>
#include "node-agent/service/kubelet_configuration.hpp"

using namespace node_agent;
using namespace std::chrono_literals;

namespace {

const std::string head = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

base::Result<void> parse(AgentOptions& options, std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "node-agent");
  base::Flags flags("node-agent", "");
  options.add_to(flags);
  auto rest = flags.parse(static_cast<int>(arguments.size()), arguments.data());
  if (!rest) return rest.error();
  return validate(options);
}

std::string fault(std::vector<const char*> arguments) {
  AgentOptions options;
  auto parsed = parse(options, std::move(arguments));
  return parsed ? "" : parsed.error().message;
}

std::string config_fault(const std::string& yaml) {
  AgentOptions options;
  auto applied = apply_kubelet_configuration(yaml, options);
  return applied ? "" : applied.error().message;
}

}  // namespace

TEST_CASE("flags become the node's settings") {
  AgentOptions options;
  auto parsed =
      parse(options,
            {"--hostname-override=node-1", "--node-ip=127.0.0.1", "--port=10250",
             "--node-labels=zone=a,disk=ssd", "--register-with-taints=key=value:NoSchedule", "--max-pods=7",
             "--eviction-hard=memory.available<1Gi", "--root-dir=/tmp/n", "--container-log-max-size=1Mi"});
  REQUIRE(parsed.has_value());
  const auto s = node_settings(options, "node-1", "process://1").value();
  CHECK(s.name == "node-1");
  CHECK(s.ip == "127.0.0.1");
  CHECK(s.labels.at("disk") == "ssd");
  CHECK(s.taints.at(0).key == "key");
  CHECK(s.pods_max == 7);
  CHECK(s.eviction.memory.amount == 1 << 30);
  CHECK(log_limits(options)->bytes_max == 1 << 20);
  CHECK(log_limits(options)->files_max == 5);
}

TEST_CASE("many hollow nodes are numbered") {
  AgentOptions options;
  REQUIRE(parse(options, {"--hostname-override=h", "--runtime=hollow", "--hollow-nodes=3"}).has_value());
  CHECK(node_names(options) == std::vector<std::string>{"h-0000", "h-0001", "h-0002"});
}

TEST_CASE("wrong flags are named") {
  CHECK(fault({"--runtime=docker"}) == "--runtime: must be process or hollow, not \"docker\"");
  CHECK(fault({"--process-network=bridge"}).starts_with("--process-network: "));
  CHECK(fault({"--hollow-nodes=2"}) == "--hollow-nodes: goes with --runtime=hollow only");
  CHECK(fault({"--port=65536"}).starts_with("--port: "));
  CHECK(fault({"--node-labels=x"}).starts_with("--node-labels: "));
  CHECK(fault({"--register-with-taints=x:Never"}).starts_with("--register-with-taints: "));
  CHECK(fault({"--eviction-hard=memory"}).starts_with("--eviction-hard: "));
  CHECK(fault({"--hostname-override=A_b"}).starts_with("--hostname-override: "));
  CHECK(fault({"--container-log-max-files=1"}) == "--container-log-max-files: must be greater than 1");
  CHECK(fault({"--container-log-max-size=x"}).starts_with("--container-log-max-size: "));
  CHECK(fault({"--root-dir=here"}).starts_with("--root-dir: "));
  CHECK(fault({"--max-pods=-1"}).starts_with("--max-pods: "));
}

TEST_CASE("a KubeletConfiguration sets what flags set") {
  AgentOptions o;
  const auto applied = apply_kubelet_configuration(head + R"(
port: 10260
maxPods: 42
clusterDomain: example.org
clusterDNS: [10.96.0.10]
nodeStatusUpdateFrequency: 2s
evictionHard:
  memory.available: 200Mi
  nodefs.available: "5%"
authentication:
  anonymous: {enabled: false}
  x509: {clientCAFile: /pki/ca.crt}
authorization: {mode: Webhook}
registerWithTaints:
- {key: dedicated, value: batch, effect: NoSchedule}
- {key: fresh, effect: NoExecute}
containerLogMaxFiles: 3
)",
                                                   o);
  INFO((applied ? "" : applied.error().message));
  REQUIRE(applied.has_value());
  CHECK(o.port == 10260);
  CHECK(o.max_pods == 42);
  CHECK(o.cluster_dns == std::vector<std::string>{"10.96.0.10"});
  CHECK(o.node_status_update_frequency == 2s);
  CHECK(o.eviction_hard == std::vector<std::string>{"memory.available<200Mi", "nodefs.available<5%"});
  CHECK(o.client_ca_file == "/pki/ca.crt");
  CHECK(o.register_with_taints == std::vector<std::string>{"dedicated=batch:NoSchedule", "fresh:NoExecute"});
  CHECK(o.container_log_max_files == 3);
  REQUIRE(parse(o, {"--max-pods=9"}).has_value());
  CHECK(o.max_pods == 9);  // The command line wins.
  CHECK(o.port == 10260);
}

TEST_CASE("a wrong KubeletConfiguration names the field") {
  CHECK(config_fault(head + "cpuManagerPolicy: static\n") ==
        "cpuManagerPolicy: unknown or not supported by this agent");
  CHECK(config_fault(head + "authentication: {anonymous: {enabled: true}}\n") ==
        "authentication.anonymous.enabled: only false is supported by this agent");
  CHECK(config_fault(head + "authentication: {x509: {caFile: x}}\n")
            .starts_with("authentication.x509.caFile: "));
  CHECK(config_fault(head + "maxPods: many\n").starts_with("maxPods: "));
  CHECK(config_fault(head + "clusterDNS: x\n").starts_with("clusterDNS: "));
  CHECK(config_fault(head + "nodeStatusReportFrequency: 5\n").starts_with("nodeStatusReportFrequency: "));
  CHECK(config_fault(head + "registerWithTaints: [{key: a, time: b}]\n")
            .starts_with("registerWithTaints[0].time: "));
  CHECK(config_fault("kind: KubeletConfiguration\n") == "apiVersion: is required");
  CHECK(config_fault("apiVersion: v1\nkind: Pod\n").starts_with("apiVersion: only "));
  CHECK(config_fault("[]").starts_with("must be"));
  CHECK(config_fault("a: [").starts_with("yaml: "));
}
