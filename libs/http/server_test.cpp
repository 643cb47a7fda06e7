#include "http/server.hpp"
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include "http/testing.hpp"

namespace http {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using testing::Certificates;
using testing::run;

/// Answers with who asked, what, and the body.
base::Awaitable<void> echo(Exchange& exchange) {
  auto body = co_await exchange.read_body(1'000'000);
  Response response;
  response.status = body ? 200 : 413;
  response.headers.set("X-Who",
                       exchange.peer().verify_error.empty() ? exchange.peer().common_name : "invalid");
  response.body =
      exchange.request().method + " " + exchange.request().path + " " + (body ? *body : std::string());
  co_await exchange.respond(std::move(response));
}

std::unique_ptr<Server> plain_server(base::Executor ex, Handler handler, ServerOptions options = {}) {
  return Server::listen(ex, std::move(options), std::move(handler)).value();
}

/// Sends raw bytes and returns all that comes back until the server closes.
base::Awaitable<std::string> raw(std::uint16_t port, std::string text) {
  auto ex = co_await asio::this_coro::executor;
  asio::ip::tcp::socket socket(ex);
  const asio::ip::tcp::endpoint to(asio::ip::address_v4::loopback(), port);
  co_await socket.async_connect(to, asio::use_awaitable);
  co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
  std::string answer;
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await asio::async_read(socket, asio::dynamic_buffer(answer), asio::transfer_all(), token);
  co_return answer;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++n;
  return n;
}

TEST_CASE("pipelined requests are answered one after the other, in order") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    auto server = plain_server(ex, echo);
    const std::string text =
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
        "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const auto answer = co_await raw(server->port(), text);
    CHECK(count(answer, "HTTP/1.1 200 OK") == 3);
    CHECK(answer.find("GET /a ") < answer.find("POST /b abcde"));
    CHECK(answer.find("POST /b abcde") < answer.find("GET /c "));
    co_await server->stop(1s);
  });
}

TEST_CASE("what is not HTTP gets 400, an endless head 431, and the server goes on") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    ServerOptions options;
    options.header_bytes_max = 2048;
    auto server = plain_server(ex, echo, options);
    const std::string rubbish = "\x16\x03\x01 rubbish\r\n\r\n", version = "GET / HTTP/9.9\r\n\r\n";
    const auto rubbish_answer = co_await raw(server->port(), rubbish);
    CHECK(rubbish_answer.find("HTTP/1.1 400") == 0);
    const auto version_answer = co_await raw(server->port(), version);
    CHECK(version_answer.find("HTTP/1.1 505") == 0);
    const std::string endless = "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(5000, 'a') + "\r\n\r\n";
    const auto endless_answer = co_await raw(server->port(), endless);
    CHECK(endless_answer.find("HTTP/1.1 431") == 0);
    const std::string smuggled =
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    const auto smuggled_answer = co_await raw(server->port(), smuggled);
    CHECK(smuggled_answer.find("HTTP/1.1 400") == 0);
    const std::string good = "GET /ok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const auto good_answer = co_await raw(server->port(), good);
    CHECK(good_answer.find("GET /ok") != std::string::npos);
    co_await server->stop(1s);
  });
}

TEST_CASE("a head that never ends is cut off after the header timeout") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    ServerOptions options;
    options.header_timeout = 200ms;
    auto server = plain_server(ex, echo, options);
    const std::string half = "GET / HTTP/1.1\r\nHo";
    const auto begin = std::chrono::steady_clock::now();
    co_await raw(server->port(), half);
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
    co_await server->stop(1s);
  });
}

TEST_CASE("a handler that throws or forgets to answer gives 500") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    auto handler = [](Exchange& e) -> base::Awaitable<void> {
      if (e.request().path == "/throw") throw std::runtime_error("a bug");
      co_return;
    };
    auto server = plain_server(ex, handler);
    for (const std::string path : {"/throw", "/silent"}) {
      const std::string text = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      const auto text_answer = co_await raw(server->port(), text);
      CHECK(text_answer.find("HTTP/1.1 500") == 0);
    }
    co_await server->stop(1s);
  });
}

TEST_CASE("client certificates: verified, absent, and ones that do not verify") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    const Certificates own, foreign;
    ServerOptions options;
    options.tls = own.server();
    auto server = plain_server(ex, echo, options);
    const std::string url = "https://127.0.0.1:" + std::to_string(server->port());
    struct Case {
      std::shared_ptr<TlsContext> tls;
      std::string who;
    };
    const auto expired = own.issue("late", std::chrono::hours(-1));
    const auto stranger = foreign.issue("admin");
    const std::vector<Case> cases{{own.client(own.issue("admin")), "admin"},
                                  {own.client(), ""},
                                  {own.client(expired), "invalid"},
                                  {own.client(stranger), "invalid"}};
    for (const auto& c : cases) {
      ClientOptions client_options;
      client_options.endpoints = {url};
      client_options.tls = c.tls;
      auto client = Client::create(ex, client_options);
      Request request;
      request.path = "/who";
      auto response = co_await client->send(std::move(request));
      CHECK(response.has_value());
      if (response) CHECK(response->headers.get("X-Who") == c.who);
    }
    co_await server->stop(1s);
  });
}

}  // namespace
}  // namespace http
