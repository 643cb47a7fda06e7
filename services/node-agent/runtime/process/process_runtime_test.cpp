#include <signal.h>
#include <unistd.h>
#include <boost/asio/this_coro.hpp>
#include <fstream>
#include "node-agent/runtime/process/testing/node.hpp"
#include "node-agent/runtime/shim/end.hpp"
#include "node-agent/runtime/shim/supervisor.hpp"

using namespace node_agent;
using namespace node_agent::runtime;
using namespace node_agent::runtime::testing;
using State = Container::State;
using std::chrono::seconds;

namespace {

ProcessRuntimeOptions isolated(const std::string& isolation) {
  ProcessRuntimeOptions out;
  out.isolation = isolation;
  return out;
}

/// Runs the test with what the machine permits and with plain processes.
void everywhere(std::function<base::Awaitable<void>(Node&)> test) {
  for (const auto& isolation : isolations()) {
    INFO("isolation " << isolation);
    on_node(isolated(isolation), test);
  }
}

/// A zombie does not count: who its parent is now, and when that looks after it, is the machine's affair.
bool alive(std::int64_t pid) {
  const auto stat = slurp("/proc/" + std::to_string(pid) + "/stat");
  const auto end = stat.rfind(')');
  return end != stat.npos && stat[end + 2] != 'Z';
}

}  // namespace

TEST_CASE("a container runs, prints, and ends with its exit code") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    const auto id = co_await node.shell(pod, "echo out; echo err >&2; printf unended; exit 3");
    const auto c = co_await node.ended(id);
    CHECK(c.exit_code == 3);
    CHECK(c.reason == "Error");
    CHECK(c.started_at.time_since_epoch().count() > 0);
    CHECK(c.finished_at >= c.started_at);
    const auto text = Node::log_text(c.log_path);
    CHECK(text.find("out\n") != text.npos);
    CHECK(text.find("err\n") != text.npos);
    CHECK(text.find("unended\n") != text.npos);
    CHECK(slurp(c.log_path).find(" stderr F err\n") != std::string::npos);
  });
}

TEST_CASE("success and signals have their codes and reasons") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    const auto good = co_await node.shell(pod, "true");
    const auto killed = co_await node.shell(pod, "kill -KILL $$");
    const auto first = co_await node.ended(good);
    const auto second = co_await node.ended(killed);
    CHECK(first.exit_code == 0);
    CHECK(first.reason == "Completed");
    CHECK(second.exit_code == 137);
    CHECK(second.reason == "Error");
  });
}

TEST_CASE("a command that is not there is an error the pod can show") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    auto config = shell_config("");
    config.command = {"/no/such/command"};
    const auto id = co_await node.create(pod, config);
    auto started = co_await node.runtime().start_container(id);
    REQUIRE(!started);
    CHECK(started.error().is(base::Errc::invalid_argument));
    CHECK(started.error().message ==
          R"(exec: "/no/such/command": stat /no/such/command: no such file or directory)");
    const auto c = co_await node.container(id);
    CHECK(c.state == State::exited);
    CHECK(c.exit_code == 127);
    CHECK(c.reason == "ContainerCannotRun");
    CHECK(c.message == started.error().message);

    config.command = {"no-such-command"};
    const auto second = co_await node.create(pod, config);
    started = co_await node.runtime().start_container(second);
    REQUIRE(!started);
    CHECK(started.error().message == R"(exec: "no-such-command": executable file not found in $PATH)");

    config.command = {"/etc/passwd"};
    const auto third = co_await node.create(pod, config);
    started = co_await node.runtime().start_container(third);
    REQUIRE(!started);
    CHECK(started.error().message == R"(exec: "/etc/passwd": permission denied)");

    config = shell_config("true");
    config.working_dir = "/no/such/directory";
    const auto fourth = co_await node.create(pod, config);
    started = co_await node.runtime().start_container(fourth);
    REQUIRE(!started);
    const auto wrong = co_await node.container(fourth);
    CHECK(wrong.exit_code == 128);
    CHECK(wrong.reason == "StartError");

    config.command.clear();
    auto none = co_await node.runtime().create_container(pod, config);
    REQUIRE(!none);
    CHECK(none.error().message.find("has no images") != std::string::npos);
  });
}

TEST_CASE("a container is asked to stop, then made to") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    const auto polite =
        co_await node.shell(pod, "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.05; done");
    const auto plain = co_await node.shell(pod, "exec sleep 1000");
    const auto deaf = co_await node.shell(pod, "trap '' TERM; echo ready; while :; do sleep 0.05; done");
    co_await output_of(node, polite, "true");
    for (const auto& id : {polite, deaf}) {
      auto c = co_await node.container(id);
      while (Node::log_text(c.log_path).find("ready") == std::string::npos)
        co_await base::sleep_for(std::chrono::milliseconds(10));
    }
    auto stopped = co_await node.runtime().stop_container(polite, seconds(20));
    CHECK(stopped);
    const auto first = co_await node.container(polite);
    CHECK(first.state == State::exited);
    CHECK(first.exit_code == 7);
    stopped = co_await node.runtime().stop_container(plain, seconds(20));
    const auto second = co_await node.container(plain);
    CHECK(second.exit_code == 143);
    stopped = co_await node.runtime().stop_container(deaf, seconds(1));
    CHECK(stopped);
    const auto third = co_await node.container(deaf);
    CHECK(third.exit_code == 137);
    stopped = co_await node.runtime().stop_container(deaf, seconds(1));
    CHECK(stopped);
  });
}

TEST_CASE("nothing a container started is left") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    const auto daemon = own_seconds(1), orphan = own_seconds(2), child = own_seconds(3);
    // One of the orphans is in a session of its own.
    const auto id =
        co_await node.shell(pod, "(setsid sleep " + daemon + " & sleep " + orphan + " & sleep " + child +
                                     " & wait) & sleep 0.3; echo started; exec sleep 1000");
    auto c = co_await node.container(id);
    while (Node::log_text(c.log_path).find("started") == std::string::npos)
      co_await base::sleep_for(std::chrono::milliseconds(10));
    CHECK(sleepers(daemon) == 1);
    auto stopped = co_await node.runtime().stop_container(id, seconds(5));
    CHECK(stopped);
    CHECK(sleepers(daemon) + sleepers(orphan) + sleepers(child) == 0);
  });
}

TEST_CASE("the runtime is started again while containers run and end") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    const auto stays = co_await node.shell(pod, "exec sleep 1000");
    const auto ends = co_await node.shell(pod, "sleep 0.3; exit 5");
    const auto before = co_await node.container(stays);
    auto config = shell_config("true", "later");
    config.spec_hash = "4711";
    const auto later = co_await node.create(pod, config);
    co_await node.stop();
    co_await base::sleep_for(std::chrono::milliseconds(600));
    co_await node.start();
    const auto still = co_await node.container(stays);
    CHECK(still.state == State::running);
    CHECK(still.pid == before.pid);
    CHECK(still.started_at == before.started_at);
    CHECK(alive(still.pid));
    const auto gone = co_await node.container(ends);
    CHECK(gone.state == State::exited);
    CHECK(gone.exit_code == 5);
    const auto created = co_await node.container(later);
    CHECK(created.state == State::created);
    CHECK(created.config.spec_hash == "4711");
    const auto info = co_await node.sandbox_info(pod);
    CHECK(info.ready);
    auto stopped = co_await node.runtime().stop_container(stays, seconds(10));
    CHECK(stopped);
    auto started = co_await node.runtime().start_container(later);
    CHECK(started);
    const auto done = co_await node.ended(later);
    CHECK(done.exit_code == 0);
  });
}

TEST_CASE("a killed supervisor takes its container with it, and is noticed") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    const auto id = co_await node.shell(pod, "setsid sleep 984 & exec sleep 1000");
    const auto before = co_await node.container(id);
    StateStore store(std::filesystem::path(before.log_path).parent_path().parent_path().parent_path() /
                     "runtime");
    const auto supervisor = shim::lock_holder(store.container_directory(id));
    REQUIRE(supervisor > 0);
    REQUIRE(::kill(static_cast<pid_t>(supervisor), SIGKILL) == 0);
    const auto c = co_await node.ended(id);
    CHECK(c.exit_code == 137);
    CHECK(c.reason == "Error");
    CHECK(c.message.find("supervisor") != c.message.npos);
    for (int i = 0; i < 500 && alive(before.pid); ++i)
      co_await base::sleep_for(std::chrono::milliseconds(10));
    CHECK(!alive(before.pid));
  });
}

TEST_CASE("rubbish in the state directory does not stop the runtime") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    const auto id = co_await node.shell(pod, "exit 9");
    const auto c = co_await node.ended(id);
    const std::filesystem::path root =
        std::filesystem::path(c.log_path).parent_path().parent_path().parent_path() / "runtime";
    co_await node.stop();
    std::filesystem::create_directories(root / "containers/rubbish");
    std::filesystem::create_directories(root / "sandboxes/empty");
    std::ofstream(root / "containers/rubbish/config.json") << "{\"id\": [";
    std::ofstream(root / "containers/a-file") << "x";
    std::ofstream(root / "containers" / id / "state") << "status=runn";
    co_await node.start();
    auto all = co_await node.runtime().list_containers("");
    REQUIRE(all->size() == 1);
    CHECK(all->front().state == State::exited);
    CHECK(all->front().reason == "Unknown");
    CHECK(all->front().exit_code == 255);
    CHECK(!std::filesystem::exists(root / "containers/rubbish"));
  });
}

TEST_CASE("after a reboot nothing runs") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    const auto id = co_await node.shell(pod, "exit 0");
    const auto c = co_await node.ended(id);
    const auto root = std::filesystem::path(c.log_path).parent_path().parent_path().parent_path() / "runtime";
    StateStore store(root);
    auto state = store.read_state(id);
    REQUIRE(state);
    state->exited = false;
    state->boot_id = "another";
    co_await node.stop();
    store.write_state(id, *state);
    auto set = store.set_ready(pod, {"another", 0, 0});
    CHECK(set);
    co_await node.start();
    const auto after = co_await node.container(id);
    CHECK(after.state == State::exited);
    CHECK(after.exit_code == 255);
    CHECK(after.reason == "Unknown");
    const auto info = co_await node.sandbox_info(pod);
    CHECK(!info.ready);
  });
}

TEST_CASE("each pod has an address of its own, given back at its end") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto first = co_await node.sandbox("one");
    const auto second = co_await node.sandbox("two");
    const auto a = co_await node.sandbox_info(first);
    const auto b = co_await node.sandbox_info(second);
    REQUIRE(a.ips.size() == 1);
    REQUIRE(b.ips.size() == 1);
    CHECK(a.ips != b.ips);
    auto of_one = co_await node.runtime().list_pod_sandboxes("one");
    CHECK(of_one->size() == 1);
    auto stopped = co_await node.runtime().stop_pod_sandbox(first);
    CHECK(stopped);
    const auto after = co_await node.sandbox_info(first);
    CHECK(!after.ready);
    auto removed = co_await node.runtime().remove_pod_sandbox(first);
    CHECK(removed);
    of_one = co_await node.runtime().list_pod_sandboxes("one");
    CHECK(of_one->empty());
  });
}

TEST_CASE("what an agent left can be ended without it") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    const auto id = co_await node.shell(pod, "trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done");
    auto c = co_await node.container(id);
    while (Node::log_text(c.log_path).find("ready") == std::string::npos)
      co_await base::sleep_for(std::chrono::milliseconds(10));
    const auto root = std::filesystem::path(c.log_path).parent_path().parent_path().parent_path() / "runtime";
    co_await node.stop();
    CHECK(shim::run_end(root) == 0);
    CHECK(!alive(c.pid));
    co_await node.start();
    c = co_await node.container(id);
    CHECK(c.exit_code == 3);
  });
}
