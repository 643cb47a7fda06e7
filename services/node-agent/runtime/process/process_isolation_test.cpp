#include <signal.h>
#include <unistd.h>
#include <fstream>
#include "node-agent/runtime/process/testing/node.hpp"
#include "node-agent/runtime/shim/cgroup.hpp"

using namespace node_agent;
using namespace node_agent::runtime;
using namespace node_agent::runtime::testing;
using State = Container::State;
using std::chrono::seconds;

namespace {

base::Awaitable<std::string> start(Node& node, std::string pod, ContainerConfig config) {
  const auto id = co_await node.create(std::move(pod), std::move(config));
  auto started = co_await node.runtime().start_container(id);
  INFO((started ? "" : started.error().message));
  REQUIRE(started);
  co_return id;
}

}  // namespace

TEST_CASE("volumes appear at their paths, and the machine's file system is left alone") {
  on_node({}, [](Node& node) -> base::Awaitable<void> {
    if (node.runtime().isolation() == shim::Isolation::none) {
      WARN("mounts are not permitted here");
      co_return;
    }
    TemporaryDirectory volume;
    std::ofstream(volume / "key") << "value";
    std::filesystem::create_directory(volume / "sub");
    auto config = shell_config("exec sleep 1000");
    // In the root, in directories that are there, below a link (/var/run), one within another, single files.
    config.mounts = {{"/cox-data", volume.path(), false},
                     {"/etc/cox-web", volume.path(), true},
                     {"/etc/cox-config/file", volume / "key", true},
                     {"/var/run/secrets/kubernetes.io/serviceaccount", volume.path(), true},
                     {"/cox-data/inner/most", volume / "sub", false},
                     {"/dev/cox-termination-log", volume / "key", false},
                     {"/usr/share/cox/a/b/c", volume.path(), true},
                     {"/etc/hosts", volume / "key", true}};
    const auto pod = co_await node.sandbox();
    const auto id = co_await start(node, pod, config);
    for (const char* path : {"/cox-data/key", "/etc/cox-web/key", "/etc/cox-config/file", "/etc/hosts",
                             "/run/secrets/kubernetes.io/serviceaccount/key", "/dev/cox-termination-log",
                             "/usr/share/cox/a/b/c/key"}) {
      INFO(path);
      const auto text = co_await output_of(node, id, std::string("cat ") + path);
      CHECK(text == "value");
      if (std::string(path) != "/etc/hosts") CHECK(!std::filesystem::exists(path));
    }
    const auto denied = co_await output_of(node, id, "touch /etc/cox-web/x 2>&1 || true");
    CHECK(denied.find("Read-only file system") != denied.npos);
    co_await output_of(node, id,
                       "echo hi >/cox-data/new; echo hi >/cox-data/inner/most/new; test -c /dev/null");
    CHECK(slurp(volume / "new") == "hi\n");
    CHECK(slurp(volume / "sub/new") == "hi\n");
    // What the machine has is seen as it is.
    const auto passwd = co_await output_of(node, id, "cat /etc/passwd");
    CHECK(passwd == slurp("/etc/passwd"));
    const auto hostname = co_await output_of(node, id, "hostname");
    CHECK(hostname == "pod-host\n");
    const auto processes = co_await output_of(node, id, "ls -d /proc/[0-9]* | wc -l");
    CHECK(std::stoi(processes) < 10);
  });
}

TEST_CASE("a volume that is not there is an error that names it") {
  on_node({}, [](Node& node) -> base::Awaitable<void> {
    auto config = shell_config("true");
    config.mounts = {{"/etc/cox-web", "/no/such/volume", true}};
    const auto pod = co_await node.sandbox();
    const auto id = co_await node.create(pod, config);
    auto started = co_await node.runtime().start_container(id);
    REQUIRE(!started);
    CHECK(started.error().message.find("/no/such/volume") != std::string::npos);
    const auto c = co_await node.container(id);
    CHECK(c.reason == "StartError");
    CHECK(c.exit_code == 128);
  });
}

TEST_CASE("without mounts a volume is an error, unless it may be left out") {
  ProcessRuntimeOptions options;
  options.isolation = "none";
  on_node(options, [](Node& node) -> base::Awaitable<void> {
    TemporaryDirectory volume;
    auto config = shell_config("true");
    config.mounts = {{"/etc/cox-web", volume.path(), true}};
    const auto pod = co_await node.sandbox();
    const auto id = co_await node.create(pod, config);
    auto started = co_await node.runtime().start_container(id);
    REQUIRE(!started);
    CHECK(started.error().message.find("may not make mounts") != std::string::npos);
    config.mounts[0].optional = true;
    config.mounts.push_back({volume.path(), volume.path(), false});
    const auto second = co_await start(node, pod, config);
    const auto c = co_await node.ended(second);
    CHECK(c.exit_code == 0);
  });
}

TEST_CASE("dns settings of a pod become its resolv.conf") {
  on_node({}, [](Node& node) -> base::Awaitable<void> {
    if (node.runtime().isolation() == shim::Isolation::none || !std::filesystem::exists("/etc/resolv.conf"))
      co_return;
    PodSandboxConfig config;
    config.uid = "uid";
    config.dns_servers = {"10.96.0.10"};
    config.dns_searches = {"default.svc.cluster.local", "svc.cluster.local"};
    config.dns_options = {"ndots:5"};
    auto pod = co_await node.runtime().run_pod_sandbox(config);
    REQUIRE(pod);
    auto container = shell_config("exec sleep 1000");
    container.log_path.clear();
    const auto id = co_await start(node, *pod, container);
    const auto text = co_await output_of(node, id, "cat /etc/resolv.conf");
    CHECK(text ==
          "search default.svc.cluster.local svc.cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n");
  });
}

TEST_CASE("a container runs as the user it is given") {
  if (::geteuid() != 0) return;
  for (const auto& isolation : isolations()) {
    ProcessRuntimeOptions options;
    options.isolation = isolation;
    on_node(options, [](Node& node) -> base::Awaitable<void> {
      if (node.runtime().isolation() == shim::Isolation::user) co_return;
      auto config = shell_config("exec sleep 1000");
      config.run_as_user = 12345;
      config.run_as_group = 23456;
      const auto pod = co_await node.sandbox();
      const auto id = co_await start(node, pod, config);
      const auto who = co_await output_of(node, id, "id -u; id -g; id -G");
      CHECK(who == "12345\n23456\n23456\n");
    });
  }
}

TEST_CASE("a pod's containers share what they should") {
  on_node({}, [](Node& node) -> base::Awaitable<void> {
    if (node.runtime().isolation() != shim::Isolation::full) co_return;
    PodSandboxConfig config;
    config.uid = "uid";
    config.hostname = "shared";
    config.share_process_namespace = true;
    auto pod = co_await node.runtime().run_pod_sandbox(config);
    REQUIRE(pod);
    auto container = shell_config("exec sleep 1000");
    container.log_path.clear();
    const auto a = co_await start(node, *pod, container);
    const auto b = co_await start(node, *pod, container);
    for (const char* kind : {"ipc", "uts", "pid"}) {
      const auto one = co_await output_of(node, a, std::string("readlink /proc/self/ns/") + kind);
      const auto two = co_await output_of(node, b, std::string("readlink /proc/self/ns/") + kind);
      INFO(kind);
      CHECK(one == two);
    }
    auto stopped = co_await node.runtime().stop_container(a, seconds(10));
    CHECK(stopped);
    const auto still = co_await node.container(b);
    CHECK(still.state == State::running);
  });
}

TEST_CASE("a sandbox whose namespaces have gone is not ready") {
  on_node({}, [](Node& node) -> base::Awaitable<void> {
    if (node.runtime().isolation() != shim::Isolation::full) co_return;
    const auto pod = co_await node.sandbox();
    const auto id = co_await node.shell(pod, "exec sleep 1000");
    const auto c = co_await node.container(id);
    const auto root = std::filesystem::path(c.log_path).parent_path().parent_path().parent_path() / "runtime";
    const auto records = shim::Records::decode(slurp(root / "sandboxes" / pod / "state"));
    REQUIRE(records);
    ::kill(static_cast<pid_t>(records->number("pid")), SIGKILL);
    const bool seen = co_await node.changed();
    CHECK(seen);
    const auto info = co_await node.sandbox_info(pod);
    CHECK(!info.ready);
  });
}

TEST_CASE("memory limits are enforced where control groups can be written") {
  on_node({}, [](Node& node) -> base::Awaitable<void> {
    const auto probe = shim::usable_cgroups("coxswain", "limit-test");
    const shim::Cgroup group(probe);
    shim::CgroupLimits limits;
    limits.memory_bytes = 64 << 20;
    const auto trouble = group.create(limits);
    group.remove();
    if (probe.empty() || !trouble.empty()) {
      WARN("limits are not permitted here: " << trouble);
      co_return;
    }
    const auto pod = co_await node.sandbox();
    auto config = shell_config("exec tail /dev/zero");  // It keeps all of what it thinks is one line.
    config.resources.memory_limit_bytes = 32 << 20;
    const auto id = co_await start(node, pod, config);
    const auto c = co_await node.ended(id);
    CHECK(c.exit_code == 137);
    CHECK(c.reason == "OOMKilled");
  });
}

TEST_CASE("stats of what runs") {
  for (const auto& isolation : isolations()) {
    ProcessRuntimeOptions options;
    options.isolation = isolation;
    on_node(options, [](Node& node) -> base::Awaitable<void> {
      const auto pod = co_await node.sandbox();
      const auto id =
          co_await node.shell(pod, "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; exec sleep 1000");
      std::vector<ContainerStats> stats;
      for (int i = 0; i < 1000 && (stats.empty() || stats[0].cpu_usage_core_ns == 0); ++i) {
        auto now = co_await node.runtime().list_container_stats();
        REQUIRE(now);
        stats = *now;
        co_await base::sleep_for(std::chrono::milliseconds(10));
      }
      REQUIRE(stats.size() == 1);
      CHECK(stats[0].container_id == id);
      CHECK(stats[0].cpu_usage_core_ns > 0);
      CHECK(stats[0].memory_working_set_bytes > 0);
    });
  }
}
