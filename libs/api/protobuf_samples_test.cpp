#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include "api/protobuf.hpp"
#include "api/resource.hpp"
#include "api/schema.hpp"
#include "base/encoding.hpp"

/// Every field of every kind, there and back. The samples are made from the schema. With COX_API_SAMPLES, the
/// folder of upstream's own (testdata/HEAD of the repository kubernetes/api at the release of the schema),
/// each of those is read and must be written byte for byte as upstream wrote it.

using namespace api;

namespace {

/// A value of each type that is not its zero; the same each time.
class Filler {
 public:
  json::value fill(const Type& type, const std::string& name, int depth) {
    switch (type.kind) {
      case Kind::string:
      case Kind::duration:
        return json::string(name + "Value \"\\\n\xc3\xa9");
      case Kind::boolean:
        return true;
      case Kind::int32:
        return --number_;
      case Kind::int64:
        return --number_ * 5'000'000'000;
      case Kind::number:
        return static_cast<double>(--number_) / 4;
      case Kind::bytes:
        return json::string(base::base64_encode(name));
      case Kind::quantity:
        return json::string(std::to_string(-number_) + "m");
      case Kind::int_or_string:
        return ++number_ % 2 ? json::value(number_) : json::value("50%");
      case Kind::time:
        return json::string("2024-02-29T12:00:59Z");
      case Kind::micro_time:
        return json::string("2024-02-29T12:00:59.000250Z");
      case Kind::any:
        return json::object{{"any", json::array{1, "x", nullptr, json::object{{"y", 0.5}}}}};
      case Kind::object:
        return object(type, depth);
      case Kind::list:
        return json::array{fill(*type.element, name, depth), fill(*type.element, name, depth)};
      case Kind::map:
        return json::object{{"b", fill(*type.element, name, depth)},
                            {"a/\"", fill(*type.element, name, depth)}};
    }
    return nullptr;
  }

 private:
  json::value object(const Type& type, int depth) {
    json::object out;
    // Schemas of custom resources hold schemas.
    if (depth > 20) return out;
    const bool schema = type.name.ends_with(".JSONSchemaProps");
    for (const auto& field : type.fields) {
      // What an object is within another, protobuf does not say.
      if (depth > 0 && !field.proto_number && (field.name == "kind" || field.name == "apiVersion")) continue;
      const bool nested =
          schema && (field.type->element ? field.type->element->kind : field.type->kind) == Kind::object;
      if (nested && depth > 4 && !field.name.starts_with("x-")) continue;
      const bool empty = (field.name == "status" && type.name.ends_with(".CustomResourceSubresources")) ||
                         (field.name == "spec" && type.name.ends_with(".StorageVersion")) ||
                         (field.name == "basic" && type.name.ends_with(".PodGroupPolicy"));
      if (empty)
        out[field.name] = json::object();
      else if (schema && field.type->kind == Kind::any &&
               !(field.name == "default" || field.name == "example"))
        out[field.name] = json::object{{"type", "string"}};
      else if (schema && field.name == "dependencies")
        out[field.name] = json::object{{"a", json::array{"b"}}, {"c", json::object{{"type", "string"}}}};
      else
        out[field.name] = fill(*field.type, field.name, depth + 1);
    }
    return out;
  }

  std::int64_t number_ = -1;
};

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The type of an object by what it says itself; null: not of the schema.
const Type* type_of(const Object& object) {
  const auto version = get_string(object, {"apiVersion"});
  const auto slash = version.find('/');
  const auto group = slash == std::string_view::npos ? std::string_view() : version.substr(0, slash);
  for (const auto* type : all_types())
    for (const auto& gvk : type->gvk)
      if (gvk[2] == get_string(object, {"kind"}) && gvk[0] == group && gvk[1] == version.substr(slash + 1))
        return type;
  return nullptr;
}

}  // namespace

TEST_CASE("all fields of all kinds survive protobuf") {
  ProtobufWriter writer;
  std::size_t kinds = 0;
  for (const auto* type : all_types()) {
    if (type->gvk.empty()) continue;
    INFO(type->name);
    auto sample = Filler().fill(*type, "", 0);
    sample.get_object()["kind"] = type->gvk[0][2];
    sample.get_object()["apiVersion"] = GroupVersion{type->gvk[0][0], type->gvk[0][1]}.text();
    const auto bytes = writer.object(encode(sample), *type);
    REQUIRE(bytes.has_value());
    const auto back = parse_protobuf(*bytes, *type);
    REQUIRE(back.has_value());
    const bool same = deep_equal(*back, sample);
    CHECK(same);
    if (!same) WARN(encode(sample) + "\n" + encode(*back));
    const std::string first(*bytes);
    const auto again = writer.object(encode(*back), *type);
    REQUIRE(again.has_value());
    CHECK(*again == first);
    ++kinds;
  }
  CHECK(kinds > 150);
}

TEST_CASE("upstream's samples are read and written as upstream does") {
  const char* folder = std::getenv("COX_API_SAMPLES");
  if (!folder) {
    WARN("not run: COX_API_SAMPLES does not name the folder of upstream's samples");
    return;
  }
  ProtobufWriter writer;
  std::size_t compared = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".json") continue;
    INFO(file.path().string());
    auto path = file.path();
    auto document = parse_json(read(path));
    REQUIRE(document.has_value());
    const auto* type = type_of(document->get_object());
    if (!type) continue;  // AdmissionReview and its like, and kinds that are no longer there.
    auto from_json = check(std::move(*document), *type);
    auto from_yaml = decode(read(path.replace_extension(".yaml")), "application/yaml", *type);
    const auto upstream = read(path.replace_extension(".pb"));
    auto from_protobuf = decode(upstream, protobuf_type, *type);
    REQUIRE(from_json.has_value());
    REQUIRE(from_yaml.has_value());
    REQUIRE(from_protobuf.has_value());
    CHECK(from_json->strict_errors.empty());
    CHECK(encode(from_json->object).size() == encode(from_protobuf->object).size());
    CHECK(deep_equal(from_json->object, from_protobuf->object));
    CHECK(deep_equal(from_json->object, from_yaml->object));
    const auto bytes = writer.object(encode(from_json->object), *type);
    REQUIRE(bytes.has_value());
    CHECK(*bytes == upstream);
    ++compared;
  }
  CHECK(compared > 80);
  WARN(compared << " samples compared");
}
