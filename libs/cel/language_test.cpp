#include "cel/testing/rows.hpp"

/// Rows in the manner of cel-spec's conformance suites.
using namespace cel::testing;

TEST_CASE("literals") {
  check_rows({
      {"0", "0"},
      {"-42", "-42"},
      {"0xFF", "255"},
      {"-0x10", "-16"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775807 - 1"},
      {"0x7fu", "127u"},
      {"18446744073709551615u", "18446744073709551614u + 1u"},
      {"1.5e3", "1500.0"},
      {".5", "0.5"},
      {"'a\\n\\t\\x41\\u00e9\\101'", "'''a\n\tAéA'''"},
      {"r'a\\n'", "'a\\\\n'"},
      {"'''a'b\n'''", "'a\\'b\\n'"},
      {"b'\\xff\\377'", "b'\\377\\xff'"},
      {"null", "null"},
      {"[1, 2,]", "[1, 2]"},
      {"{'a': 1,}", "{'a': 1}"},
      {"true // what follows is no part", "true"},
  });
}

TEST_CASE("arithmetic") {
  check_rows({
      {"1 + 2 * 3", "7"},
      {"(1 + 2) * 3", "9"},
      {"7 / 2", "3"},
      {"-7 / 2", "-3"},
      {"-7 % 2", "-1"},
      {"7u % 4u", "3u"},
      {"1.0 / 0.0 > 1000.0", "true"},
      {"10 - 4 - 3", "3"},
      {"--1", "1"},
      {"-(-1)", "1"},
      {"'a' + 'b'", "'ab'"},
      {"b'a' + b'b'", "b'ab'"},
      {"[1] + [2, 3]", "[1, 2, 3]"},
      {"duration('1h') + duration('30m')", "duration('5400s')"},
      {"timestamp('2024-01-01T00:00:00Z') + duration('24h')", "timestamp('2024-01-02T00:00:00Z')"},
      {"timestamp('2024-01-02T00:00:00Z') - timestamp('2024-01-01T00:00:00Z')", "duration('24h')"},
      {"timestamp('2024-01-01T00:00:00Z') - duration('1ns')", "timestamp('2023-12-31T23:59:59.999999999Z')"},
  });
  check_failures({
      {"1 / 0", "division by zero"},
      {"1 % 0", "modulus by zero"},
      {"9223372036854775807 + 1", "integer overflow"},
      {"-9223372036854775808 - 1", "integer overflow"},
      {"-(-9223372036854775808)", "integer overflow"},
      {"9223372036854775807 * 2", "integer overflow"},
      {"-9223372036854775808 / -1", "integer overflow"},
      {"0u - 1u", "unsigned integer overflow"},
      {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", "timestamp overflow"},
      {"duration('2540400h') + duration('2540400h')", "duration overflow"},
      {"dyn(1) + dyn('a')", "no such overload"},
  });
}

TEST_CASE("comparisons") {
  check_rows({
      {"1 < 2", "true"},
      {"'a' < 'b'", "true"},
      {"b'a' <= b'a'", "true"},
      {"1 < 2u", "true"},
      {"1.5 > 1", "true"},
      {"1u >= 1.0", "true"},
      {"false < true", "true"},
      {"duration('1s') > duration('999ms')", "true"},
      {"dyn(1) == dyn(1u)", "true"},
      {"dyn(1) == dyn(1.0)", "true"},
      {"dyn(1) == dyn('1')", "false"},
      {"dyn(9007199254740993) == dyn(9007199254740992.0)", "false"},
      {"dyn(-1) < dyn(18446744073709551615u)", "true"},
      {"0.0 / 0.0 == 0.0 / 0.0", "false"},
      {"[1, 2] == [1, 2]", "true"},
      {"[1, 2] == [2, 1]", "false"},
      {"{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", "true"},
      {"{1: 'a'} == {1: 'b'}", "false"},
      {"null == null", "true"},
      {"dyn([]) == dyn({})", "false"},
      {"type(1) == int", "true"},
      {"type([]) == list && type({}) == map", "true"},
      {"type(null) == null_type", "true"},
      {"type(type(1)) == type", "true"},
      {"1 != 2", "true"},
      {"1 in [1, 2]", "true"},
      {"'c' in ['a', 'b']", "false"},
      {"dyn(1u) in [1, 2]", "true"},
      {"'a' in {'a': 1}", "true"},
      {"dyn(1.0) in {1: 2}", "true"},
      {"[1] in [[1], [2]]", "true"},
  });
  check_failures({
      {"0.0 / 0.0 < 1.0", "NaN values cannot be ordered"},
      {"dyn(1) < dyn('a')", "no such overload"},
  });
}

TEST_CASE("logic absorbs errors from both sides") {
  check_rows({
      {"true || 1 / 0 > 0", "true"},
      {"1 / 0 > 0 || true", "true"},
      {"false && 1 / 0 > 0", "false"},
      {"1 / 0 > 0 && false", "false"},
      {"!true", "false"},
      {"!!true", "true"},
      {"true ? 1 : 1 / 0", "1"},
      {"false ? 1 / 0 : 2", "2"},
      {"false ? 1 : true ? 2 : 3", "2"},
      {"true && true && true && false || true", "true"},
  });
  check_failures({
      {"1 / 0 > 0 || false", "division by zero"},
      {"true && 1 / 0 > 0", "division by zero"},
      {"1 / 0 > 0 ? 1 : 2", "division by zero"},
      {"!(1 / 0 > 0)", "division by zero"},
      {"dyn(1) && dyn(2)", "no such overload"},
  });
}

TEST_CASE("collections") {
  check_rows({
      {"[1, 2, 3][1]", "2"},
      {"dyn([1, 2, 3])[1u]", "2"},
      {"dyn([1, 2, 3])[dyn(2.0)]", "3"},
      {"{'a': 1}['a']", "1"},
      {"{'a': 1}.a", "1"},
      {"{1: 'x'}[1]", "'x'"},
      {"dyn({1: 'x'})[1u]", "'x'"},
      {"{'a': {'b': [1]}}.a.b[0]", "1"},
      {"size([1, 2])", "2"},
      {"{'a': 1}.size()", "1"},
      {"'héllo'.size()", "5"},
      {"size(b'h\\303\\251')", "3"},
      {"has({'a': 1}.a)", "true"},
      {"has({'a': 1}.b)", "false"},
      {"has({'a': {'b': 1}}.a.b)", "true"},
  });
  check_failures({
      {"[1][1]", "index out of bounds: 1"},
      {"[1][-1]", "index out of bounds: -1"},
      {"{'a': 1}['b']", "no such key: b"},
      {"{'a': 1}.b", "no such key: b"},
      {"has({'a': {'b': 1}}.x.b)", "no such key: x"},
      {"{'a': 1, 'a': 2}", "Failed with repeated key"},
  });
}

TEST_CASE("macros") {
  check_rows({
      {"[1, 2, 3].all(x, x > 0)", "true"},
      {"[1, 2, 3].all(x, x > 1)", "false"},
      {"[].all(x, x > 1)", "true"},
      {"[1, 0].all(x, 1 / x > 1)", "false"},
      {"[0, 1].all(x, 1 / x > 1)", "false"},
      {"[1, 0].exists(x, 1 / x == 1)", "true"},
      {"[0, 1].exists(x, 1 / x == 1)", "true"},
      {"[1, 2, 3].exists(x, x == 2)", "true"},
      {"[1, 2, 2].exists_one(x, x == 1)", "true"},
      {"[1, 2, 2].existsOne(x, x == 2)", "false"},
      {"[1, 2].map(x, x * 2)", "[2, 4]"},
      {"[1, 2, 3].map(x, x > 1, x * 2)", "[4, 6]"},
      {"[1, 2, 3].filter(x, x != 2)", "[1, 3]"},
      {"{'a': 1, 'b': 2}.all(k, k in ['a', 'b'])", "true"},
      {"{'a': 1}.map(k, k)", "['a']"},
      {"[[1], [2, 3]].map(l, l.map(x, x + 1))", "[[2], [3, 4]]"},
      {"[1, 2].all(i, v, i + 1 == v)", "true"},
      {"{'a': 1}.exists(k, v, k == 'a' && v == 1)", "true"},
      {"[5, 5].exists_one(i, v, i == 0 && v == 5)", "true"},
      {"['x', 'y'].transformList(i, v, v + string(i))", "['x0', 'y1']"},
      {"['x', 'y'].transformList(i, v, i > 0, v)", "['y']"},
      {"{'a': 1, 'b': 2}.transformMap(k, v, v * 2)", "{'a': 2, 'b': 4}"},
      {"{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v)", "{'b': 2}"},
      {"{'a': 'x'}.transformMapEntry(k, v, {v: k})", "{'x': 'a'}"},
      {"[1, 2].map(x, [3].map(y, x * y))", "[[3], [6]]"},
  });
  check_failures({
      {"[1, 0].all(x, 1 / x > 0)", "division by zero"},
      {"[0].map(x, 1 / x)", "division by zero"},
      {"[1, 0].exists_one(x, 1 / x > 0)", "division by zero"},
      {"['a', 'a'].transformMapEntry(i, v, {v: i})", "insert failed: key a already exists"},
  });
  check_issues({
      {"[1].all(x.y, true)", "1:10: argument must be a simple name"},
      {"[1].map(1, true)", "1:9: argument is not an identifier"},
      {"has(1)", "1:5: invalid argument to has() macro"},
      {"[1].all(x, x, true)", "1:12: duplicate variable name: x"},
      {"1.all(x, true)",
       "1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)"},
  });
}

TEST_CASE("optionals") {
  check_rows({
      {"optional.of(1).value()", "1"},
      {"optional.none().hasValue()", "false"},
      {"optional.of(1).hasValue()", "true"},
      {"optional.ofNonZeroValue('').hasValue()", "false"},
      {"optional.ofNonZeroValue('a').orValue('b')", "'a'"},
      {"optional.none().orValue(3)", "3"},
      {"optional.none().or(optional.of(2)).value()", "2"},
      {"{'a': 1}.?a.orValue(0)", "1"},
      {"{'a': 1}.?b.orValue(0)", "0"},
      {"{'a': {'b': 1}}.?a.b.orValue(0)", "1"},
      {"{'a': {'b': 1}}.?x.b.orValue(7)", "7"},
      {"[1, 2][?1].orValue(0)", "2"},
      {"[1, 2][?5].orValue(0)", "0"},
      {"{'a': 1}[?'z'].orValue(9)", "9"},
      {"optional.of([1, 2])[0].value()", "1"},
      {"optional.of(2).optMap(x, x * 2).value()", "4"},
      {"optional.none().optMap(x, x).hasValue()", "false"},
      {"optional.of(2).optFlatMap(x, optional.of(x + 1)).value()", "3"},
      {"[?optional.of(1), ?optional.none(), 2]", "[1, 2]"},
      {"{?'a': optional.of(1), ?'b': optional.none()}", "{'a': 1}"},
      {"optional.of(1) == optional.of(1)", "true"},
      {"optional.none() == optional.none()", "true"},
      {"has({'a': {'c': 1}}.?b.c)", "false"},
      {"[1, 2].first().value() + [1, 2].last().value()", "3"},
      {"optional.unwrap([optional.of(1), optional.none()])", "[1]"},
      {"[optional.of(1)].unwrapOpt()", "[1]"},
  });
  check_failures({{"optional.none().value() == 1", "optional.none() dereference"}});
}

TEST_CASE("conversions") {
  check_rows({
      {"int('-12')", "-12"},
      {"int(3.9)", "3"},
      {"int(-3.9)", "-3"},
      {"int(5u)", "5"},
      {"int(timestamp('1970-01-01T00:01:00Z'))", "60"},
      {"uint('7')", "7u"},
      {"double('1e3')", "1000.0"},
      {"double(1)", "1.0"},
      {"string(1.5)", "'1.5'"},
      {"string(1e21)", "'1000000000000000000000'"},
      {"string(true)", "'true'"},
      {"string(b'abc')", "'abc'"},
      {"string(duration('1m1.5s'))", "'61.5s'"},
      {"string(timestamp('2024-05-01T10:00:00.120+02:00'))", "'2024-05-01T08:00:00.12Z'"},
      {"bytes('é')", "b'\\303\\251'"},
      {"bool('true')", "true"},
      {"duration('1h2m3s4ms5us6ns')", "duration('3723004005006ns')"},
      {"duration('-1.5h')", "duration('-5400s')"},
      {"timestamp(0)", "timestamp('1970-01-01T00:00:00Z')"},
  });
  check_failures({
      {"int('x' + 'y')", "type conversion error from 'string' to 'int'"},
      {"int(1e29 * 10.0)", "integer overflow"},
      {"uint(0 - 1)", "unsigned integer overflow"},
      {"string(b'\\xff' + b'')", "invalid UTF-8 in bytes, cannot convert to string"},
      {"bool('may' + 'be')", "type conversion error from 'string' to 'bool'"},
  });
}

TEST_CASE("times") {
  check_rows({
      {"timestamp('2024-02-29T23:59:58.987Z').getFullYear()", "2024"},
      {"timestamp('2024-02-29T23:59:58.987Z').getMonth()", "1"},
      {"timestamp('2024-02-29T23:59:58.987Z').getDate()", "29"},
      {"timestamp('2024-02-29T23:59:58.987Z').getDayOfMonth()", "28"},
      {"timestamp('2024-02-29T23:59:58.987Z').getDayOfYear()", "59"},
      {"timestamp('2024-02-29T23:59:58.987Z').getDayOfWeek()", "4"},
      {"timestamp('2024-02-29T23:59:58.987Z').getHours()", "23"},
      {"timestamp('2024-02-29T23:59:58.987Z').getMinutes()", "59"},
      {"timestamp('2024-02-29T23:59:58.987Z').getSeconds()", "58"},
      {"timestamp('2024-02-29T23:59:58.987Z').getMilliseconds()", "987"},
      {"timestamp('2024-02-29T23:59:58Z').getHours('+02:30')", "2"},
      {"timestamp('2024-02-29T23:59:58Z').getMinutes('-02:30')", "29"},
      {"timestamp('2024-07-01T12:00:00Z').getHours('UTC')", "12"},
      {"timestamp('1969-12-31T23:59:59Z').getSeconds()", "59"},
      {"duration('3h30m').getHours()", "3"},
      {"duration('90s').getMinutes()", "1"},
      {"duration('1500ms').getSeconds()", "1"},
      {"duration('1500ms').getMilliseconds()", "1500"},
  });
  check_failures({{"timestamp(0).getHours('../etc')", "unknown time zone ../etc"}});
}

TEST_CASE("what does not compile") {
  check_issues({
      {"x", "1:1: undeclared reference to 'x' (in container '')"},
      {"1 + x", "1:5: undeclared reference to 'x' (in container '')"},
      {"f(1)", "1:2: undeclared reference to 'f' (in container '')"},
      {"1.f()", "1:4: undeclared reference to 'f' (in container '')"},
      {"1 + 'a'", "1:3: found no matching overload for '_+_' applied to '(int, string)'"},
      {"'a'.charAt('b')", "1:11: found no matching overload for 'charAt' applied to 'string.(string)'"},
      {"1 == 'a'", "1:3: found no matching overload for '_==_' applied to '(int, string)'"},
      {"[1].all(x, x)", "1:12: expected type 'bool' but found 'int'"},
      {"1 && true", "1:1: expected type 'bool' but found 'int'"},
      {"1.a", "1:2: type 'int' does not support field selection"},
      {"1 a", "1:3: Syntax error: extraneous input 'a' expecting <EOF>"},
      {"true.a", "1:5: type 'bool' does not support field selection"},
      {"[1, 'a']", "1:5: expected type 'int' but found 'string'"},
      {"{'a': 1, 'b': 'c'}", "1:15: expected type 'int' but found 'string'"},
      {"Foo{a: 1}", "1:4: undeclared reference to 'Foo' (in container '')"},
      {"duration('x')", "1:10: invalid duration argument"},
      {"timestamp('x')", "1:11: invalid timestamp argument"},
      {"'a'.matches('(')", "1:13: invalid matches argument"},
      {"for", "1:1: reserved identifier: for"},
      {"99999999999999999999", "1:1: invalid int literal"},
      {"'\\ud800'", "1:1: unable to unescape string"},
      {"b'\\u00e9'", "1:1: unable to unescape string"},
      {"",
       "1:1: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', "
       "'false', "
       "'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"},
      {"(1 + 2", "1:7: Syntax error: missing ')' at '<EOF>'"},
      {"a | b", "1:3: Syntax error: token recognition error at: '| '"},
      {"'%d'.format(['a'])",
       "1:14: error during formatting: decimal clause can only be used on integers, was given string"},
      {"'%d'.format([1, 2])", "1:12: too many arguments supplied to string.format (expected 1, got 2)"},
      {"'%d %d'.format([1])", "1:15: index 1 out of range"},
  });
  const auto wide = cel::compile("'é' + x", plain_environment());
  CHECK(wide.error().message ==
        "ERROR: <input>:1:7: undeclared reference to 'x' (in container '')\n | 'é' + x\n | .．....^");
  const auto two = cel::compile("x +\n y", plain_environment());
  CHECK(two.error().message ==
        "ERROR: <input>:1:1: undeclared reference to 'x' (in container '')\n | x +\n | ^\n"
        "ERROR: <input>:2:2: undeclared reference to 'y' (in container '')\n |  y\n | .^");
}

TEST_CASE("bounds") {
  const auto compiles = [](const std::string& text) {
    return cel::compile(text, plain_environment()).has_value();
  };
  const auto repeated = [](const std::string& what, int n) {
    std::string out;
    for (int i = 0; i < n; ++i)
      out += what;
    return out;
  };
  CHECK(compiles(repeated("(", 200) + "1" + repeated(")", 200)));
  CHECK_FALSE(compiles(repeated("(", 300) + "1" + repeated(")", 300)));
  CHECK(compiles("1" + repeated(" + 1", 200)));
  CHECK_FALSE(compiles("1" + repeated(" + 1", 300)));
  CHECK(compiles("true" + repeated(" && true", 10'000)));
  CHECK_FALSE(compiles("'" + std::string(100'000, 'a') + "'"));
  CHECK_FALSE(compiles("optional.of(1)" + repeated(".optMap(x, x)", 40)));
  // Each step doubles the list; upstream never copies it, here memory ends it.
  const auto doubled = cel::compile("[[1, 2, 3]]" + repeated(".map(x, x + x)", 60), plain_environment());
  REQUIRE(doubled.has_value());
  CHECK(doubled->evaluate({}, [](const cel::Value&) { return 0; }).error().message ==
        "operation cancelled: memory limit exceeded");
  const auto costly = cel::compile("lists.range(2000).all(x, lists.range(2000).all(y, x + y >= 0)) || true",
                                   plain_environment());
  REQUIRE(costly.has_value());
  const auto stopped = costly->evaluate_bool({});
  CHECK(stopped.error().message == "operation cancelled: actual cost limit exceeded");
  CHECK(stopped.error().is(base::Errc::resource_exhausted));
}
