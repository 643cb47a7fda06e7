#include "node-agent/runtime/process/netns.hpp"
#include <net/if.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include "node-agent/runtime/process/testing/node.hpp"

using namespace node_agent;
using namespace node_agent::runtime;
using namespace node_agent::runtime::testing;

namespace {

// Answers every connection to port 8080 with its own address; on localhost too.
constexpr const char* server =
    "exec python3 -c 'import http.server,socketserver\n"
    "class H(http.server.BaseHTTPRequestHandler):\n"
    "  def do_GET(self):\n"
    "    self.send_response(200); self.end_headers(); self.wfile.write(b\"peer "
    "\"+self.client_address[0].encode())\n"
    "  def log_message(self,*a): pass\n"
    "s=socketserver.TCPServer((\"\",8080),H); print(\"ready\",flush=True); s.serve_forever()'";

std::string fetch(const std::string& address) {
  return "python3 -c 'import urllib.request as u; print(u.urlopen(\"http://" + address +
         ":8080/\",timeout=10).read().decode(),end=\"\")'";
}

/// Whether this machine lets us do all of it; tried by doing it.
bool permitted() {
  bool out = false;
  on_node({}, [&out](Node& node) -> base::Awaitable<void> {
    out = node.runtime().isolation() == shim::Isolation::full && allow_forwarding().has_value();
    co_return;
  });
  return out;
}

base::Awaitable<void> await_line(Node& node, std::string id) {
  const auto c = co_await node.container(id);
  for (int i = 0; i < 3000 && Node::log_text(c.log_path).find("ready") == std::string::npos; ++i)
    co_await base::sleep_for(std::chrono::milliseconds(10));
}

}  // namespace

TEST_CASE("pods in network namespaces reach each other and the machine, and are reached") {
  if (!permitted()) {
    WARN("network namespaces are not permitted here");
    return;
  }
  ProcessRuntimeOptions options;
  options.network = ProcessRuntimeOptions::Network::netns;
  options.pod_cidr = "10.213.77.0/24";
  on_node(options, [](Node& node) -> base::Awaitable<void> {
    const auto a = co_await node.sandbox("a"), b = co_await node.sandbox("b");
    const auto in_a = co_await node.sandbox_info(a), in_b = co_await node.sandbox_info(b);
    REQUIRE(in_a.ips.size() == 1);
    CHECK(in_a.ips[0].starts_with("10.213.77."));
    auto first = shell_config(server, "first"), second = shell_config(server, "second");
    const auto server_a = co_await node.create(a, first), server_b = co_await node.create(b, second);
    auto started = co_await node.runtime().start_container(server_a);
    REQUIRE(started);
    started = co_await node.runtime().start_container(server_b);  // The same port: it is another network.
    REQUIRE(started);
    co_await await_line(node, server_a);
    co_await await_line(node, server_b);

    const auto across = co_await output_of(node, server_a, fetch(in_b.ips[0]));
    CHECK(across == "peer " + in_a.ips[0]);
    const auto own = co_await output_of(node, server_a, fetch("127.0.0.1"));
    CHECK(own == "peer 127.0.0.1");
    auto stream = co_await node.runtime().port_forward(a, 8080);
    REQUIRE(stream);
    auto written = co_await (*stream)->write("GET / HTTP/1.0\r\n\r\n");
    CHECK(written);
    std::string answer;
    for (;;) {
      auto output = co_await (*stream)->read();
      if (!output || output->kind == ProcessStream::Output::Kind::end) break;
      answer += output->data;
    }
    CHECK(answer.find("peer 127.0.0.1") != answer.npos);
    // From the machine, as probes do.
    const auto ex = co_await boost::asio::this_coro::executor;
    boost::asio::ip::tcp::socket from_here(ex);
    boost::system::error_code error;
    from_here.connect({boost::asio::ip::make_address(in_b.ips[0]), 8080}, error);
    CHECK(!error);
    // What runs survives a new runtime object, network and all.
    co_await node.start();
    const auto again = co_await output_of(node, server_b, fetch(in_a.ips[0]));
    CHECK(again == "peer " + in_b.ips[0]);
    const auto link = link_name(a);
    CHECK(::if_nametoindex(link.c_str()) != 0);
    auto removed = co_await node.runtime().remove_pod_sandbox(a);
    CHECK(removed);
    CHECK(::if_nametoindex(link.c_str()) == 0);
  });
}
