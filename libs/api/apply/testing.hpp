#pragma once
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <deque>
#include <set>
#include <string>
#include "api/apply/field_manager.hpp"
#include "api/decode.hpp"
#include "base/yaml.hpp"

/// A kind made at run time that has every way to be merged, and an object of it that is written to.
namespace api::apply::testing {

/// YAML or JSON.
inline Object object(std::string_view text) {
  auto parsed = base::parse_yaml(text);
  INFO(text);
  REQUIRE(parsed.has_value());
  if (parsed->is_null()) return {};
  REQUIRE(parsed->is_object());
  return parsed->get_object();
}

/// {"f:spec", "k:{\"name\":\"a\"}"}
inline Path path(std::initializer_list<std::string_view> elements) {
  Path out;
  for (const auto text : elements) {
    auto element = PathElement::parse(text);
    REQUIRE(element.has_value());
    REQUIRE(element->has_value());
    out.push_back(**element);
  }
  return out;
}

/// The members as messages name them, one a word, sorted.
inline std::string words(const FieldSet& set) {
  std::set<std::string> all;
  set.each([&](const Path& p) { all.insert(message(p)); });
  std::string out;
  for (const auto& one : all)
    out += (out.empty() ? "" : " ") + one;
  return out;
}

/// Owns the types of one kind.
class Kinds {
 public:
  /// "Thing": spec with number, text, flag, list (atomic), set, items (by name, each with value and ports by
  /// port and protocol), map, box (an atomic map), part (an object), free (no schema).
  const Type* thing = nullptr;

  Kinds() {
    auto* number = make(Kind::int64);
    auto* text = make(Kind::string);
    auto* flag = make(Kind::boolean);
    auto* any = make(Kind::any);
    auto* texts = make(Kind::list, text);
    auto* map = make(Kind::map, text);
    auto* port = object_of({field("port", number), field("protocol", text), field("name", text)});
    auto ports = field("ports", make(Kind::list, port), ListType::map, {"port", "protocol"});
    auto* item =
        object_of({field("name", text), field("value", number), field("labels", map), std::move(ports)});
    auto* part = object_of({field("one", number), field("two", number), field("deep", map)});
    auto box = field("box", map);
    box.map_atomic = true;
    auto* spec = object_of({std::move(box), field("flag", flag), field("free", any),
                            field("items", make(Kind::list, item), ListType::map, {"name"}),
                            field("list", texts), field("map", map), field("number", number),
                            field("part", part), field("set", texts, ListType::set), field("text", text)});
    auto* status = object_of({field("phase", text), field("count", number)});
    thing = object_of({field("apiVersion", text), field("kind", text),
                       field("metadata", find_type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")),
                       field("spec", spec), field("status", status)});
  }

 private:
  static Field field(std::string name, const Type* type, ListType list = ListType::atomic,
                     std::vector<std::string> keys = {}) {
    Field f;
    f.name = std::move(name);
    f.type = type;
    f.list_type = list;
    f.list_map_keys = std::move(keys);
    return f;
  }
  Type* make(Kind kind, const Type* element = nullptr) {
    auto& type = types_.emplace_back();
    type.kind = kind;
    type.element = element;
    return &type;
  }
  Type* object_of(std::vector<Field> fields) {
    auto* type = make(Kind::object);
    std::sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) { return a.name < b.name; });
    type->fields = std::move(fields);
    return type;
  }

  std::deque<Type> types_;
};

inline const Kinds& kinds() {
  static const Kinds k;
  return k;
}

/// One object, as its writes leave it.
class State {
 public:
  FieldManagerOptions options;
  Object live;

  explicit State(GroupVersionKind kind = {"test", "v1", "Thing"}, const Type* type = kinds().thing) {
    options.kind = std::move(kind);
    options.type = type;
  }

  /// The message of the refusal; empty: done.
  std::string apply(std::string_view manager, std::string_view text, bool force = false) {
    const auto done = try_apply(manager, text, force);
    return done ? std::string() : done.error().message;
  }
  StatusOr<void> try_apply(std::string_view manager, std::string_view text, bool force = false) {
    tick();
    auto made = FieldManager(options).apply(live, complete(object(text)), manager, force);
    if (!made) return made.error();
    keep(std::move(*made));
    return {};
  }
  /// `text` is the whole object but for what a client leaves alone; managedFields only if it has them.
  void update(std::string_view manager, std::string_view text) {
    tick();
    auto next = complete(object(text));
    FieldManager(options).update(live, next, manager);
    keep(std::move(next));
  }
  /// The object without its metadata's bookkeeping.
  Object bare() const {
    Object out = live;
    for (const char* member : {"managedFields", "uid", "name"})
      api::remove(out, {"metadata", member});
    if (const auto* metadata = get_object(out, {"metadata"}); metadata && metadata->empty())
      out.erase("metadata");
    out.erase("kind");
    out.erase("apiVersion");
    return out;
  }
  /// "a:Apply b:Update": who is there, in the order of the entries.
  std::string managers() const {
    std::string out;
    for (const auto* entry : entries())
      out += (out.empty() ? "" : " ") + std::string(get_string(*entry, {"manager"})) + ":" +
             std::string(get_string(*entry, {"operation"}));
    return out;
  }
  /// What `manager` has, by the entry of that operation; "-": there is no such entry.
  std::string fields(std::string_view manager, std::string_view operation) const {
    for (const auto* entry : entries())
      if (get_string(*entry, {"manager"}) == manager && get_string(*entry, {"operation"}) == operation) {
        auto set = from_fields_v1(entry->at("fieldsV1"));
        REQUIRE(set.has_value());
        return words(*set);
      }
    return "-";
  }
  std::string time(std::string_view manager) const {
    for (const auto* entry : entries())
      if (get_string(*entry, {"manager"}) == manager) return std::string(get_string(*entry, {"time"}));
    return "-";
  }

 private:
  void tick() {
    const auto seconds = std::to_string(++clock_);
    options.now = "2026-01-01T00:00:" + std::string(2 - seconds.size(), '0') + seconds + "Z";
  }
  Object complete(Object o) const {
    if (!o.contains("kind")) o["kind"] = options.kind.kind;
    if (!o.contains("apiVersion")) o["apiVersion"] = options.kind.api_version();
    return o;
  }
  void keep(Object next) {
    live = std::move(next);
    metadata(live)["uid"] = "u";
    metadata(live)["name"] = "x";
  }
  std::vector<const Object*> entries() const {
    std::vector<const Object*> out;
    if (const auto* list = get_array(live, {"metadata", "managedFields"}))
      for (const auto& entry : *list)
        out.push_back(&entry.as_object());
    return out;
  }
  int clock_ = 0;
};

}  // namespace api::apply::testing
