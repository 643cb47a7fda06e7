#include "client/key_queue.hpp"
#include <catch2/catch.hpp>

namespace client {
namespace {

using namespace std::chrono_literals;

base::SteadyTime at(std::chrono::nanoseconds t) {
  return base::SteadyTime{} + t;
}

TEST_CASE("a key queued twice is handed out once, in order of arrival") {
  KeyQueue q;
  CHECK(q.add("a", at(0s)));
  CHECK(q.add("b", at(1s)));
  CHECK_FALSE(q.add("a", at(2s)));
  auto first = q.take(at(3s));
  REQUIRE(first);
  CHECK(first->key == "a");
  CHECK(first->waited == 3s);
  CHECK(q.take(at(3s))->key == "b");
  CHECK_FALSE(q.take(at(3s)));
}

TEST_CASE("a key added while it is in work waits until it is done") {
  KeyQueue q;
  q.add("a", at(0s));
  q.take(at(1s));
  CHECK(q.add("a", at(2s)));
  CHECK_FALSE(q.take(at(2s)));
  CHECK(q.done("a", at(4s)) == 3s);
  auto again = q.take(at(5s));
  REQUIRE(again);
  CHECK(again->waited == 3s);
  CHECK(q.done("a", at(6s)) == 1s);
  CHECK_FALSE(q.take(at(6s)));
  CHECK(q.done("never taken", at(6s)) == 0s);
}

TEST_CASE("of several delays of a key the earliest holds") {
  KeyQueue q;
  q.add_at("a", at(10s));
  q.add_at("a", at(5s));
  q.add_at("a", at(7s));
  q.add_at("b", at(6s));
  CHECK(q.next_due() == at(5s));
  CHECK(q.promote(at(4s)) == 0);
  CHECK(q.promote(at(6s)) == 2);
  CHECK(q.take(at(6s))->key == "a");
  CHECK(q.take(at(6s))->key == "b");
  CHECK_FALSE(q.next_due());
}

TEST_CASE("failures double the wait up to the bound, and forgetting starts over") {
  KeyBackoff b(5ms, 1000s);
  CHECK(b.next("a") == 5ms);
  CHECK(b.next("a") == 10ms);
  CHECK(b.next("a") == 20ms);
  CHECK(b.next("b") == 5ms);
  for (int i = 0; i < 40; ++i)
    b.next("a");
  CHECK(b.next("a") == 1000s);
  CHECK(b.failures("a") == 44);
  b.forget("a");
  CHECK(b.failures("a") == 0);
  CHECK(b.next("a") == 5ms);
}

}  // namespace
}  // namespace client
