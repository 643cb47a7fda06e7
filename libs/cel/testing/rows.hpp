#pragma once
#include <catch2/catch.hpp>
#include <string>
#include <vector>
#include "cel/equality.hpp"
#include "cel/program.hpp"

/// Help for the tests of this folder: tables of expressions.
namespace cel::testing {

inline std::shared_ptr<const Environment> plain_environment() {
  static const auto environment = std::make_shared<const Environment>();
  return environment;
}

/// An expression without variables and another that gives what it must give.
struct Row {
  const char* expression;
  const char* expected;
};
inline void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.expression);
    const auto program = compile(row.expression, plain_environment());
    if (!program) {
      FAIL_CHECK(program.error().message);
      continue;
    }
    const auto expected = compile(row.expected, plain_environment());
    REQUIRE(expected.has_value());
    const auto outcome = program->evaluate({}, [&](const Value& v) {
      return *expected->evaluate({}, [&](const Value& w) {
        Evaluation e({}, 0, 1'000'000, 1 << 20);
        const bool same_kind = v.kind() == w.kind();
        return (same_kind && equal(e, v, w).is_true())
                   ? std::string()
                   : "got " + text_of(v) + " (" + std::string(type_name(v)) + ")";
      });
    });
    if (!outcome) {
      FAIL_CHECK(outcome.error().message);
    } else if (!outcome->empty()) {
      FAIL_CHECK(*outcome);
    } else {
      SUCCEED();
    }
  }
}

/// An expression whose evaluation fails, and the message.
inline void check_failures(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.expression);
    const auto program = compile(row.expression, plain_environment());
    if (!program) {
      FAIL_CHECK(program.error().message);
      continue;
    }
    const auto outcome = program->evaluate({}, [](const Value& v) { return text_of(v); });
    if (outcome) {
      FAIL_CHECK("got " + *outcome);
    } else {
      CHECK(outcome.error().message == row.expected);
    }
  }
}

/// An expression that does not compile; the message of its first issue, and where it is if that is given
/// ("1:5: ...").
inline void check_issues(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.expression);
    const auto program = compile(row.expression, plain_environment());
    if (program) {
      FAIL_CHECK("compiles");
      continue;
    }
    std::string message = program.error().message;
    message = message.substr(0, message.find("\n | "));
    const std::string prefix = "ERROR: <input>:";
    CHECK(message.starts_with(prefix));
    message.erase(0, prefix.size());
    CHECK(message == row.expected);
  }
}

}  // namespace cel::testing
