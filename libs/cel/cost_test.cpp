#include <boost/json/array.hpp>
#include <catch2/catch.hpp>
#include <map>
#include "cel/program.hpp"

/// Figures that cel-go's model gives, with Kubernetes' options: has() is free, what is constant costs nothing
/// when run.
namespace {

using cel::CostEstimate;
namespace json = boost::json;

class Sizes final : public cel::SizeEstimator {
 public:
  explicit Sizes(std::map<std::string, std::uint64_t> sizes) : sizes_(std::move(sizes)) {}
  std::optional<cel::SizeEstimate> size(std::span<const std::string> path) const override {
    std::string joined;
    for (const auto& step : path)
      joined += (joined.empty() ? "" : ".") + step;
    const auto found = sizes_.find(joined);
    return found == sizes_.end() ? std::nullopt : std::optional(cel::SizeEstimate{0, found->second});
  }

 private:
  std::map<std::string, std::uint64_t> sizes_;
};

std::shared_ptr<const cel::Environment> environment() {
  static const auto shared = [] {
    auto e = std::make_shared<cel::Environment>();
    auto& t = e->types();
    using namespace cel;
    e->declare("i", &types::integer);
    e->declare("s", &types::string);
    e->declare("s2", &types::string);
    e->declare("b", &types::boolean);
    e->declare("t", &types::timestamp);
    e->declare("bytes1", &types::bytes);
    e->declare("ints", t.list(&types::integer));
    e->declare("strings", t.list(&types::string));
    e->declare("lists", t.list(t.list(&types::integer)));
    e->declare("map", t.map(&types::string, &types::string));
    e->declare("maps", t.map(&types::string, t.map(&types::string, &types::integer)));
    e->declare("any", &types::dyn);
    return std::shared_ptr<const cel::Environment>(e);
  }();
  return shared;
}

struct Row {
  const char* expression;
  CostEstimate estimate;
  std::map<std::string, std::uint64_t> sizes = {};
};

}  // namespace

TEST_CASE("estimates") {
  const std::uint64_t unbounded = 1844674407370955266;
  const std::vector<Row> rows{
      {"'hello'", {0, 0}},
      {"s", {1, 1}},
      {"map['key']", {2, 2}},
      {"map.key", {2, 2}},
      {"has(map.key)", {1, 1}},
      {"has(maps.a.b)", {2, 2}},
      {"t.getFullYear()", {2, 2}},
      {"[1, 2, 3]", {10, 10}},
      {"{'a': 1, 'b': 2}", {30, 30}},
      {"ints.all(x, true)", {2, 302}, {{"ints", 100}}},
      {"lists.all(x, x.all(y, true))", {2, 1752}, {{"lists", 50}, {"lists.@items", 10}}},
      {"[1, 2, 3].all(x, true)", {20, 20}},
      {"s.matches('[0-9]')", {3, 103}, {{"s", 500}}},
      {"'123'.matches('[0-9]')", {2, 2}},
      {"true || false", {0, 0}},
      {"b || b || b || b", {1, 4}},
      {"b && b && b && b", {1, 4}},
      {"1 < 2", {1, 1}},
      {"2 in [1, 2, 3]", {13, 13}},
      {"1 + 1", {1, 1}},
      {"true ? 1 : 2", {0, 0}},
      {"size('123')", {1, 1}},
      {"string(bytes1)", {1, 51}, {{"bytes1", 500}}},
      {"bytes(s)", {1, 51}, {{"s", 500}}},
      {"bytes(s) == bytes(s)", {3, 302}, {{"s", 500}}},
      {"s.contains(s2)", {2, 2502}, {{"s", 500}, {"s2", 500}}},
      {"s.startsWith(s2)", {2, 52}, {{"s2", 500}}},
      {"size(s)", {2, 2}},
      {"(i > 2 ? ints : ints).all(y, true)", {4, 7}, {{"ints", 1}}},
      {"maps.all(k, maps[k].all(x, true))", {2, 187}, {{"maps", 5}, {"maps.@values", 10}}},
      {"maps.all(k, k.contains(k))", {2, 32}, {{"maps", 5}, {"maps.@keys", 10}}},
      {"(ints + ints).all(x, true)", {4, 64}, {{"ints", 10}}},
      {"'abcdefg'.contains(s + s2)", {2, 6}, {{"s", 10}, {"s2", 10}}},
      {"ints.size() == ints.size()", {5, 5}},
      {"i > i ? ints.size() : ints.size()", {5, 5}},
      {"[s, s2] == ['a', 'b']", {23, 23}},
      {"s.endsWith('abcdefghijklmnopqrstuvwxyz') == b", {6, 6}},
      {"((5 != 6) == (1 == 2)) == ((3 <= 4) == (9 != 9))", {7, 7}},
      {"string(t) == string(t)", {5, unbounded + 2}},
      {"t == t", {3, 3}},
      {"[1, 2, 3, 4, 5].filter(x, x % 2 == 0)", {41, 101}},
      {"[1, 2, 3, 4, 5].map(x, x)", {86, 86}},
      {"[1, 2, 3, 4, 5].map(x, x).filter(x, x % 2 == 0)", {117, 177}},
      {"[1, 2, 3, 4, 5].map(x, x).map(x, x)", {162, 162}},
      {"[1, 2, 3, 4, 5].map(x, x)[4]", {87, 87}},
      {"[[1, 1], [2, 2], [3, 3], [4, 4], [5, 5]].all(y, y.all(y, y == 1))", {76, 136}},
      {"[1, 2, 3, 4, 5].map(x, [x, x]).all(y, y.all(y, y == 1))", {157, 217}},
      {"[1, 2, 3].all(i, i in [1, 2, 3].map(j, j + j))", {20, 230}},
      {"type(1) == int", {3, unbounded}},
      {"timestamp(t) == timestamp('2011-08-18T00:00:00.000+01:00') + duration('19h3m37s10ms')", {6, 6}},
      {"isURL(s)", {2, 2}},
      {"url(s).getHost() == 'x'", {3, 13}, {{"s", 100}}},
      {"strings.isSorted()", {1, 21}, {{"strings", 10}, {"strings.@items", 10}}},
      {"ints.sum() > 1", {2, 12}, {{"ints", 10}}},
      {"s.split(',').size() < 3", {3, 23}, {{"s", 100}}},
      {"quantity(s).isInteger()", {2, 12}, {{"s", 100}}},
      {"ip('127.0.0.1') == ip('127.0.0.1')", {3, 3}},
      {"sets.contains(ints, ints)", {3, 103}, {{"ints", 10}}},
      {"ints.sort()", {12, 212}, {{"ints", 10}}},
  };
  for (const Row& row : rows) {
    INFO(row.expression);
    const Sizes sizes(row.sizes);
    const auto program = cel::compile(row.expression, environment(), &sizes);
    if (!program) {
      FAIL_CHECK(program.error().message);
      continue;
    }
    CHECK(program->estimate().min == row.estimate.min);
    CHECK(program->estimate().max == row.estimate.max);
  }
}

TEST_CASE("costs of runs") {
  const json::array ints{1, 2, 3};
  const json::array lists{json::array{1}, json::array{1, 2}};
  const json::object map{{"key", "v"}};
  const json::object maps{{"val", json::object{{"x", 4}}}};
  const std::string long_text(500, 'x');
  const std::vector<cel::Value> variables{
      cel::Value::integer(1),           cel::Value::string(long_text),    cel::Value::string("idc"),
      cel::Value::boolean(false),       cel::Value::timestamp(0, 0),      cel::Value::bytes(long_text),
      cel::Value::list(&ints, nullptr), cel::Value::list(&ints, nullptr), cel::Value::list(&lists, nullptr),
      cel::Value::map(&map, nullptr),   cel::Value::map(&maps, nullptr),  cel::Value::map(&maps, nullptr)};
  const std::vector<std::pair<const char*, std::uint64_t>> rows{
      {"'Hello World!'", 0},
      {"s", 1},
      {"map['key']", 2},
      {"ints[0]", 2},
      {"map['ke' + 'y']", 3},
      {"ints[3 - 3]", 3},
      {"has(map.key)", 1},
      {"has(maps.val.x)", 2},
      {"has(map.other)", 1},
      {"t.getFullYear()", 2},
      {"[1, 2, 3]", 0},
      {"[i, 2]", 11},
      {"{'a': i}", 31},
      {"[].all(x, true)", 1},
      {"ints.all(x, true)", 11},
      {"lists.all(x, x.all(y, true))", 21},
      {"s.matches('[0-9]')", 103},
      {"b || b || b || b", 4},
      {"!b && b", 3},
      {"1 < 2", 1},
      {"i in [1, 2, 3]", 1},
      {"i in ints", 5},
      {"true ? 1 : 2", 0},
      {"(i > 2 ? ints : ints).all(y, true)", 12},
      {"false ? false : 1 > 3", 1},
      {"'12345678901234567890' == '123456789012345678901234567890'", 2},
      {"string(bytes1)", 51},
      {"bytes(s)", 51},
      {"s.contains(s)", 2502},
      {"s2.startsWith(s2)", 3},
      {"maps.all(k, maps[k].x > 3)", 9},
      {"'abcdefg'.contains(s2 + s2)", 4},
      {"(1 > 2 ? 5 : 3) > 1", 2},
      {"[1, 2, 3, 4, 5].filter(x, x % 2 == 0)", 42},
      {"[1, 2, 3, 4, 5].map(x, x)", 66},
      {"s.split('y').size() == 1", 103},
      {"ints.sum() == 6", 5},
      {"maps.?val.x.orValue(1)", 3},
      {"maps.?none.x.orValue(1)", 1},
  };
  for (const auto& [expression, expected] : rows) {
    INFO(expression);
    const auto program = cel::compile(expression, environment());
    if (!program) {
      FAIL_CHECK(program.error().message);
      continue;
    }
    std::uint64_t cost = 0;
    const auto outcome = program->evaluate(
        variables, [](const cel::Value&) { return 0; }, &cost);
    CHECK(outcome.has_value());
    CHECK(cost == expected);
  }
}

TEST_CASE("the limit is the last that may be reached") {
  const auto program = cel::compile("'abcdefg'.contains('val1' + 'val2222222')", environment());
  REQUIRE(program.has_value());
  std::uint64_t cost = 0;
  CHECK(program->evaluate_bool(std::vector<cel::Value>(12), &cost, 1'000'000).has_value());
  CHECK(program->evaluate_bool(std::vector<cel::Value>(12), nullptr, cost).has_value());
  CHECK(program->evaluate_bool(std::vector<cel::Value>(12), nullptr, cost - 1).error().message ==
        "operation cancelled: actual cost limit exceeded");
}
