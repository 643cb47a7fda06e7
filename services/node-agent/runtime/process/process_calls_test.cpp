#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include "node-agent/runtime/process/testing/node.hpp"

using namespace node_agent::runtime;
using namespace node_agent::runtime::testing;
using Kind = ProcessStream::Output::Kind;
using std::chrono::seconds;

namespace {

void everywhere(std::function<base::Awaitable<void>(Node&)> test) {
  for (const auto& isolation : isolations()) {
    INFO("isolation " << isolation);
    ProcessRuntimeOptions options;
    options.isolation = isolation;
    on_node(options, test);
  }
}

struct Said {
  std::string out, err;
  int exit_code = -1;
};

/// Until the end.
base::Awaitable<Said> listen(std::shared_ptr<ProcessStream> stream) {
  Said said;
  for (;;) {
    auto output = co_await stream->read();
    INFO((output ? "" : output.error().message));
    REQUIRE(output);
    if (output->kind == Kind::out) said.out += output->data;
    if (output->kind == Kind::err) said.err += output->data;
    if (output->kind != Kind::end) continue;
    said.exit_code = output->exit_code;
    co_return said;
  }
}

}  // namespace

TEST_CASE("exec gives output, input and an exit code") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    auto config = shell_config("exec sleep 1000");
    config.envs = {{"COLOR", "blue"}};
    const auto id = co_await node.create(pod, config);
    auto started = co_await node.runtime().start_container(id);
    REQUIRE(started);
    const auto color = co_await output_of(node, id, "echo $COLOR $HOSTNAME");
    CHECK(color == "blue pod-host\n");

    std::vector<std::string> command{"sh", "-c", "echo oh >&2; exit 42"};
    auto result = co_await node.runtime().exec_sync(id, command, seconds(20));
    REQUIRE(result);
    CHECK(result->exit_code == 42);
    CHECK(result->err == "oh\n");

    command = {"/no/such"};
    result = co_await node.runtime().exec_sync(id, command, seconds(20));
    REQUIRE(!result);
    CHECK(result.error().message == R"(exec: "/no/such": stat /no/such: no such file or directory)");

    command = {"sh", "-c", "yes | head -c 1000000"};
    result = co_await node.runtime().exec_sync(id, command, seconds(20));
    REQUIRE(result);
    CHECK(result->out.size() == output_bytes_max);

    command = {"sh", "-c", "sleep 983"};
    result = co_await node.runtime().exec_sync(id, command, seconds(1));
    REQUIRE(!result);
    CHECK(result.error().is(base::Errc::deadline_exceeded));

    Runtime::ExecOptions options;
    options.command = {"sh", "-c", "wc -c; exit 6"};
    options.stdin_ = options.stdout_ = options.stderr_ = true;
    auto stream = co_await node.runtime().exec(id, options);
    REQUIRE(stream);
    for (int i = 0; i < 10; ++i) {
      auto written = co_await (*stream)->write(std::string(50'000, 'x'));
      CHECK(written);
    }
    co_await (*stream)->close_input();
    const auto said = co_await listen(*stream);
    CHECK(said.out.find("500000") != said.out.npos);
    CHECK(said.exit_code == 6);
  });
}

TEST_CASE("exec with a terminal") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    const auto id = co_await node.shell(pod, "exec sleep 1000");
    Runtime::ExecOptions options;
    options.command = {"sh", "-c", "read line; echo got $line; stty size; tty >/dev/null && exit 4"};
    options.stdin_ = options.stdout_ = options.tty = true;
    auto stream = co_await node.runtime().exec(id, options);
    REQUIRE(stream);
    co_await (*stream)->resize(123, 45);
    auto written = co_await (*stream)->write("hello\n");
    CHECK(written);
    const auto said = co_await listen(*stream);
    CHECK(said.out.find("got hello\r\n") != said.out.npos);
    CHECK(said.out.find("45 123") != said.out.npos);
    CHECK(said.exit_code == 4);
  });
}

TEST_CASE("an abandoned exec is ended") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    const auto id = co_await node.shell(pod, "exec sleep 1000");
    const auto time = own_seconds(4);
    Runtime::ExecOptions options;
    options.command = {"sh", "-c", "echo here; exec sleep " + time};
    options.stdout_ = true;
    auto stream = co_await node.runtime().exec(id, options);
    REQUIRE(stream);
    auto first = co_await (*stream)->read();
    REQUIRE(first);
    CHECK(first->data == "here\n");
    (*stream)->abandon();
    for (int i = 0; i < 1000 && sleepers(time) > 0; ++i)
      co_await base::sleep_for(std::chrono::milliseconds(10));
    CHECK(sleepers(time) == 0);
  });
}

TEST_CASE("attach talks to the container itself") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    const auto pod = co_await node.sandbox();
    auto config = shell_config("while read line; do echo got $line; [ $line = end ] && exit 2; done; exit 1");
    config.stdin_ = true;
    const auto id = co_await node.create(pod, config);
    auto started = co_await node.runtime().start_container(id);
    REQUIRE(started);
    Runtime::ExecOptions options;
    options.stdin_ = options.stdout_ = options.stderr_ = true;
    auto stream = co_await node.runtime().attach(id, options);
    REQUIRE(stream);
    auto written = co_await (*stream)->write("one\nend\n");
    CHECK(written);
    const auto said = co_await listen(*stream);
    CHECK(said.out == "got one\ngot end\n");
    CHECK(said.exit_code == 2);
    const auto c = co_await node.ended(id);
    CHECK(c.exit_code == 2);
    CHECK(Node::log_text(c.log_path) == "got one\ngot end\n");
  });
}

TEST_CASE("port-forward reaches what listens on the pod's address") {
  everywhere([](Node& node) -> base::Awaitable<void> {
    namespace asio = boost::asio;
    auto ex = co_await asio::this_coro::executor;
    const auto pod = co_await node.sandbox();
    const auto info = co_await node.sandbox_info(pod);
    asio::ip::tcp::acceptor server(ex, {asio::ip::make_address(info.ips.front()), 0});
    const auto port = server.local_endpoint().port();
    auto stream = co_await node.runtime().port_forward(pod, port);
    REQUIRE(stream);
    auto peer = server.accept();
    auto written = co_await (*stream)->write("ping");
    CHECK(written);
    char text[4];
    peer.receive(asio::buffer(text));
    CHECK(std::string(text, 4) == "ping");
    peer.send(asio::buffer("pong", 4));
    auto answer = co_await (*stream)->read();
    REQUIRE(answer);
    CHECK(answer->data == "pong");
    peer.close();
    answer = co_await (*stream)->read();
    REQUIRE(answer);
    CHECK(answer->kind == Kind::end);
    server.close();
    stream = co_await node.runtime().port_forward(pod, port);
    CHECK(!stream);
  });
}
