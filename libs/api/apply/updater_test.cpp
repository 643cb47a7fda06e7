#include "api/apply/testing.hpp"

using namespace api::apply;
using namespace api::apply::testing;
using api::Object;

namespace {

/// One write of a story, and what is said of it.
struct Step {
  std::string_view what;  ///< "apply", "force", "update"
  std::string_view manager, object;
  std::string_view refusal = "";  ///< Of apply.
};

struct Story {
  std::string_view name;
  std::vector<Step> steps;
  std::string_view object;                                            ///< In the end.
  std::vector<std::pair<std::string_view, std::string_view>> fields;  ///< "name:Apply" -> words
};

void tell(const Story& story) {
  INFO(story.name);
  State state;
  for (const auto& step : story.steps) {
    INFO(step.what << " by " << step.manager << ": " << step.object);
    if (step.what == "update")
      state.update(step.manager, step.object);
    else
      CHECK(state.apply(step.manager, step.object, step.what == "force") == step.refusal);
  }
  INFO(api::encode(state.bare()));
  CHECK(state.bare() == object(story.object));
  std::string entries;
  for (const auto& [who, words] : story.fields) {
    const auto colon = who.find(':');
    INFO(who);
    CHECK(state.fields(who.substr(0, colon), who.substr(colon + 1)) == words);
  }
  if (!story.fields.empty()) {
    INFO(state.managers());
    const auto managers = state.managers();
    const auto count = static_cast<std::size_t>(std::count(managers.begin(), managers.end(), ':'));
    CHECK(count == story.fields.size());
  }
}

}  // namespace

TEST_CASE("leaves: applying, taking over, letting go", "[apply]") {
  const Story stories[] = {
      {"a first apply",
       {{"apply", "a", "spec: {number: 1, text: x}"}},
       "spec: {number: 1, text: x}",
       {{"a:Apply", ".spec.number .spec.text"}}},
      {"what is no longer applied goes",
       {{"apply", "a", "spec: {number: 1, text: x}"}, {"apply", "a", "spec: {number: 1}"}},
       "spec: {number: 1}",
       {{"a:Apply", ".spec.number"}}},
      {"two appliers of different fields",
       {{"apply", "a", "spec: {number: 1}"}, {"apply", "b", "spec: {text: x}"}},
       "spec: {number: 1, text: x}",
       {{"a:Apply", ".spec.number"}, {"b:Apply", ".spec.text"}}},
      {"two appliers share a value",
       {{"apply", "a", "spec: {number: 1}"}, {"apply", "b", "spec: {number: 1}"}},
       "spec: {number: 1}",
       {{"a:Apply", ".spec.number"}, {"b:Apply", ".spec.number"}}},
      {"a shared field stays when one lets go",
       {{"apply", "a", "spec: {number: 1, text: x}"},
        {"apply", "b", "spec: {number: 1}"},
        {"apply", "a", "spec: {text: x}"}},
       "spec: {number: 1, text: x}",
       {{"a:Apply", ".spec.text"}, {"b:Apply", ".spec.number"}}},
      {"another value is a conflict",
       {{"apply", "a", "spec: {number: 1}"},
        {"apply", "b", "spec: {number: 2}",
         "Apply failed with 1 conflict: conflict with \"a\": .spec.number"}},
       "spec: {number: 1}",
       {{"a:Apply", ".spec.number"}}},
      {"force takes it",
       {{"apply", "a", "spec: {number: 1, text: x}"}, {"force", "b", "spec: {number: 2}"}},
       "spec: {number: 2, text: x}",
       {{"a:Apply", ".spec.text"}, {"b:Apply", ".spec.number"}}},
      {"the loser no longer has anything",
       {{"apply", "a", "spec: {number: 1}"}, {"force", "b", "spec: {number: 2}"}},
       "spec: {number: 2}",
       {{"b:Apply", ".spec.number"}}},
      {"conflicts with several, by manager",
       {{"apply", "a", "spec: {number: 1}"},
        {"apply", "b", "spec: {text: x}"},
        {"apply", "c", "spec: {number: 2, text: y}",
         "Apply failed with 2 conflicts: conflicts with \"a\":\n- .spec.number\nconflicts with \"b\":\n- "
         ".spec.text"}},
       "spec: {number: 1, text: x}",
       {{"a:Apply", ".spec.number"}, {"b:Apply", ".spec.text"}}},
      {"an update takes without asking",
       {{"apply", "a", "spec: {number: 1, text: x}"}, {"update", "u", "spec: {number: 2, text: x}"}},
       "spec: {number: 2, text: x}",
       {{"a:Apply", ".spec.text"}, {"u:Update", ".spec.number"}}},
      {"and is named with its version",
       {{"update", "u", "spec: {number: 2}"},
        {"apply", "a", "spec: {number: 1}",
         "Apply failed with 1 conflict: conflict with \"u\" using test/v1: .spec.number"}},
       "spec: {number: 2}",
       {{"u:Update", ".spec .spec.number"}}},
      {"an update that removes a field takes it from all",
       {{"apply", "a", "spec: {number: 1, text: x}"}, {"update", "u", "spec: {text: x}"}},
       "spec: {text: x}",
       {{"a:Apply", ".spec.text"}}},
      {"an applied field that was removed comes back",
       {{"apply", "a", "spec: {number: 1, text: x}"},
        {"update", "u", "spec: {text: x}"},
        {"apply", "a", "spec: {number: 1, text: x}"}},
       "spec: {number: 1, text: x}",
       {{"a:Apply", ".spec.number .spec.text"}}},
      {"what an updater has is not pruned",
       {{"apply", "a", "spec: {number: 1, text: x}"},
        {"update", "u", "spec: {number: 2, text: x}"},
        {"apply", "a", "spec: {text: x}"}},
       "spec: {number: 2, text: x}",
       {{"a:Apply", ".spec.text"}, {"u:Update", ".spec.number"}}},
      {"an empty apply lets everything go",
       {{"apply", "a", "spec: {number: 1, map: {k: v}}"},
        {"apply", "b", "spec: {text: x}"},
        {"apply", "a", "{}"}},
       "spec: {text: x}",
       {{"b:Apply", ".spec.text"}}},
      {"the same manager applies and updates: two entries",
       {{"apply", "a", "spec: {number: 1}"}, {"update", "a", "spec: {number: 2}"}},
       "spec: {number: 2}",
       {{"a:Update", ".spec.number"}}},
      {"an updater's fields add up",
       {{"update", "u", "spec: {number: 1}"}, {"update", "u", "spec: {number: 1, text: x}"}},
       "spec: {number: 1, text: x}",
       {{"u:Update", ".spec .spec.number .spec.text"}}},
      {"an update that changes nothing changes no manager",
       {{"update", "u", "spec: {number: 1}"}, {"update", "v", "spec: {number: 1}"}},
       "spec: {number: 1}",
       {{"u:Update", ".spec .spec.number"}}},
  };
  for (const auto& story : stories)
    tell(story);
}

TEST_CASE("atomic lists and maps are one value", "[apply]") {
  const Story stories[] = {
      {"replaced as a whole",
       {{"apply", "a", "spec: {list: [x, y]}"}, {"apply", "a", "spec: {list: [z]}"}},
       "spec: {list: [z]}",
       {{"a:Apply", ".spec.list"}}},
      {"not shared with another value",
       {{"apply", "a", "spec: {list: [x]}"},
        {"apply", "b", "spec: {list: [x, y]}",
         "Apply failed with 1 conflict: conflict with \"a\": .spec.list"}},
       "spec: {list: [x]}",
       {{"a:Apply", ".spec.list"}}},
      {"a box",
       {{"apply", "a", "spec: {box: {k: v}}"}, {"force", "b", "spec: {box: {l: w}}"}},
       "spec: {box: {l: w}}",
       {{"b:Apply", ".spec.box"}}},
      {"a box goes when it is let go",
       {{"apply", "a", "spec: {box: {k: v}, number: 1}"}, {"apply", "a", "spec: {number: 1}"}},
       "spec: {number: 1}",
       {{"a:Apply", ".spec.number"}}},
  };
  for (const auto& story : stories)
    tell(story);
}

TEST_CASE("sets have an owner for each item", "[apply]") {
  const Story stories[] = {
      {"items of two",
       {{"apply", "a", "spec: {set: [x, y]}"}, {"apply", "b", "spec: {set: [y, z]}"}},
       "spec: {set: [x, y, z]}",
       {{"a:Apply", ".spec.set[=\"x\"] .spec.set[=\"y\"]"},
        {"b:Apply", ".spec.set[=\"y\"] .spec.set[=\"z\"]"}}},
      {"an item goes with its last owner",
       {{"apply", "a", "spec: {set: [x, y]}"},
        {"apply", "b", "spec: {set: [y]}"},
        {"apply", "a", "spec: {set: []}"}},
       "spec: {set: [y]}",
       {{"b:Apply", ".spec.set[=\"y\"]"}}},
      {"an updater's item stays",
       {{"apply", "a", "spec: {set: [x]}"},
        {"update", "u", "spec: {set: [x, y]}"},
        {"apply", "a", "spec: {set: [z]}"}},
       "spec: {set: [y, z]}",
       {{"a:Apply", ".spec.set[=\"z\"]"}, {"u:Update", ".spec.set[=\"y\"]"}}},
      {"an item that an updater removed is nobody's",
       {{"apply", "a", "spec: {set: [x, y]}"}, {"update", "u", "spec: {set: [y]}"}},
       "spec: {set: [y]}",
       {{"a:Apply", ".spec.set[=\"y\"]"}}},
      {"order is the last applier's",
       {{"apply", "a", "spec: {set: [x, y, z]}"}, {"apply", "b", "spec: {set: [z, x]}"}},
       "spec: {set: [y, z, x]}",
       {}},
      {"twice the same item is refused",
       {{"apply", "a", "spec: {set: [x, x]}",
         "failed to create typed patch object (/; test/v1, Kind=Thing): .spec.set: duplicate entries for key "
         "[=\"x\"]"}},
       "{}",
       {}},
      {"twice the same item by an update is lived with",
       {{"update", "u", "spec: {set: [x, x]}"}, {"apply", "a", "spec: {number: 1}"}},
       "spec: {set: [x, x], number: 1}",
       {{"a:Apply", ".spec.number"}, {"u:Update", ".spec .spec.set .spec.set[=\"x\"]"}}},
  };
  for (const auto& story : stories)
    tell(story);
}

TEST_CASE("items by key are merged field by field", "[apply]") {
  const Story stories[] = {
      {"two appliers of two items",
       {{"apply", "a", "spec: {items: [{name: x, value: 1}]}"},
        {"apply", "b", "spec: {items: [{name: y, value: 2}]}"}},
       "spec: {items: [{name: x, value: 1}, {name: y, value: 2}]}",
       {{"a:Apply", ".spec.items[name=\"x\"] .spec.items[name=\"x\"].name .spec.items[name=\"x\"].value"},
        {"b:Apply", ".spec.items[name=\"y\"] .spec.items[name=\"y\"].name .spec.items[name=\"y\"].value"}}},
      {"two appliers of one item",
       {{"apply", "a", "spec: {items: [{name: x, value: 1}]}"},
        {"apply", "b", "spec: {items: [{name: x, labels: {k: v}}]}"}},
       "spec: {items: [{name: x, value: 1, labels: {k: v}}]}",
       {{"a:Apply", ".spec.items[name=\"x\"] .spec.items[name=\"x\"].name .spec.items[name=\"x\"].value"},
        {"b:Apply",
         ".spec.items[name=\"x\"] .spec.items[name=\"x\"].labels.k .spec.items[name=\"x\"].name"}}},
      {"the item stays while somebody has it",
       {{"apply", "a", "spec: {items: [{name: x, value: 1}]}"},
        {"apply", "b", "spec: {items: [{name: x, labels: {k: v}}]}"},
        {"apply", "a", "{}"}},
       "spec: {items: [{name: x, labels: {k: v}}]}",
       {{"b:Apply",
         ".spec.items[name=\"x\"] .spec.items[name=\"x\"].labels.k .spec.items[name=\"x\"].name"}}},
      {"and goes with the last",
       {{"apply", "a", "spec: {items: [{name: x, value: 1}, {name: y}]}"},
        {"apply", "a", "spec: {items: [{name: y}]}"}},
       "spec: {items: [{name: y}]}",
       {{"a:Apply", ".spec.items[name=\"y\"] .spec.items[name=\"y\"].name"}}},
      {"with what an updater put into it",
       {{"apply", "a", "spec: {items: [{name: x, value: 1}]}"},
        {"update", "u", "spec: {items: [{name: x, value: 1, labels: {k: v}}]}"},
        {"apply", "a", "{}"}},
       "spec: {}",
       {}},
      {"a conflict within an item",
       {{"apply", "a", "spec: {items: [{name: x, value: 1}]}"},
        {"apply", "b", "spec: {items: [{name: x, value: 2}]}",
         "Apply failed with 1 conflict: conflict with \"a\": .spec.items[name=\"x\"].value"}},
       "spec: {items: [{name: x, value: 1}]}",
       {}},
      {"lists within items",
       {{"apply", "a", "spec: {items: [{name: x, ports: [{port: 1, protocol: TCP}]}]}"},
        {"apply", "b", "spec: {items: [{name: x, ports: [{port: 1, protocol: UDP}]}]}"},
        {"apply", "a", "spec: {items: [{name: x}]}"}},
       "spec: {items: [{name: x, ports: [{port: 1, protocol: UDP}]}]}",
       {}},
      {"a key in part is another item",
       {{"apply", "a", "spec: {items: [{name: x, ports: [{port: 1}]}]}"},
        {"apply", "b", "spec: {items: [{name: x, ports: [{port: 1, protocol: UDP}]}]}"}},
       "spec: {items: [{name: x, ports: [{port: 1}, {port: 1, protocol: UDP}]}]}",
       {}},
  };
  for (const auto& story : stories)
    tell(story);
}

TEST_CASE("maps and nested objects", "[apply]") {
  const Story stories[] = {
      {"keys have owners",
       {{"apply", "a", "spec: {map: {k: v, l: w}}"},
        {"apply", "b", "spec: {map: {m: x}}"},
        {"apply", "a", "spec: {map: {l: w}}"}},
       "spec: {map: {l: w, m: x}}",
       {{"a:Apply", ".spec.map.l"}, {"b:Apply", ".spec.map.m"}}},
      {"an empty map is a value",
       {{"apply", "a", "spec: {map: {}}"}},
       "spec: {map: {}}",
       {{"a:Apply", ".spec.map"}}},
      {"a struct goes with its last field",
       {{"apply", "a", "spec: {part: {one: 1, deep: {k: v}}, number: 1}"},
        {"apply", "a", "spec: {number: 1}"}},
       "spec: {number: 1}",
       {{"a:Apply", ".spec.number"}}},
      {"a struct stays with somebody's field",
       {{"apply", "a", "spec: {part: {one: 1}}"},
        {"apply", "b", "spec: {part: {two: 2}}"},
        {"apply", "a", "{}"}},
       "spec: {part: {two: 2}}",
       {{"b:Apply", ".spec.part.two"}}},
      {"nobody's fields stay",
       {{"apply", "a", "spec: {part: {one: 1}}"},
        {"update", "u", "spec: {part: {one: 1, two: 2}}"},
        {"apply", "a", "spec: {part: {deep: {}}}"}},
       "spec: {part: {two: 2, deep: {}}}",
       {{"a:Apply", ".spec.part.deep"}, {"u:Update", ".spec.part.two"}}},
      {"without a schema: by member",
       {{"apply", "a", "spec: {free: {x: {y: 1}, l: [1]}}"},
        {"apply", "b", "spec: {free: {x: {z: 2}}}"},
        {"apply", "a", "spec: {free: {l: [2]}}"}},
       "spec: {free: {x: {z: 2}, l: [2]}}",
       {{"a:Apply", ".spec.free.l"}, {"b:Apply", ".spec.free.x .spec.free.x.z"}}},
  };
  for (const auto& story : stories)
    tell(story);
}

TEST_CASE("managers of other versions", "[apply]") {
  // v2 calls number "count"; v3 is gone.
  const auto renamed = [](const Typed& from, const std::string& to) -> std::optional<Typed> {
    if (to == "test/v3") return std::nullopt;
    Object o = *from.object;
    o["apiVersion"] = to;
    if (auto* spec = o.if_contains("spec"); spec && spec->is_object()) {
      auto& s = spec->get_object();
      const std::string_view before = to == "test/v2" ? "number" : "count",
                             after = to == "test/v2" ? "count" : "number";
      if (const auto* v = s.if_contains(before)) {
        boost::json::value moved = *v;
        s.erase(before);
        s[after] = std::move(moved);
      }
    }
    return Typed{std::make_shared<const Object>(std::move(o)), nullptr, to};
  };
  State v1({"test", "v1", "Thing"}, nullptr);
  v1.options.convert = renamed;
  const auto as_version = [&](std::string_view version) {
    v1.options.kind.version = version;
    auto other = renamed({std::make_shared<const Object>(v1.live), nullptr, "test/v1"},
                         "test/" + std::string(version));
    v1.live = *other->object;
  };
  CHECK(v1.apply("a", "spec: {number: 1, text: x}").empty());
  as_version("v2");
  CHECK(v1.apply("b", "spec: {count: 2}") ==
        "Apply failed with 1 conflict: conflict with \"a\": .spec.number");
  CHECK(v1.apply("b", "spec: {count: 1}").empty());
  CHECK(v1.fields("b", "Apply") == ".spec .spec.count");
  // a lets go of it in the other version: b still has it. The fields are moved from one name to the other.
  CHECK(v1.apply("a", "spec: {text: x}").empty());
  CHECK(api::encode(v1.bare()) == api::encode(object("spec: {text: x, count: 1}")));
  CHECK(v1.fields("a", "Apply") == ".spec .spec.text");
  // Managers of versions that no longer exist are dropped.
  auto& entries = api::metadata(v1.live)["managedFields"].as_array();
  entries[0].as_object()["apiVersion"] = "test/v3";
  const auto gone = std::string(api::get_string(entries[0].as_object(), {"manager"}));
  v1.update("u", "{metadata: {uid: u, name: x}, spec: {text: y, count: 1}}");
  CHECK(v1.fields(gone, "Apply") == "-");
  CHECK(v1.fields("u", "Update") == ".spec.text");
}
