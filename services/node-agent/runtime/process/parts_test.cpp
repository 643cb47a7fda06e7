#include <csignal>
#include <fstream>
#include <set>
#include "node-agent/runtime/process/codec.hpp"
#include "node-agent/runtime/process/image_reference.hpp"
#include "node-agent/runtime/process/stop_signal.hpp"
#include "node-agent/runtime/process/testing/node.hpp"

using namespace node_agent::runtime;
using namespace node_agent::runtime::testing;

TEST_CASE("image names") {
  for (const char* good : {"nginx", "nginx:1.25", "library/nginx", "registry.k8s.io/pause:3.9",
                           "localhost:5000/a/b:x", "a/b_c/d__e/f-g---h.i", "localhost/x",
                           "x@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}) {
    INFO(good);
    CHECK(is_image_reference(good));
  }
  for (const char* bad : {"", "Nginx", "nginx:", "nginx:-x", "a//b", "/a", "a/", "a b", "a..b", "a___b",
                          "a@sha256:12", "-a", "http://x/y", "x:y:z"}) {
    INFO(bad);
    CHECK(!is_image_reference(bad));
  }
}

TEST_CASE("names of signals") {
  CHECK(signal_number("") == SIGTERM);
  CHECK(signal_number("SIGTERM") == SIGTERM);
  CHECK(signal_number("QUIT") == SIGQUIT);
  CHECK(signal_number("9") == SIGKILL);
  CHECK(signal_number("SIGRTMIN+3") == SIGRTMIN + 3);
  CHECK(signal_number("RTMAX-1") == SIGRTMAX - 1);
  CHECK(!signal_number("SIGNONE"));
  CHECK(!signal_number("0"));
  CHECK(!signal_number("SIGRTMIN+99"));
}

TEST_CASE("a container's configuration survives its file") {
  Container in;
  in.id = "id";
  in.sandbox_id = "pod";
  in.created_at = base::SystemTime(std::chrono::nanoseconds(1234567890123456789));
  in.config = shell_config("echo \"x\"\n");
  in.config.envs = {{"A", "1\n2"}, {"B", ""}};
  in.config.mounts = {{"/a", "/b", true, true}};
  in.config.labels = {{"k", "v"}};
  in.config.resources.memory_limit_bytes = 5;
  in.config.run_as_user = 7;
  in.config.tty = true;
  const auto out = decode_container(encode(in));
  REQUIRE(out);
  CHECK(out->created_at == in.created_at);
  CHECK(out->config.command == in.config.command);
  CHECK(out->config.envs == in.config.envs);
  REQUIRE(out->config.mounts.size() == 1);
  CHECK(out->config.mounts[0].host_path == "/b");
  CHECK(out->config.mounts[0].optional);
  CHECK(out->config.resources.memory_limit_bytes == 5);
  CHECK(out->config.run_as_user == 7);
  CHECK(out->config.run_as_group == -1);
  CHECK(out->config.tty);
  CHECK(encode(*out) == encode(in));
  CHECK(!decode_container("{}"));
  CHECK(!decode_container("nonsense"));
}

TEST_CASE("addresses are given once, and again when their owner has gone") {
  TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "pod-a");
  std::filesystem::create_directory(directory / "pod-b");
  PodAddresses one(loopback_range(), {directory / "addresses"}),
      other(loopback_range(), {directory / "addresses"});
  const auto a = one.acquire(directory / "pod-a"), b = other.acquire(directory / "pod-b");
  REQUIRE(a);
  REQUIRE(b);
  CHECK(*a != *b);
  CHECK(a->starts_with("127."));
  const auto again = other.acquire(directory / "pod-a");
  REQUIRE(again);
  CHECK(*again != *a);
  other.release(*a, directory / "pod-b");  // Not its own.
  CHECK(std::filesystem::exists(directory / "addresses" / *a));
  std::filesystem::remove(directory / "pod-a");
  std::filesystem::create_directory(directory / "pod-a2");
  // The owner of `a` has gone; whoever asks for the same place now gets it.
  std::filesystem::create_directory(directory / "pod-a");
  std::filesystem::remove(directory / "pod-a");
  one.release(*again, directory / "pod-a");
  CHECK(!std::filesystem::exists(directory / "addresses" / *again));
  one.keep("127.99.1.2", directory / "pod-a2");
  CHECK(std::filesystem::exists(directory / "addresses/127.99.1.2"));
}

TEST_CASE("a small range is used up, and not beyond") {
  TemporaryDirectory directory;
  const auto range = parse_range("10.1.2.4/30");
  REQUIRE(range);
  PodAddresses addresses(*range, {directory / "addresses"});
  std::set<std::string> given;
  for (int i = 0; i < 4; ++i) {
    const auto address = addresses.acquire(directory.path());
    REQUIRE(address);
    given.insert(*address);
  }
  CHECK(given == std::set<std::string>{"10.1.2.4", "10.1.2.5", "10.1.2.6", "10.1.2.7"});
  const auto more = addresses.acquire(directory.path());
  REQUIRE(!more);
  CHECK(more.error().is(base::Errc::resource_exhausted));
  for (const char* bad : {"", "10.1.2.0", "10.1.2.0/", "10.1.2.0/33", "x/24", "fd00::/64", "10.1.2.0/24x"})
    CHECK(!parse_range(bad));
}
