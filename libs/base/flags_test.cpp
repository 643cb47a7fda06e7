#include "base/flags.hpp"
#include <catch2/catch.hpp>

namespace base {
namespace {

using namespace std::chrono_literals;

struct Example {
  std::string name = "x";
  bool on = false;
  int port = 6443;
  std::chrono::nanoseconds wait = 15s;
  std::vector<std::string> servers = {"default"};
  Flags flags{"example", "Shows flags."};
  Example() {
    flags.add("name", &name, "A name.").add("on", &on, "A switch.").add("secure-port", &port, "A port.");
    flags.section("More").add("wait", &wait, "A time.").add("etcd-servers", &servers, "Where the store is.");
  }
  Result<std::vector<std::string>> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "example");
    return flags.parse(static_cast<int>(words.size()), words.data());
  }
};

TEST_CASE("flags take values in upstream's forms") {
  Example e;
  const auto rest = e.parse({"--name=a", "--on", "--secure-port", "1", "--wait=1h15m", "--etcd-servers=a,b",
                             "--etcd-servers=c", "file"});
  REQUIRE(rest.has_value());
  CHECK(*rest == std::vector<std::string>{"file"});
  CHECK(e.name == "a");
  CHECK(e.on);
  CHECK(e.port == 1);
  CHECK(e.wait == 75min);
  CHECK(e.servers == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("a wrong flag is named, with the nearest known one") {
  Example e;
  const auto unknown = e.parse({"--secure-prot=1"});
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().message.find("did you mean --secure-port?") != std::string::npos);
  CHECK(e.parse({"--secure-port=abc"}).error().message.find("--secure-port") != std::string::npos);
  CHECK_FALSE(e.parse({"--name"}).has_value());
  CHECK_FALSE(e.parse({"--on=maybe"}).has_value());
}

TEST_CASE("the help shows every flag with its default") {
  Example e;
  const auto help = e.flags.help();
  for (auto part :
       {"--secure-port int  (default 6443)", "--wait duration  (default 15s)", "More:", "A switch."})
    CHECK(help.find(part) != std::string::npos);
  REQUIRE(e.parse({"--help"}).has_value());
  CHECK(e.flags.help_requested());
}

TEST_CASE("durations") {
  CHECK(*parse_duration("300ms") == 300ms);
  CHECK(*parse_duration("1.5h") == 90min);
  CHECK(*parse_duration("-2s") == -2s);
  for (auto bad : {"", "1", "s", "1x", "1.2.3s", "1h m"})
    CHECK_FALSE(parse_duration(bad).has_value());
  CHECK(format_duration(75min) == "1h15m0s");
  CHECK(format_duration(300ms) == "300ms");
  CHECK(format_duration(1500ms) == "1.5s");
}

}  // namespace
}  // namespace base
