#include "controllers/garbagecollector/decide.hpp"
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include "controllers/garbagecollector/resources.hpp"
#include "controllers/garbagecollector/testing.hpp"

namespace controllers::garbagecollector {

using Step = Decision::Step;

TEST_CASE("what becomes of an object") {
  struct Row {
    const char* why;
    Owners owners;
    std::vector<std::string> finalizers;
    bool dependents, dependent_waits;
    Step step;
    std::vector<std::string> drop;
    const char* policy;
    bool unblock;
  };
  for (const Row& row : std::vector<Row>{
           {"all owners are there", {{"a"}, {}, {}}, {}, false, false, Step::keep, {}, "", false},
           {"one of two is gone", {{"a"}, {"b"}, {}}, {}, false, false, Step::drop_owners, {"b"}, "", false},
           {"one of two waits", {{"a"}, {}, {"c"}}, {}, true, true, Step::drop_owners, {"c"}, "", false},
           {"all are gone", {{}, {"b"}, {}}, {}, false, false, Step::remove, {}, "Background", false},
           {"gone, and it said how to treat dependents",
            {{}, {"b"}, {}},
            {"orphan"},
            true,
            false,
            Step::remove,
            {},
            "Orphan",
            false},
           {"the same",
            {{}, {"b"}, {}},
            {"foregroundDeletion"},
            true,
            false,
            Step::remove,
            {},
            "Foreground",
            false},
           {"an owner waits, no dependents",
            {{}, {}, {"c"}},
            {},
            false,
            false,
            Step::remove,
            {},
            "Background",
            false},
           {"an owner waits, dependents must go first",
            {{}, {"b"}, {"c"}},
            {},
            true,
            false,
            Step::remove,
            {},
            "Foreground",
            false},
           {"they may wait for each other",
            {{}, {}, {"c"}},
            {},
            true,
            true,
            Step::remove,
            {},
            "Foreground",
            true},
       }) {
    INFO(row.why);
    ObjectMeta object;
    object.finalizers = row.finalizers;
    const auto d = decide(object, row.owners, row.dependents, row.dependent_waits);
    CHECK(d.step == row.step);
    CHECK(d.owners == row.drop);
    CHECK(d.policy == row.policy);
    CHECK(d.unblock == row.unblock);
  }
}

TEST_CASE("patches are for one object") {
  auto object = testing::meta("p", {testing::owner("Set", "s", "uid-s")});
  object.resource_version = "7";
  CHECK(boost::json::serialize(drop_owners_patch(object, {"uid-s"})) ==
        R"({"metadata":{"ownerReferences":[{"$patch":"delete","uid":"uid-s"}],"uid":"uid-p"}})");
  CHECK(boost::json::serialize(replace_owners_patch(object, {})) ==
        R"({"metadata":{"resourceVersion":"7","uid":"uid-p","ownerReferences":[]}})");
  CHECK(boost::json::serialize(replace_finalizers_patch(object, {"a"})) ==
        R"({"metadata":{"resourceVersion":"7","uid":"uid-p","finalizers":["a"]}})");
}

TEST_CASE("resources by kind, whatever the version") {
  discovery::Discovered found;
  for (const char* name : {"pods", "events"})
    found.resources.push_back(*api::find_resource("", "v1", name));
  api::ResourceInfo custom;
  custom.group = "example.com";
  custom.version = "v2";
  custom.resource = "widgets";
  custom.kind = "Widget";
  custom.verbs = {"list", "watch", "delete"};
  found.resources.push_back(custom);
  const auto resources = Resources::from(found, nullptr);
  Kind widget{"example.com/v1", "Widget", {}}, pod{"v1", "Pod", {}}, none{"v1", "Widget", {}};
  REQUIRE(resources->find(widget));
  CHECK(resources->find(widget)->version == "v2");
  CHECK_FALSE(is_builtin(*resources->find(widget)));
  CHECK(is_builtin(*resources->find(pod)));
  CHECK_FALSE(resources->find(none));
  CHECK(is_collected(*resources->find(widget)));
  CHECK_FALSE(is_collected(*api::find_resource("", "v1", "events")));

  SECTION("a group that cannot be read keeps what was known") {
    found.resources.pop_back();
    CHECK_FALSE(Resources::from(found, resources.get())->find(widget));
    found.failed = {"example.com/v2: no answer"};
    CHECK(Resources::from(found, resources.get())->find(widget));
  }
}

}  // namespace controllers::garbagecollector
