#include "controllers/endpointslice/packing.hpp"
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include "controllers/endpointslice/testing.hpp"

namespace controllers::endpointslice {
namespace {

constexpr std::size_t max = 3;

EndpointSlice blank() {
  EndpointSlice s;
  s.address_type = "IPv4";
  s.metadata.generate_name = "web-";
  return s;
}

PortGroup group(const std::vector<int>& pods) {
  PortGroup g;
  for (const int n : pods) {
    Endpoint e;
    e.addresses = {"10.0.0." + std::to_string(n)};
    auto key = endpoint_key(e);
    g.endpoints.emplace(std::move(key), std::move(e));
  }
  return g;
}

SlicePtr slice(const std::string& name, const std::vector<int>& pods) {
  auto s = blank();
  s.metadata.name = name;
  for (auto& [key, e] : group(pods).endpoints)
    s.endpoints.push_back(e);
  return std::make_shared<const EndpointSlice>(std::move(s));
}

/// "a:1,2 b:3": every slice with the last numbers of its addresses.
std::string text(const std::vector<EndpointSlice>& slices) {
  std::string out;
  for (const auto& s : slices) {
    out += (out.empty() ? "" : " ") + (s.metadata.name.empty() ? std::string("new") : s.metadata.name) + ":";
    for (const auto& e : s.endpoints)
      out += (out.back() == ':' ? "" : ",") + e.addresses.front().substr(7);
  }
  return out;
}

std::string text(const Plan& plan) {
  std::string gone;
  for (const auto& s : plan.remove)
    gone += " -" + s->metadata.name;
  return "create " + text(plan.create) + " | update " + text(plan.update) + " |" + gone;
}

}  // namespace

TEST_CASE("packing, a row a rule") {
  struct Row {
    const char* rule;
    std::vector<int> wanted;
    std::vector<SlicePtr> existing;
    const char* plan;
  };
  const std::vector<Row> rows{
      {"new slices are filled", {1, 2, 3, 4}, {}, "create new:1,2,3 new:4 | update  |"},
      {"nothing changed", {1, 2}, {slice("a", {1, 2})}, "create  | update  |"},
      {"a slice that loses all goes", {1}, {slice("a", {1}), slice("b", {2})}, "create  | update  | -b"},
      {"a changed slice is filled first",
       {1, 3, 4, 5},
       {slice("a", {1, 2}), slice("b", {3})},
       "create  | update a:1,4,5 |"},
      {"the fullest changed slice first",
       {1, 3, 4, 6, 7},
       {slice("a", {1, 2}), slice("b", {3, 4, 5})},
       "create  | update b:3,4,6 a:1,7 |"},
      {"the fullest unchanged slice that takes all",
       {1, 2, 3, 4},
       {slice("a", {1}), slice("b", {2, 3})},
       "create  | update b:2,3,4 |"},
      {"not spread over several unchanged slices",
       {1, 2, 3, 4, 5, 6},
       {slice("a", {1, 2}), slice("b", {3, 4})},
       "create new:5,6 | update  |"},
      {"holes stay", {1, 4}, {slice("a", {1}), slice("b", {4})}, "create  | update  |"},
  };
  for (const auto& row : rows) {
    INFO(row.rule);
    CHECK(text(pack(blank(), group(row.wanted), row.existing, max)) == row.plan);
  }
}

TEST_CASE("changed labels and changed conditions are a change") {
  auto labelled = blank();
  labelled.metadata.labels["team"] = "b";
  CHECK(text(pack(labelled, group({1}), {slice("a", {1})}, max)) == "create  | update a:1 |");
  auto g = group({1});
  g.endpoints.begin()->second.zone = "z";
  CHECK(text(pack(blank(), std::move(g), {slice("a", {1})}, max)) == "create  | update a:1 |");
}

TEST_CASE("whatever comes and goes, slices hold exactly what is wanted") {
  std::mt19937 random(7);
  std::vector<SlicePtr> slices;
  for (int round = 0; round < 200; ++round) {
    std::vector<int> wanted;
    for (int n = 1; n <= 30; ++n)
      if (random() % 2) wanted.push_back(n);
    slices = testing::after(pack(blank(), group(wanted), slices, max), slices);
    std::multiset<std::string> have, want;
    for (const auto& s : slices) {
      CHECK(!s->endpoints.empty());
      CHECK(s->endpoints.size() <= max);
      for (const auto& e : s->endpoints)
        have.insert(endpoint_key(e));
    }
    for (const auto& [key, e] : group(wanted).endpoints)
      want.insert(key);
    REQUIRE(have == want);
  }
}

}  // namespace controllers::endpointslice
