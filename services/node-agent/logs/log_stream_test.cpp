#include "node-agent/logs/log_stream.hpp"
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include "base/random.hpp"
#include "client/testing/run.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "node-agent/logs/log_file.hpp"

using namespace node_agent::logs;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct TempDir {
  fs::path path = fs::temp_directory_path() / ("logs-test-" + base::random_name_suffix(8));
  TempDir() { fs::create_directories(path); }
  ~TempDir() { fs::remove_all(path); }
};

void append(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::app) << "2026-01-01T00:00:01Z stdout F " << text << "\n";
}

}  // namespace

TEST_CASE("the last lines of a long file") {
  TempDir dir;
  const auto path = dir.path / "0.log";
  for (int i = 0; i < 5000; ++i)
    append(path, std::to_string(i));
  auto file = LogFile::open(path).value();
  REQUIRE(file.seek_tail(2).has_value());
  CHECK(file.read(1000).value() ==
        "2026-01-01T00:00:01Z stdout F 4998\n2026-01-01T00:00:01Z stdout F 4999\n");
  REQUIRE(file.seek_tail(4000).has_value());
  CHECK(file.read(36).value().ends_with("1000\n2"));
  REQUIRE(file.seek_tail(1'000'000).has_value());
  CHECK(file.read(32).value().ends_with("F 0\n"));
  CHECK(LogFile::open(dir.path / "none").error().is(base::Errc::not_found));
}

TEST_CASE("a followed log goes on over rotations until the container ends") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    TempDir dir;
    const auto path = dir.path / "0.log";
    append(path, "one");
    bool running = true;
    StillRunning still = [&]() -> base::Awaitable<bool> { co_return running; };
    http::ServerOptions server_options;
    auto server =
        http::Server::listen(ex, std::move(server_options), [&](http::Exchange& x) -> base::Awaitable<void> {
          LogOptions o;
          o.follow = true;
          auto sent = co_await send_log(x, ex, path, std::move(o), still);
          base::ignore_error(std::move(sent));
        }).value();
    http::ClientOptions options;
    options.endpoints.push_back("http://127.0.0.1:" + std::to_string(server->port()));
    auto client = http::Client::create(ex, std::move(options));
    http::Request request;
    request.path = "/";
    auto stream = co_await client->open(std::move(request));
    REQUIRE(stream.has_value());
    auto piece = co_await (*stream)->read_some();
    CHECK(piece.value() == "one\n");
    append(path, "two");
    fs::rename(path, dir.path / "0.log.1");
    append(path, "three");
    std::string rest;
    while (rest.size() < 10) {
      piece = co_await (*stream)->read_some();
      rest += piece.value();
    }
    CHECK(rest == "two\nthree\n");
    append(path, "four");
    running = false;
    rest.clear();
    for (piece = co_await (*stream)->read_some(); !piece.value().empty();
         piece = co_await (*stream)->read_some())
      rest += *piece;
    CHECK(rest == "four\n");
    client->close();
    co_await server->stop(0ms);
  });
}
