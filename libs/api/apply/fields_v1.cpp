#include "api/apply/field_set.hpp"

namespace api::apply {
namespace {

namespace json = boost::json;
constexpr int depth_max = 128;

json::object encode_level(const FieldSet& set, bool self, const json::storage_ptr& storage) {
  json::object out(storage);
  out.reserve(set.nodes().size() + self);
  if (self) out.emplace(".", json::object(storage));
  for (const auto& node : set.nodes())
    out.emplace(node.element.serialized(),
                encode_level(node.children, node.member && !node.children.empty(), storage));
  return out;
}

struct Level {
  FieldSet set;
  bool self = false;
};

base::Result<Level> decode_level(const json::value& fields, int depth) {
  const base::Error wrong(base::Errc::invalid_argument, "fields must be nested objects");
  if (!fields.is_object() || depth > depth_max) return wrong;
  Level out;
  out.set.reserve(fields.get_object().size());
  for (const auto& [key, below] : fields.get_object()) {
    if (key == ".") {
      out.self = true;
      continue;
    }
    auto element = PathElement::parse(key);
    if (!element) return element.error();
    if (!*element) continue;
    auto level = decode_level(below, depth + 1);
    if (!level) return level.error();
    out.set.append(std::move(**element), level->self, std::move(level->set));
  }
  out.set.sort();
  // One with nothing below it is there for itself.
  if (out.set.empty()) out.self = true;
  return out;
}

}  // namespace

json::object to_fields_v1(const FieldSet& set) {
  return encode_level(set, false, {});
}

base::Result<FieldSet> from_fields_v1(const json::value& fields) {
  auto level = decode_level(fields, 0);
  if (!level) return level.error();
  return std::move(level->set);
}

}  // namespace api::apply
