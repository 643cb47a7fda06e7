#include "http/client.hpp"
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <catch2/catch.hpp>
#include "http/testing.hpp"

namespace http {
namespace {

using namespace std::chrono_literals;
using testing::Certificates;
using testing::run;

std::string url_of(const Server& server, const char* scheme = "http") {
  return std::string(scheme) + "://127.0.0.1:" + std::to_string(server.port());
}

std::shared_ptr<Client> client_of(base::Executor ex, std::vector<std::string> endpoints,
                                  std::shared_ptr<TlsContext> tls = nullptr) {
  ClientOptions options;
  options.endpoints = std::move(endpoints);
  options.tls = std::move(tls);
  options.request_timeout = 5s;
  return Client::create(ex, options);
}

Request request(std::string method, std::string path, std::string body = {}) {
  Request r;
  r.method = std::move(method);
  r.path = std::move(path);
  r.body = std::move(body);
  return r;
}

std::unique_ptr<Server> serve(base::Executor ex, Handler handler, std::shared_ptr<TlsContext> tls = nullptr) {
  ServerOptions options;
  options.tls = std::move(tls);
  return Server::listen(ex, options, std::move(handler)).value();
}

Handler answering(std::string text) {
  return [text](Exchange& e) -> base::Awaitable<void> {
    auto body = co_await e.read_body(100'000'000);
    Response r;
    r.body = text + (body ? *body : std::string("cut"));
    co_await e.respond(std::move(r));
  };
}

TEST_CASE("requests and large bodies go both ways over TLS, on one kept connection") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    const Certificates certificates;
    auto server = serve(ex, answering("got "), certificates.server());
    auto client = client_of(ex, {url_of(*server, "https")}, certificates.client());
    for (int i = 0; i < 3; ++i) {
      auto r = co_await client->send(request("GET", "/"));
      CHECK(r.has_value());
      if (r) CHECK(r->body == "got ");
    }
    CHECK(server->connections() == 1);
    const std::string large(3'000'000, 'x');
    auto r = co_await client->send(request("POST", "/", large));
    CHECK(r.has_value());
    if (r) CHECK(r->body.size() == large.size() + 4);
    client->close();
    co_await server->stop(1s);
  });
}

TEST_CASE("a server whose certificate names another host or authority is refused") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    const Certificates own, other;
    auto server = serve(ex, answering(""), own.server());
    auto client = client_of(ex, {url_of(*server, "https")}, other.client());
    auto r = co_await client->send(request("GET", "/"));
    CHECK_FALSE(r.has_value());
    if (!r) CHECK(r.error().code == base::Errc::unavailable);
    co_await server->stop(1s);
  });
}

TEST_CASE("a dead endpoint is skipped, a preferred one comes first") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    auto a = serve(ex, answering("a")), b = serve(ex, answering("b"));
    const std::string dead = "http://127.0.0.1:1";
    auto client = client_of(ex, {dead, url_of(*a), url_of(*b)});
    auto first = co_await client->send(request("POST", "/"));
    CHECK((first.has_value() && first->body == "a"));
    client->prefer(url_of(*b));
    auto second = co_await client->send(request("POST", "/"));
    CHECK((second.has_value() && second->body == "b"));
    client->close();
    co_await a->stop(1s);
    co_await b->stop(1s);
  });
}

TEST_CASE("no answer in time is deadline_exceeded; a write that broke has an unknown outcome") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    auto slow = [](Exchange& e) -> base::Awaitable<void> {
      co_await base::sleep_for(10s);
      co_await e.respond(Response());
    };
    auto server = serve(ex, slow);
    auto client = client_of(ex, {url_of(*server)});
    auto late = co_await client->send(request("GET", "/"), 100ms);
    CHECK_FALSE(late.has_value());
    if (!late) CHECK(late.error().code == base::Errc::deadline_exceeded);
    co_await server->stop(0ms);

    using tcp = boost::asio::ip::tcp;
    tcp::acceptor acceptor(ex, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    base::TaskGroup group(co_await boost::asio::this_coro::executor, "closer");
    group.spawn("close", [&acceptor]() -> base::Awaitable<void> {
      auto socket = co_await acceptor.async_accept(boost::asio::use_awaitable);
      char byte[1];
      co_await socket.async_read_some(boost::asio::buffer(byte), boost::asio::use_awaitable);
    });
    auto broken = client_of(ex, {"http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port())});
    auto r = co_await broken->send(request("POST", "/", "x"));
    CHECK_FALSE(r.has_value());
    if (!r) CHECK(r.error().code == base::Errc::unknown_outcome);
    co_await group.join();
  });
}

TEST_CASE("streams: pieces arrive as they are sent, both ways at once, and the end is told from a break") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    auto echo = [](Exchange& e) -> base::Awaitable<void> {
      auto writer = co_await e.start(200, Headers());
      while (writer) {
        auto piece = co_await e.read_some();
        if (!piece || piece->empty()) break;
        std::vector<SharedBytes> out{make_bytes("<" + *piece + ">")};
        co_await (*writer)->write(std::move(out));
      }
      if (e.request().path == "/whole") co_await (*writer)->finish();
    };
    auto server = serve(ex, echo);
    auto client = client_of(ex, {url_of(*server)});
    for (const std::string path : {"/whole", "/cut"}) {
      auto stream = co_await client->open_duplex(request("POST", path));
      REQUIRE(stream.has_value());
      std::string got;
      for (const std::string word : {"one", "two"}) {
        const auto written = co_await (*stream)->write(word);
        CHECK(written.has_value());
        if (word == "one") {
          const auto head = co_await (*stream)->wait_head();
          CHECK(head.has_value());
        }
        auto piece = co_await (*stream)->read_some();
        CHECK((piece ? *piece : piece.error().message) == "<" + word + ">");
      }
      const auto finished = co_await (*stream)->finish();
      CHECK(finished.has_value());
      auto end = co_await (*stream)->read_some();
      CHECK(end.has_value() == (path == "/whole"));
    }
    client->close();
    co_await server->stop(1s);
  });
}

TEST_CASE("a peer that goes away cancels the handler that streams to it") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    bool cancelled = false;
    auto forever = [&cancelled](Exchange& e) -> base::Awaitable<void> {
      auto writer = co_await e.start(200, Headers());
      cancelled = !co_await base::sleep_for(10s);
    };
    auto server = serve(ex, forever);
    auto client = client_of(ex, {url_of(*server)});
    {
      auto stream = co_await client->open(request("GET", "/watch"));
      CHECK(stream.has_value());
    }
    for (int i = 0; i < 200 && !cancelled; ++i)
      co_await base::sleep_for(10ms);
    CHECK(cancelled);
    co_await server->stop(1s);
  });
}

TEST_CASE("after a streamed answer the connection serves the next request") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    auto handler = [](Exchange& e) -> base::Awaitable<void> {
      Headers headers;
      auto writer = co_await e.start(200, std::move(headers));
      if (!writer) co_return;
      std::vector<SharedBytes> piece{make_bytes("stream of " + e.request().path)};
      co_await (*writer)->write(std::move(piece));
      co_await (*writer)->finish();
    };
    const Certificates certificates;
    auto server = serve(ex, handler, certificates.server());
    auto client = client_of(ex, {url_of(*server, "https")}, certificates.client());
    for (const std::string path : {"/1", "/2", "/3"}) {
      auto r = co_await client->send(request("GET", path));
      CHECK(r.has_value());
      if (r) CHECK(r->body == "stream of " + path);
    }
    CHECK(server->connections() == 1);
    client->close();
    co_await server->stop(1s);
  });
}

TEST_CASE("websockets agree on a subprotocol and carry messages") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    auto handler = [](Exchange& e) -> base::Awaitable<void> {
      std::vector<std::string> ours{"v5.channel.k8s.io", "v4.channel.k8s.io"};
      auto ws = co_await e.upgrade_websocket(std::move(ours));
      if (!ws) {
        Response refusal;
        refusal.status = 400;
        co_await e.respond(std::move(refusal));
        co_return;
      }
      while (auto m = co_await (*ws)->read())
        co_await (*ws)->write("echo " + m->data, m->binary);
    };
    auto server = serve(ex, handler);
    auto client = client_of(ex, {url_of(*server)});
    std::vector<std::string> offer{"v4.channel.k8s.io"}, unknown{"v9"};
    auto ws = co_await client->websocket(request("GET", "/exec"), std::move(offer));
    REQUIRE(ws.has_value());
    CHECK((*ws)->subprotocol() == "v4.channel.k8s.io");
    co_await (*ws)->write("hi", true);
    auto answer = co_await (*ws)->read();
    CHECK((answer.has_value() && answer->data == "echo hi" && answer->binary));
    co_await (*ws)->close();
    auto refused = co_await client->websocket(request("GET", "/exec"), std::move(unknown));
    CHECK_FALSE(refused.has_value());
    co_await server->stop(1s);
  });
}

}  // namespace
}  // namespace http
