#include "node-agent/logs/log_format.hpp"
#include <catch2/catch.hpp>

using namespace node_agent::logs;

namespace {

const std::string file =
    "2026-01-01T00:00:01.000000001Z stdout F one\n"
    "2026-01-01T00:00:02.000000000Z stderr P tw\n"
    "2026-01-01T00:00:02.000000001Z stderr F o\n"
    "garbage\n"
    "2026-01-01T00:00:03.000000000Z stdout F \n";

std::string filtered(LogOptions o, std::size_t piece = 7) {
  LogFilter f(std::move(o));
  std::string out;
  for (std::size_t i = 0; i < file.size(); i += piece)
    f.feed(std::string_view(file).substr(i, piece), out);
  return out;
}

base::Result<LogOptions> options(const std::string& query) {
  return parse_log_options(http::Query::parse(query), base::SystemTime{std::chrono::seconds{1000}});
}

}  // namespace

TEST_CASE("log lines lose their prefix, parts are joined, garbage is skipped") {
  for (const std::size_t piece : {1, 7, 1000})
    CHECK(filtered({}, piece) == "one\ntwo\n\n");
}

TEST_CASE("log options: timestamps, stream, since, limit") {
  LogOptions o;
  o.timestamps = true;
  CHECK(filtered(o) ==
        "2026-01-01T00:00:01.000000001Z one\n2026-01-01T00:00:02.000000000Z "
        "two\n2026-01-01T00:00:03.000000000Z \n");
  LogOptions stderr_only;
  stderr_only.stream = "stderr";
  CHECK(filtered(stderr_only) == "two\n");
  LogOptions since;
  since.since = *base::parse_rfc3339("2026-01-01T00:00:02Z");
  CHECK(filtered(since) == "two\n\n");
  LogOptions limit;
  limit.limit_bytes = 6;
  CHECK(filtered(limit) == "one\ntw");
}

TEST_CASE("log options come from the query, with clear errors") {
  const auto o = options("follow=true&tailLines=10&limitBytes=5&sinceSeconds=100&timestamps=1").value();
  CHECK(o.follow);
  CHECK(o.timestamps);
  CHECK_FALSE(o.previous);
  CHECK(*o.tail_lines == 10);
  CHECK(*o.limit_bytes == 5);
  CHECK(o.since == base::SystemTime{std::chrono::seconds{900}});
  CHECK(options("tailLines=-1").error().message == "tailLines: must be greater than or equal to 0");
  CHECK(options("limitBytes=0").error().message == "limitBytes: must be greater than 0");
  CHECK(options("tailLines=x").has_error());
  CHECK(options("follow=maybe").has_error());
  CHECK(options("sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z").has_error());
}

TEST_CASE("the last lines are found from the end, over several pieces") {
  std::int64_t found = 0;
  CHECK(tail_offset("a\nb\nc\n", 2, found) == 2U);
  found = 0;
  CHECK(tail_offset("a\nb\nc\n", 0, found) == 6U);
  found = 0;
  CHECK_FALSE(tail_offset("b\nc\n", 2, found));
  CHECK(tail_offset("x\nyy", 2, found) == 2U);
}
