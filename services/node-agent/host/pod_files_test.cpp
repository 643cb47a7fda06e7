#include "node-agent/host/pod_files.hpp"
#include <catch2/catch.hpp>
#include <filesystem>
#include "node-agent/host/container_config.hpp"
#include "node-agent/volumes/testing.hpp"

using namespace node_agent::host;
namespace runtime = node_agent::runtime;
namespace fs = std::filesystem;
using node_agent::pods::PodIdentity;
using node_agent::volumes::testing::TempDirectory;
using node_agent::volumes::testing::write;

namespace {

runtime::Container ended(const std::string& log_path, int code, const std::string& policy) {
  runtime::Container c;
  c.config.name = "web";
  c.config.attempt = 2;
  c.exit_code = code;
  c.log_path = log_path;
  c.config.annotations = {{message_path_annotation, "/dev/termination-log"},
                          {message_policy_annotation, policy}};
  return c;
}

std::string log_line(const std::string& text, const char* tag = "F") {
  return "2026-01-02T03:04:05.000000006Z stderr " + std::string(tag) + " " + text + "\n";
}

}  // namespace

TEST_CASE("last words are the message, or the end of the log of a container that failed") {
  TempDirectory dir;
  const PodFiles files(dir.path());
  REQUIRE(files.make_directories({"u1", "ns", "web"}).has_value());
  const auto log = dir / "logs/pods/ns_web_u1/web/2.log";
  write(log, log_line("one") + log_line("tw", "P") + log_line("o"));
  const std::string fallback = "FallbackToLogsOnError";
  CHECK(files.last_words("u1", ended(log, 1, "File")) == "");
  CHECK(files.last_words("u1", ended(log, 1, fallback)) == "one\ntwo\n");
  CHECK(files.last_words("u1", ended(log, 0, fallback)) == "");
  CHECK(files.last_words("u1", ended(dir / "none", 1, fallback)) == "");

  REQUIRE(files.make_message("u1", "web", 2).has_value());
  const auto message = files.message_path("u1", "web", 2);
  CHECK(node_agent::volumes::testing::mode_of(message) == 0666);
  CHECK(files.last_words("u1", ended(log, 1, fallback)) == "one\ntwo\n");
  write(message, "why\xff");
  CHECK(files.last_words("u1", ended(log, 1, fallback)) == "why\xef\xbf\xbd");
  write(message, std::string(5000, 'x') + "end");
  const auto cut = files.last_words("u1", ended(log, 0, "File"));
  CHECK(cut.size() == 4096);
  CHECK(cut.ends_with("xend"));
}

TEST_CASE("the end of a log") {
  std::string log;
  for (int i = 0; i < 100; ++i)
    log += log_line("line " + std::to_string(i));
  const auto lines = end_of_log("cut off\n" + log);
  CHECK(lines.starts_with("line 20\n"));
  CHECK(lines.ends_with("line 99\n"));
  CHECK(end_of_log(log_line(std::string(5000, 'x'))).size() == 2048);
  CHECK(end_of_log("") == "");
}

TEST_CASE("files go with their container and with their pod") {
  TempDirectory dir;
  const PodFiles files(dir.path());
  REQUIRE(files.make_directories({"u1", "ns", "web"}).has_value());
  REQUIRE(files.make_message("u1", "web", 2).has_value());
  const auto logs = dir / "logs/pods/ns_web_u1/web/";
  for (const auto* name : {"2.log", "2.log.20260102-030405", "12.log", "3.log"})
    write(logs + name, "x");
  files.remove_container("u1", ended(logs + "2.log", 0, "File"));
  CHECK_FALSE(fs::exists(logs + "2.log"));
  CHECK_FALSE(fs::exists(logs + "2.log.20260102-030405"));
  CHECK(fs::exists(logs + "12.log"));
  CHECK(fs::exists(logs + "3.log"));
  CHECK_FALSE(fs::exists(files.message_path("u1", "web", 2)));

  REQUIRE(files.make_directories({"u2", "ns", "other"}).has_value());
  fs::create_directories(dir / "pods/u3");
  const auto found = files.pods();
  REQUIRE(found.size() == 3);
  REQUIRE(files.remove_pod("u1").has_value());
  REQUIRE(files.remove_pod("u3").has_value());
  const auto left = files.pods();
  REQUIRE(left.size() == 1);
  CHECK(left[0].uid == "u2");
  CHECK(left[0].ns == "ns");
  CHECK(left[0].name == "other");
  CHECK_FALSE(fs::exists(dir / "logs/pods/ns_web_u1"));
  REQUIRE(files.remove_pod("u1").has_value());
}

TEST_CASE("text that is not UTF-8 is made so") {
  CHECK(valid_utf8("ä") == "ä");
  CHECK(valid_utf8("a\xc3") == "a\xef\xbf\xbd");
  CHECK(valid_utf8("\x80ö") == "\xef\xbf\xbdö");
}
