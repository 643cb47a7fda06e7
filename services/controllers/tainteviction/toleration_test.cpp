#include "controllers/tainteviction/toleration.hpp"
#include <catch2/catch.hpp>

namespace controllers::tainteviction {
namespace {

using namespace std::chrono_literals;

Taint taint(const std::string& key, const std::string& value = "", const std::string& effect = "NoExecute") {
  Taint t;
  t.key = key;
  t.value = value;
  t.effect = effect;
  return t;
}

Toleration toleration(const std::string& key, const std::string& op, const std::string& value = "",
                      std::optional<std::int64_t> seconds = {}, const std::string& effect = "") {
  Toleration t;
  t.key = key;
  t.operator_ = op;
  t.value = value;
  t.effect = effect;
  t.toleration_seconds = seconds;
  return t;
}

}  // namespace

TEST_CASE("which taints a toleration fits") {
  CHECK(tolerates(toleration("", "Exists"), taint("a", "x")));
  CHECK(tolerates(toleration("a", "Exists"), taint("a", "x")));
  CHECK(tolerates(toleration("a", "Equal", "x"), taint("a", "x")));
  CHECK(tolerates(toleration("a", "", "x"), taint("a", "x")));
  CHECK_FALSE(tolerates(toleration("a", "Equal", "y"), taint("a", "x")));
  CHECK_FALSE(tolerates(toleration("b", "Exists"), taint("a", "x")));
  CHECK_FALSE(tolerates(toleration("a", "Exists", "", {}, "NoSchedule"), taint("a")));
  CHECK_FALSE(tolerates(toleration("a", "Sometimes"), taint("a")));
}

TEST_CASE("how long taints are borne") {
  const std::vector<Taint> ab{taint("a"), taint("b")};
  CHECK_FALSE(tolerated_for({}, {}).has_value());
  CHECK(tolerated_for({taint("a")}, {}) == 0s);
  CHECK(tolerated_for(ab, {toleration("a", "Exists")}) == 0s);
  CHECK_FALSE(tolerated_for(ab, {toleration("", "Exists")}).has_value());
  CHECK(tolerated_for(ab, {toleration("a", "Exists", "", 300), toleration("b", "Exists", "", 60)}) == 60s);
  CHECK(tolerated_for(ab, {toleration("a", "Exists", "", 300), toleration("b", "Exists")}) == 300s);
  CHECK(tolerated_for({taint("a")}, {toleration("a", "Exists", "", -5)}) == 0s);
  CHECK(tolerated_for({taint("a")}, {toleration("a", "Exists", "", INT64_MAX)}) > 24h * 365);
  CHECK(no_execute({taint("a", "", "NoSchedule"), taint("b")}) == std::vector<Taint>{taint("b")});
}

}  // namespace controllers::tainteviction
