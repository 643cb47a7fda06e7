#include "api/apply/testing.hpp"

using namespace api::apply;
using namespace api::apply::testing;

namespace {

Shape thing() {
  return Shape::of(*kinds().thing);
}

Shape builtin(std::string_view name) {
  const auto* type = api::find_type(name);
  REQUIRE(type);
  return Shape::of(*type);
}

}  // namespace

TEST_CASE("the fields of an object", "[apply]") {
  struct Row {
    std::string_view object, fields;
  };
  const Row rows[] = {
      {"{}", ""},
      {"spec: {number: 1}", ".spec.number"},
      {"spec: {}", ".spec"},
      {"spec: {number: null}", ".spec.number"},
      {"spec: {list: [a, b]}", ".spec.list"},
      {"spec: {list: []}", ".spec.list"},
      {"spec: {set: [a, b]}", ".spec.set[=\"a\"] .spec.set[=\"b\"]"},
      {"spec: {set: []}", ""},
      {"spec: {set: null}", ".spec.set"},
      {"spec: {set: [a, a, b]}", ".spec.set[=\"a\"] .spec.set[=\"b\"]"},
      {"spec: {map: {a: x, b: y}}", ".spec.map.a .spec.map.b"},
      {"spec: {map: {}}", ".spec.map"},
      {"spec: {box: {a: x}}", ".spec.box"},
      {"spec: {part: {one: 1, deep: {k: v}}}", ".spec.part.deep.k .spec.part.one"},
      {"spec: {items: [{name: a, value: 1}]}",
       ".spec.items[name=\"a\"] .spec.items[name=\"a\"].name .spec.items[name=\"a\"].value"},
      // Twice the same key: owned as one, without its fields.
      {"spec: {items: [{name: a, value: 1}, {name: a, value: 2}]}", ".spec.items[name=\"a\"]"},
      {"spec: {items: [{name: a, ports: [{port: 1, protocol: TCP}]}]}",
       ".spec.items[name=\"a\"] .spec.items[name=\"a\"].name "
       ".spec.items[name=\"a\"].ports[port=1,protocol=\"TCP\"] "
       ".spec.items[name=\"a\"].ports[port=1,protocol=\"TCP\"].port "
       ".spec.items[name=\"a\"].ports[port=1,protocol=\"TCP\"].protocol"},
      // A key may be left out, unless all are.
      {"spec: {items: [{name: a, ports: [{port: 1}]}]}",
       ".spec.items[name=\"a\"] .spec.items[name=\"a\"].name .spec.items[name=\"a\"].ports[port=1] "
       ".spec.items[name=\"a\"].ports[port=1].port"},
      // Without a schema objects are split, lists are not; what has no declaration is a member beside its
      // fields.
      {"spec: {free: {a: {b: 1}, c: [1, {d: 2}]}}", ".spec.free.a .spec.free.a.b .spec.free.c"},
  };
  for (const auto& row : rows) {
    INFO(row.object);
    CHECK(words(fields_of(object(row.object), thing())) == row.fields);
  }
  CHECK(words(fields_of(object("{a: {b: 1, c: [1]}, d: {}}"), Shape::deduced())) == ".a .a.b .a.c .d");
}

TEST_CASE("the fields of built-in kinds: default keys, atomic structs", "[apply]") {
  const auto pod = builtin("io.k8s.api.core.v1.Pod");
  CHECK(words(fields_of(object("spec: {containers: [{name: c, ports: [{containerPort: 80}]}]}"), pod)) ==
        ".spec.containers[name=\"c\"] .spec.containers[name=\"c\"].name "
        ".spec.containers[name=\"c\"].ports[containerPort=80,protocol=\"TCP\"] "
        ".spec.containers[name=\"c\"].ports[containerPort=80,protocol=\"TCP\"].containerPort");
  CHECK(words(fields_of(object("spec: {nodeSelector: {a: b}, tolerations: [{key: x}]}"), pod)) ==
        ".spec.nodeSelector .spec.tolerations");
  const auto service = builtin("io.k8s.api.core.v1.Service");
  CHECK(words(fields_of(object("spec: {ports: [{port: 80}, {port: 53, protocol: UDP}], selector: {a: b}}"),
                        service)) ==
        ".spec.ports[port=53,protocol=\"UDP\"] .spec.ports[port=53,protocol=\"UDP\"].port "
        ".spec.ports[port=53,protocol=\"UDP\"].protocol .spec.ports[port=80,protocol=\"TCP\"] "
        ".spec.ports[port=80,protocol=\"TCP\"].port .spec.selector");
  const auto deployment = builtin("io.k8s.api.apps.v1.Deployment");
  CHECK(words(fields_of(object("{metadata: {finalizers: [a/b], ownerReferences: [{uid: u, name: n}]}, spec: "
                               "{selector: {matchLabels: {a: b}}}}"),
                        deployment)) ==
        ".metadata.finalizers[=\"a/b\"] .metadata.ownerReferences[uid=\"u\"] .spec.selector");
  const auto revision = builtin("io.k8s.api.apps.v1.ControllerRevision");
  CHECK(words(fields_of(object("data: {spec: {a: 1}}"), revision)) == ".data");
}

TEST_CASE("merging keeps what the configuration does not name", "[apply]") {
  struct Row {
    std::string_view live, config, merged;
  };
  const Row rows[] = {
      {"{}", "spec: {number: 1}", "spec: {number: 1}"},
      {"spec: {number: 1, text: a}", "spec: {number: 2}", "spec: {number: 2, text: a}"},
      {"spec: {number: 1}", "spec: {number: null}", "spec: {number: null}"},
      {"spec: {list: [a, b]}", "spec: {list: [c]}", "spec: {list: [c]}"},
      {"spec: {list: [a]}", "spec: {list: []}", "spec: {list: []}"},
      {"spec: {map: {a: x, b: y}}", "spec: {map: {b: z, c: w}}", "spec: {map: {a: x, b: z, c: w}}"},
      {"spec: {map: {a: x}}", "spec: {map: {}}", "spec: {map: {a: x}}"},
      {"spec: {map: {a: x}}", "spec: {map: null}", "spec: {map: {a: x}}"},
      {"spec: {box: {a: x}}", "spec: {box: {b: y}}", "spec: {box: {b: y}}"},
      {"spec: {box: {a: x}}", "spec: {box: null}", "spec: {box: null}"},
      {"spec: {set: [a, b]}", "spec: {set: [b, c]}", "spec: {set: [a, b, c]}"},
      {"spec: {set: [a, b, c, d]}", "spec: {set: [d, b]}", "spec: {set: [a, c, d, b]}"},
      {"spec: {set: [a, b]}", "spec: {set: [b, a]}", "spec: {set: [b, a]}"},
      {"spec: {set: [a, b, c]}", "spec: {set: [x, b, y]}", "spec: {set: [a, x, b, c, y]}"},
      {"spec: {set: [a]}", "spec: {set: []}", "spec: {set: [a]}"},
      {"spec: {set: []}", "spec: {set: []}", "spec: {set: []}"},
      {"spec: {items: [{name: a, value: 1}, {name: b, value: 2}]}", "spec: {items: [{name: b, value: 3}]}",
       "spec: {items: [{name: a, value: 1}, {name: b, value: 3}]}"},
      {"spec: {items: [{name: a, value: 1}]}", "spec: {items: [{name: a, labels: {x: y}}]}",
       "spec: {items: [{name: a, value: 1, labels: {x: y}}]}"},
      {"spec: {items: [{name: a, ports: [{port: 1, protocol: TCP}]}]}",
       "spec: {items: [{name: a, ports: [{port: 1, protocol: UDP}]}]}",
       "spec: {items: [{name: a, ports: [{port: 1, protocol: TCP}, {port: 1, protocol: UDP}]}]}"},
      {"spec: {items: [{name: a}, {name: b}, {name: c}]}", "spec: {items: [{name: c}, {name: a}]}",
       "spec: {items: [{name: b}, {name: c}, {name: a}]}"},
      {"spec: {free: {a: 1, b: [1]}}", "spec: {free: {b: [2], c: {d: 1}}}",
       "spec: {free: {a: 1, b: [2], c: {d: 1}}}"},
      {"spec: {free: [1]}", "spec: {free: {a: 1}}", "spec: {free: {a: 1}}"},
      {"spec: {free: {a: 1}}", "spec: {free: x}", "spec: {free: x}"},
      {"spec: {part: {one: 1}}", "spec: {part: {two: 2}}", "spec: {part: {one: 1, two: 2}}"},
      {"spec: {part: {one: 1}}", "{}", "spec: {part: {one: 1}}"},
      // Duplicates that are there already stay, unless the configuration names their key.
      {"spec: {set: [a, a]}", "spec: {set: [b]}", "spec: {set: [a, a, b]}"},
      {"spec: {set: [a, b, a]}", "spec: {set: [a]}", "spec: {set: [a, b]}"},
  };
  for (const auto& row : rows) {
    INFO(row.live << " with " << row.config);
    const auto merged = merge(object(row.live), object(row.config), thing());
    REQUIRE(merged.has_value());
    CHECK(api::encode(*merged) == api::encode(object(row.merged)));
  }
  CHECK(!merge(object("{}"), object("spec: {set: [a, a]}"), thing()).has_value());
  CHECK(!merge(object("{}"), object("spec: {items: [{value: 1}]}"), thing()).has_value());
}

TEST_CASE("comparing tells added, modified and removed", "[apply]") {
  struct Row {
    std::string_view before, after, added, modified, removed;
  };
  const Row rows[] = {
      {"{}", "{}", "", "", ""},
      {"spec: {number: 1}", "spec: {number: 1}", "", "", ""},
      {"spec: {number: 1}", "spec: {number: 2}", "", ".spec.number", ""},
      {"spec: {number: 1}", "spec: {text: a}", ".spec.text", "", ".spec.number"},
      {"{}", "spec: {number: 1}", ".spec .spec.number", "", ""},
      {"spec: {number: 1}", "{}", "", "", ".spec .spec.number"},
      {"spec: {}", "spec: {number: 1}", ".spec.number", "", ""},
      {"spec: {list: [a]}", "spec: {list: [b]}", "", ".spec.list", ""},
      {"spec: {}", "spec: {list: [b]}", ".spec.list", "", ""},
      {"spec: {set: [a, b]}", "spec: {set: [b, c]}", ".spec.set[=\"c\"]", "", ".spec.set[=\"a\"]"},
      {"spec: {set: [a, b]}", "spec: {set: [b, a]}", "", "", ""},
      {"spec: {}", "spec: {set: [a]}", ".spec.set .spec.set[=\"a\"]", "", ""},
      {"spec: {set: [a]}", "spec: {set: []}", "", "", ".spec.set[=\"a\"]"},
      {"spec: {map: {a: x}}", "spec: {map: {a: y, b: z}}", ".spec.map.b", ".spec.map.a", ""},
      {"spec: {box: {a: x}}", "spec: {box: {a: y}}", "", ".spec.box", ""},
      {"spec: {items: [{name: a, value: 1}]}", "spec: {items: [{name: a, value: 2}, {name: b}]}",
       ".spec.items[name=\"b\"] .spec.items[name=\"b\"].name", ".spec.items[name=\"a\"].value", ""},
      {"spec: {items: [{name: a, value: 1}]}", "spec: {items: []}", "", "",
       ".spec.items[name=\"a\"] .spec.items[name=\"a\"].name .spec.items[name=\"a\"].value"},
      {"spec: {free: {a: 1}}", "spec: {free: {a: {b: 1}}}", ".spec.free.a.b", ".spec.free.a", ""},
      {"spec: {free: 1}", "spec: {free: [1]}", "", ".spec.free", ""},
      // Duplicates are one value.
      {"spec: {set: [a]}", "spec: {set: [a, a]}", ".spec.set[=\"a\"]", "", ".spec.set[=\"a\"]"},
      {"spec: {set: [a, a]}", "spec: {set: [a, a]}", "", "", ""},
      {"spec: {items: [{name: a, value: 1}, {name: a}]}", "spec: {items: [{name: a, value: 2}, {name: a}]}",
       "", ".spec.items[name=\"a\"]", ""},
  };
  for (const auto& row : rows) {
    INFO(row.before << " to " << row.after);
    const auto found = compare(object(row.before), object(row.after), thing());
    REQUIRE(found.has_value());
    CHECK(words(found->added) == row.added);
    CHECK(words(found->modified) == row.modified);
    CHECK(words(found->removed) == row.removed);
  }
  CHECK(!compare(object("{}"), object("spec: {items: [{value: 1}]}"), thing()).has_value());
}

TEST_CASE("structs that are always there do not appear by themselves", "[apply]") {
  const auto deployment = builtin("io.k8s.api.apps.v1.Deployment");
  const auto after = object(
      "{metadata: {labels: {a: b}}, spec: {replicas: 1, strategy: {type: Recreate}, template: {spec: "
      "{containers: "
      "[{name: c, resources: {}}]}}}}");
  const auto found = compare(object("{}"), after, deployment);
  REQUIRE(found.has_value());
  CHECK(words(unite(found->added, found->modified)) ==
        ".metadata.labels .metadata.labels.a .spec.replicas .spec.strategy.type "
        ".spec.template.spec.containers[name=\"c\"] .spec.template.spec.containers[name=\"c\"].name "
        ".spec.template.spec.containers[name=\"c\"].resources");
}

TEST_CASE("removing and extracting items", "[apply]") {
  struct Row {
    std::string_view object, fields, left, taken;
  };
  const Row rows[] = {
      {"spec: {number: 1, text: a}", R"({"f:spec":{"f:number":{}}})", "spec: {text: a}", "spec: {number: 1}"},
      {"spec: {number: 1}", R"({"f:spec":{"f:number":{}}})", "spec: null", "spec: {number: 1}"},
      {"spec: {number: 1}", "{}", "spec: {number: 1}", "{}"},
      {"spec: {set: [a, b]}", R"({"f:spec":{"f:set":{"v:\"a\"":{}}}})", "spec: {set: [b]}",
       "spec: {set: [a]}"},
      {"spec: {set: [a]}", R"({"f:spec":{"f:set":{"v:\"a\"":{}}}})", "spec: {set: null}", "spec: {set: [a]}"},
      {"spec: {items: [{name: a, value: 1}, {name: b}]}",
       R"({"f:spec":{"f:items":{"k:{\"name\":\"a\"}":{"f:value":{}}}}})",
       "spec: {items: [{name: a}, {name: b}]}", "spec: {items: [{value: 1}]}"},
      {"spec: {items: [{name: a, value: 1}, {name: b}]}",
       R"({"f:spec":{"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:value":{}}}}})", "spec: {items: [{name: b}]}",
       "spec: {items: [{value: 1}]}"},
      {"spec: {map: {a: x, b: y}}", R"({"f:spec":{"f:map":{"f:a":{}}}})", "spec: {map: {b: y}}",
       "spec: {map: {a: x}}"},
      {"spec: {box: {a: x}, number: 1}", R"({"f:spec":{"f:box":{}}})", "spec: {number: 1}",
       "spec: {box: {a: x}}"},
      {"spec: {free: {a: {b: 1}, c: 1}}", R"({"f:spec":{"f:free":{"f:a":{"f:b":{}}}}})",
       "spec: {free: {a: null, c: 1}}", "spec: {free: {a: {b: 1}}}"},
  };
  for (const auto& row : rows) {
    INFO(row.object << " and " << row.fields);
    const auto fields = from_fields_v1(boost::json::parse(row.fields));
    REQUIRE(fields.has_value());
    CHECK(api::encode(remove_items(object(row.object), *fields, thing())) == api::encode(object(row.left)));
    CHECK(api::encode(extract_items(object(row.object), *fields, thing())) == api::encode(object(row.taken)));
  }
}

TEST_CASE("what does not fit the schema is named", "[apply]") {
  struct Row {
    std::string_view object, why;
  };
  const Row rows[] = {
      {"spec: {number: 1}", ""},
      {"spec: {number: null, set: null, part: null}", ""},
      {"spec: {foo: 1}", ".spec.foo: field not declared in schema"},
      {"{foo: 1, spec: {bar: 1}}",
       "errors:\n  .foo: field not declared in schema\n  .spec.bar: field not declared in schema"},
      {"spec: {number: a}", ".spec.number: expected numeric (int or float), got string"},
      {"spec: {number: {a: b}}",
       ".spec.number: expected numeric (int or float), got map[string]interface {}"},
      {"spec: {flag: 1}", ".spec.flag: expected boolean, got &{1}"},
      {"spec: {text: 1}", ".spec.text: expected string, got &value.valueUnstructured{Value:1}"},
      {"spec: {part: 1}", ".spec.part: expected map, got &{1}"},
      {"spec: {list: a}", ".spec.list: expected list, got &{a}"},
      {"spec: {list: [a, 1]}", ".spec.list[1]: expected string, got &value.valueUnstructured{Value:1}"},
      {"spec: {set: [a, a]}", ".spec.set: duplicate entries for key [=\"a\"]"},
      {"spec: {set: [{a: b}]}",
       ".spec.set: element 0: associative list without keys has an element that's a map type"},
      {"spec: {items: [{name: a}, {name: a}]}", ".spec.items: duplicate entries for key [name=\"a\"]"},
      {"spec: {items: [{value: 1}]}",
       ".spec.items: element 0: associative list with keys has an element that omits all key fields "
       "[\"name\"] "
       "(and doesn't have default values for any key fields)"},
      {"spec: {items: [null]}",
       ".spec.items: element 0: associative list with keys may not have a null element"},
      {"spec: {items: [a]}",
       ".spec.items: element 0: associative list with keys may not have non-map elements"},
      {"spec: {items: [{name: a, foo: 1}]}", ".spec.items[name=\"a\"].foo: field not declared in schema"},
      {"spec: {free: {a: [1, {b: 2}]}}", ""},
  };
  for (const auto& row : rows) {
    INFO(row.object);
    CHECK(validate(object(row.object), thing()) == row.why);
  }
  CHECK(validate(object("spec: {set: [a, a]}"), thing(), true).empty());
}

TEST_CASE("a set is brought in line with a schema that became atomic", "[apply]") {
  const auto reconciled = [](std::string_view text) {
    const auto set = from_fields_v1(boost::json::parse(text));
    REQUIRE(set.has_value());
    return words(reconcile(*set, thing()));
  };
  CHECK(reconciled(R"({"f:spec":{"f:box":{"f:a":{},"f:b":{}},"f:number":{}}})") == ".spec.box .spec.number");
  CHECK(reconciled(R"({"f:spec":{"f:list":{"v:\"a\"":{}}}})") == ".spec.list");
  CHECK(reconciled(R"({"f:spec":{"f:map":{"f:a":{}},"f:set":{"v:\"a\"":{}}}})") ==
        ".spec.map.a .spec.set[=\"a\"]");
  CHECK(reconciled(R"({"f:spec":{"f:free":{"f:a":{"f:b":{}}}}})") == ".spec.free.a.b");
  // Paths that fit nothing do no harm.
  CHECK(reconciled(R"({"f:spec":{"k:{\"a\":1}":{"f:x":{}},"f:number":{"f:y":{}}},"f:gone":{"f:z":{}}})") ==
        ".gone.z .spec.number.y .spec[a=1].x");
}
