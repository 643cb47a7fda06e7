#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include "coxctl/store/commands.hpp"
#include "coxctl/store/explain.hpp"
#include "coxctl/store/progress.hpp"
#include "coxctl/store/tree.hpp"

namespace coxctl::store {
namespace {

using namespace std::chrono_literals;

Found find(std::vector<const char*> words) {
  return find_command(commands(), words);
}
std::string path_of(const Found& found) {
  return found.entry ? std::string(found.entry->path) : "";
}

TEST_CASE("a command is found among flags") {
  CHECK(path_of(find({"endpoint", "status"})) == "endpoint status");
  const Found mixed =
      find({"--endpoints", "status", "endpoint", "--cluster", "status", "-w", "table", "--hex"});
  CHECK(path_of(mixed) == "endpoint status");
  const std::vector<std::string> rest(mixed.rest.begin(), mixed.rest.end());
  CHECK(rest == std::vector<std::string>{"--endpoints", "status", "--cluster", "-w", "table", "--hex"});
  const Found more = find({"status", "endpoint", "--", "-x"});
  CHECK(path_of(more) == "status");
  CHECK(more.rest.size() == 3);
}

TEST_CASE("help is asked for in several ways") {
  CHECK(find({"--help"}).help);
  CHECK(find({"help", "endpoint", "status"}).help);
  CHECK(find({"endpoint", "status", "-h"}).help);
  CHECK(path_of(find({"endpoint", "status", "-h"})) == "endpoint status");
  CHECK_FALSE(find({}).entry);
}

TEST_CASE("a wrong word is answered with the nearest command") {
  CHECK(unknown_command(commands(), find({"endpoint", "stat"})) ==
        "there is no command \"endpoint stat\"; did you mean \"endpoint status\"?");
  CHECK(unknown_command(commands(), find({"endpoint"})) == "\"endpoint\" needs one word more");
  CHECK(unknown_command(commands(), find({"xyz"})) == "there is no command \"xyz\"");
}

TEST_CASE("every command has a path and a summary of its own") {
  std::map<std::string_view, int> paths;
  for (const Entry& e : commands()) {
    CHECK(++paths[e.path] == 1);
    CHECK(e.summary.size() < 100);
    CHECK(e.make() != nullptr);
    Options options;
    base::Flags flags("test", "");
    e.make()->add_to(flags);
    CHECK(path_of(find_command(commands(), std::vector<const char*>{std::string(e.path).c_str()})).size() <=
          e.path.size());
  }
}

TEST_CASE("the number of arguments follows from the usage") {
  const auto entry = [](std::string_view arguments) { return Entry{"x", arguments, "", "", nullptr}; };
  CHECK(check_count(entry(""), 0).has_value());
  CHECK_FALSE(check_count(entry(""), 1).has_value());
  CHECK(check_count(entry("KEY [END]"), 2).has_value());
  CHECK_FALSE(check_count(entry("KEY [END]"), 3).has_value());
  CHECK_FALSE(check_count(entry("KEY [END]"), 0).has_value());
  CHECK(check_count(entry("ID..."), 7).has_value());
  CHECK_FALSE(check_count(entry("ID..."), 0).has_value());
  CHECK(check_count(entry("[ID...]"), 0).has_value());
}

base::Result<void> parse(Options& options, std::vector<const char*> words) {
  words.insert(words.begin(), "x");
  base::Flags flags("x", "");
  options.add_to(flags);
  if (auto parsed = flags.parse(static_cast<int>(words.size()), words.data()); !parsed) return parsed.error();
  if (auto checked = options.check(); !checked) return checked;
  return options.complete();
}

TEST_CASE("the command line wins over the environment") {
  const std::map<std::string, const char*> environment = {{"ETCDCTL_ENDPOINTS", "a:1,http://b:2"},
                                                          {"ETCDCTL_CACERT", "ca.crt"},
                                                          {"ETCDCTL_COMMAND_TIMEOUT", "30s"},
                                                          {"ETCDCTL_WRITE_OUT", "json"}};
  const auto get = [&](const char* name) -> const char* {
    const auto hit = environment.find(name);
    return hit == environment.end() ? nullptr : hit->second;
  };
  Options options;
  REQUIRE(options.take_environment(get).has_value());
  REQUIRE(parse(options, {"--write-out=table"}).has_value());
  CHECK(options.endpoints == std::vector<std::string>{"https://a:1", "http://b:2"});
  CHECK(options.format() == Format::table);
  CHECK(options.command_timeout_ms() == 30s);
  CHECK(options.long_timeout_ms() == 30s);
  Options other;
  REQUIRE(other.take_environment(get).has_value());
  REQUIRE(parse(other, {"--endpoints=c:3", "-w", "fields"}).has_value());
  CHECK(other.endpoints == std::vector<std::string>{"https://c:3"});
  Options wrong;
  const auto bad = wrong.take_environment([](const char* name) -> const char* {
    return std::string_view(name) == "ETCDCTL_DIAL_TIMEOUT" ? "soon" : nullptr;
  });
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().message.find("ETCDCTL_DIAL_TIMEOUT") != std::string::npos);
}

TEST_CASE("flags that do not fit are refused with what to do") {
  const auto refused = [](std::vector<const char*> words) {
    Options options;
    const auto result = parse(options, std::move(words));
    return result ? std::string() : result.error().message;
  };
  CHECK(refused({}).find("--pki") != std::string::npos);
  CHECK(refused({"--endpoints=http://a:1"}).empty());
  CHECK(refused({"--endpoints=http://a:1", "-w", "yaml"}).find("\"yaml\"") != std::string::npos);
  CHECK(refused({"--endpoints=http://a:1", "--cert=x"}).find("--key") != std::string::npos);
  CHECK(refused({"--pki=/nonexistent"}).find("certs init") != std::string::npos);
  CHECK(refused({"--insecure-skip-tls-verify"}).empty());
  CHECK(Options().long_timeout_ms() == 1h);
}

TEST_CASE("errors come with advice") {
  Options options;
  const auto advised = [&](base::Errc code, const char* message) {
    return advice(base::Error(code, message), options);
  };
  CHECK(advised(base::Errc::unavailable, "connecting to x: Connection refused").find("--endpoints") !=
        std::string::npos);
  CHECK(advised(base::Errc::unavailable, "etcdserver: no leader").find("majority") != std::string::npos);
  CHECK(advised(base::Errc::resource_exhausted, "etcdserver: mvcc: database space exceeded").find("defrag") !=
        std::string::npos);
  CHECK(advised(base::Errc::invalid_argument, "etcdserver: key is not provided").empty());
}

TEST_CASE("a bar fits its terminal") {
  ProgressState s{"saving", ProgressState::Unit::bytes, 42'000'000, 100'000'000, 5s};
  CHECK(progress_bar(s, 90) ==
        "saving  42% [================>                       ] 42 MB/100 MB  8.4 MB/s  00:07 left");
  CHECK(progress_bar(s, 70).size() <= 70);
  CHECK(progress_bar(s, 20).size() <= 20);
  CHECK(progress_line(s) == "saving 42%  42 MB/100 MB  8.4 MB/s  00:07 left");
  s.done = s.total;
  CHECK(progress_bar(s, 200).find("100% [========================================]") != std::string::npos);
  const ProgressState unknown{"reading", ProgressState::Unit::count, 7, 0, 1s};
  CHECK(progress_bar(unknown, 80) == "reading  7  7/s  00:01");
  const ProgressState time{"check", ProgressState::Unit::seconds, 15, 60, 15s};
  CHECK(progress_line(time) == "check 25%  00:15/01:00");
}

TEST_CASE("progress is drawn on a terminal and told in a log") {
  base::ManualClock clock;
  std::ostringstream log;
  {
    Progress progress("work", 10, Progress::Unit::count, log, false, 80, clock);
    progress.add();
    CHECK(log.str().empty());
    clock.advance(6s);
    progress.add(4);
    CHECK(log.str() == "work 50%  5/10  1/s  00:06 left\n");
    progress.set(10);
    progress.finish();
    progress.finish();
  }
  CHECK(log.str() == "work 50%  5/10  1/s  00:06 left\nwork 100%  10/10  2/s  00:06\n");
  std::ostringstream once;
  {
    Progress progress("work", 10, Progress::Unit::count, once, false, 80, clock);
    clock.advance(6s);
    progress.set(10);
    progress.finish();
  }
  CHECK(once.str() == "work 100%  10/10  2/s  00:06\n");
  std::ostringstream screen;
  {
    Progress progress("work", 10, Progress::Unit::count, screen, true, 60, clock);
    clock.advance(50ms);
    progress.set(1);  // Too soon to be drawn.
    clock.advance(60ms);
    progress.set(2);
  }
  const std::string drawn = screen.str();
  INFO(drawn);
  CHECK(std::count(drawn.begin(), drawn.end(), '\r') == 2);
  CHECK(drawn.back() == '\n');
}

}  // namespace
}  // namespace coxctl::store
