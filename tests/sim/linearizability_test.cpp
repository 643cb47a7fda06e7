#include "sim/linearizability.hpp"
#include <catch2/catch.hpp>
#include <random>

using namespace sim;
using Kind = RegisterCall::Kind;
using Result = Judgement::Result;

namespace {

RegisterCall call(Kind kind, std::int64_t begin, std::int64_t end, std::optional<std::string> value,
                  std::optional<std::string> before) {
  RegisterCall c;
  c.kind = kind;
  c.begin = begin;
  c.end = end;
  c.value = std::move(value);
  c.before = std::move(before);
  c.answered = end != kPending;
  return c;
}
RegisterCall read(std::int64_t begin, std::int64_t end, std::optional<std::string> met) {
  return call(Kind::read, begin, end, {}, std::move(met));
}
/// Told nothing but that it is done.
RegisterCall blind(std::int64_t begin, std::int64_t end, std::optional<std::string> value) {
  RegisterCall c = call(Kind::write, begin, end, std::move(value), {});
  c.answered = false;
  return c;
}
RegisterCall swap(std::int64_t begin, std::int64_t end, std::string expected, std::string value,
                  std::optional<std::string> met) {
  RegisterCall c = call(Kind::swap, begin, end, std::move(value), std::move(met));
  c.expected = std::move(expected);
  return c;
}
bool good(std::vector<RegisterCall> calls) {
  return judge(std::move(calls)).result == Result::linearizable;
}

}  // namespace

TEST_CASE("one call after the other", "[linearizability]") {
  CHECK(good({}));
  CHECK(good({read(0, 1, {})}));
  CHECK_FALSE(good({read(0, 1, "a")}));
  CHECK(good({blind(0, 1, "a"), read(2, 3, "a"), blind(4, 5, "b"), read(6, 7, "b")}));
  CHECK_FALSE(good({blind(0, 1, "a"), blind(2, 3, "b"), read(4, 5, "a")}));  // Stale.
  CHECK_FALSE(good({blind(0, 1, "a"), read(2, 3, {})}));                     // Lost.
  CHECK(good({blind(0, 1, "a"), blind(2, 3, {}), read(4, 5, {})}));          // Removed.
}

TEST_CASE("concurrent calls go in either order, but in one", "[linearizability]") {
  CHECK(good({blind(0, 10, "a"), blind(0, 10, "b"), read(11, 12, "a")}));
  CHECK(good({blind(0, 10, "a"), blind(0, 10, "b"), read(11, 12, "b")}));
  CHECK_FALSE(good({blind(0, 10, "a"), blind(0, 10, "b"), read(11, 12, "a"), read(13, 14, "b")}));
  // A read during a write sees the old or the new value; once new, never old again.
  CHECK(good({blind(0, 10, "a"), read(1, 2, {}), read(3, 4, "a")}));
  CHECK_FALSE(good({blind(0, 10, "a"), read(1, 2, "a"), read(3, 4, {})}));
  // An end and a begin at one time are concurrent.
  CHECK(good({blind(0, 5, "a"), read(5, 6, {})}));
  CHECK_FALSE(good({blind(0, 5, "a"), read(6, 7, {})}));
}

TEST_CASE("a call without an answer may happen late, early or never", "[linearizability]") {
  CHECK(good({blind(0, kPending, "a"), read(5, 6, {}), read(7, 8, "a")}));
  CHECK(good({blind(0, kPending, "a"), read(5, 6, {}), read(7, 8, {})}));
  CHECK_FALSE(good({blind(0, kPending, "a"), read(5, 6, "a"), read(7, 8, {})}));
  CHECK_FALSE(good({read(0, 1, "a"), blind(2, kPending, "a")}));  // Before it was asked for.
  // A removal is seen by what is missing.
  CHECK(good({blind(0, 1, "a"), blind(2, kPending, {}), read(3, 4, "a"), read(5, 6, {})}));
  CHECK_FALSE(good({blind(0, 1, "a"), blind(2, kPending, {}), read(3, 4, {}), read(5, 6, "a")}));
}

TEST_CASE("conditional writes", "[linearizability]") {
  CHECK(good({blind(0, 1, "a"), swap(2, 3, "a", "b", "a"), read(4, 5, "b")}));
  CHECK(good({blind(0, 1, "a"), swap(2, 3, "x", "b", "a"), read(4, 5, "a")}));
  CHECK_FALSE(good({blind(0, 1, "a"), swap(2, 3, "x", "b", "a"), read(4, 5, "b")}));
  // Of two swaps from one value one wins.
  CHECK(good({blind(0, 1, "a"), swap(2, 9, "a", "b", "a"), swap(2, 9, "a", "c", "b")}));
  CHECK_FALSE(good({blind(0, 1, "a"), swap(2, 9, "a", "b", "a"), swap(2, 9, "a", "c", "a")}));
  CHECK(good({call(Kind::create, 0, 9, "a", {}), call(Kind::create, 0, 9, "b", "a"), read(10, 11, "a")}));
  CHECK_FALSE(good({call(Kind::create, 0, 9, "a", {}), call(Kind::create, 0, 9, "b", {})}));
}

TEST_CASE("what does not fit is explained", "[linearizability]") {
  std::vector<RegisterCall> calls{blind(0, 1, "a"), blind(2, 3, "b"), read(4, 5, "a")};
  calls[2].name = "#7";
  const Judgement judgement = judge(calls);
  CHECK(judgement.result == Result::not_linearizable);
  CHECK(judgement.explanation.find("[4, 5] #7 read, met a") != std::string::npos);
}

TEST_CASE("it gives up rather than search for ever", "[linearizability]") {
  std::vector<RegisterCall> calls;
  for (int i = 0; i < 20; ++i)
    calls.push_back(blind(0, 100, std::to_string(i)));
  calls.push_back(read(101, 102, "none of them"));
  CHECK(judge(calls, 1000).result == Result::gave_up);
}

TEST_CASE("histories of a real register are good, and bad with one answer changed", "[linearizability]") {
  // Against a plain model: calls take effect at a moment within their interval, in a known order.
  std::mt19937_64 random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<RegisterCall> calls;
    std::optional<std::string> state;
    for (int i = 0; i < 12; ++i) {
      const std::int64_t moment = i * 10;
      const auto reach = [&] { return static_cast<std::int64_t>(random() % 35); };
      if (random() % 2 == 0) {
        const std::string value = std::to_string(i);
        calls.push_back(call(Kind::write, moment - reach(), moment + reach(), value, state));
        state = value;
      } else {
        calls.push_back(read(moment - reach(), moment + reach(), state));
      }
    }
    REQUIRE(good(calls));
    calls[random() % calls.size()].before = "never written";
    REQUIRE_FALSE(good(calls));
  }
}
