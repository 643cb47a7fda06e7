#include "controllers/workload/ownership.hpp"
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include "controllers/workload/pod.hpp"

namespace controllers::workload {
namespace {

ObjectMeta meta(std::string uid, std::map<std::string, std::string> labels = {}) {
  ObjectMeta m;
  m.name = uid;
  m.namespace_ = "ns";
  m.uid = std::move(uid);
  m.labels = std::move(labels);
  return m;
}

}  // namespace

TEST_CASE("claims") {
  const auto selector = api::LabelSelector::from_labels({{"app", "web"}});
  auto owner = meta("o");
  auto mine = meta("p", {{"app", "web"}}), stranger = meta("q", {{"app", "db"}});
  CHECK(decide_claim(owner, selector, mine) == Claim::adopt);
  CHECK(decide_claim(owner, selector, stranger) == Claim::ignore);

  mine.owner_references = stranger.owner_references = {controller_reference("apps/v1", "ReplicaSet", owner)};
  CHECK(decide_claim(owner, selector, mine) == Claim::keep);
  CHECK(decide_claim(owner, selector, stranger) == Claim::release);
  CHECK(decide_claim(meta("other"), selector, mine) == Claim::ignore);

  SECTION("an owner being deleted takes and gives nothing") {
    owner.deletion_timestamp = api::Time{};
    CHECK(decide_claim(owner, selector, mine) == Claim::keep);
    CHECK(decide_claim(owner, selector, stranger) == Claim::ignore);
    mine.owner_references.clear();
    CHECK(decide_claim(owner, selector, mine) == Claim::ignore);
  }
  SECTION("an orphan being deleted is left alone") {
    mine.owner_references.clear();
    mine.deletion_timestamp = api::Time{};
    CHECK(decide_claim(owner, selector, mine) == Claim::ignore);
  }
}

TEST_CASE("patches name the object's uid") {
  const auto owner = meta("o"), object = meta("p");
  CHECK(boost::json::serialize(release_patch(owner, object)) ==
        R"({"metadata":{"ownerReferences":[{"$patch":"delete","uid":"o"}],"uid":"p"}})");
  const auto adopt = adopt_patch(controller_reference("apps/v1", "ReplicaSet", owner), object);
  CHECK(adopt.at("metadata").at("uid") == "p");
  const auto& reference = adopt.at("metadata").at("ownerReferences").at(0);
  CHECK(reference.at("uid") == "o");
  CHECK(reference.at("controller") == true);
  CHECK(reference.at("blockOwnerDeletion") == true);
}

TEST_CASE("a typed selector") {
  api::meta::v1::LabelSelector s;
  s.match_labels["app"] = "web";
  api::meta::v1::LabelSelectorRequirement r;
  r.key = "tier";
  r.operator_ = "In";
  r.values = {"a", "b"};
  s.match_expressions.push_back(r);
  const auto selector = to_selector(s);
  REQUIRE(selector.has_value());
  CHECK(selector->matches({{"app", "web"}, {"tier", "b"}}));
  CHECK_FALSE(selector->matches({{"app", "web"}}));
  CHECK(to_selector({})->empty());
}

}  // namespace controllers::workload
