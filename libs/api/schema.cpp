#include "api/schema.hpp"
#include <algorithm>
#include <deque>
#include <map>
#include "api/schema_data.hpp"

namespace api {

std::vector<std::string> data::split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return parts;
}

namespace {

/// "/v1/Pod;..." with an empty group first.
std::vector<std::vector<std::string>> split_gvk(std::string_view text) {
  std::vector<std::vector<std::string>> out;
  for (const auto& one : data::split(text, ';')) {
    const auto a = one.find('/'), b = one.rfind('/');
    out.push_back({one.substr(0, a), one.substr(a + 1, b - a - 1), one.substr(b + 1)});
  }
  return out;
}

struct Builtin {
  std::vector<Type> types;
  std::map<std::string_view, const Type*> by_name;
  std::vector<const Type*> objects;

  Builtin() : types(data::type_count) {
    for (std::size_t i = 0; i < types.size(); ++i)
      fill(types[i], data::types[i]);
    for (const auto& t : types)
      if (!t.name.empty()) {
        by_name[t.name] = &t;
        objects.push_back(&t);
      }
    std::sort(objects.begin(), objects.end(), [](const Type* a, const Type* b) { return a->name < b->name; });
  }

  void fill(Type& t, const data::RawType& raw) {
    t.kind = raw.kind;
    t.name = raw.name;
    t.element = raw.element >= 0 ? &types[static_cast<std::size_t>(raw.element)] : nullptr;
    t.map_atomic = raw.map_atomic != 0;
    t.gvk = split_gvk(raw.gvk);
    t.fields.reserve(raw.field_count);
    for (std::size_t i = 0; i < raw.field_count; ++i)
      t.fields.push_back(make_field(data::fields[raw.first_field + i]));
  }

  Field make_field(const data::RawField& raw) const {
    Field f;
    f.name = raw.name;
    f.type = &types[static_cast<std::size_t>(raw.type)];
    f.required = (raw.flags & 1) != 0;
    f.map_atomic = (raw.flags & 2) != 0;
    f.proto_number = raw.proto_number;
    f.list_type = static_cast<ListType>(raw.list_type);
    f.list_map_keys = data::split(raw.list_map_keys, ',');
    f.patch_strategy = static_cast<PatchStrategy>(raw.patch_strategy);
    f.patch_merge_key = raw.patch_merge_key;
    return f;
  }
};

const Builtin& builtin() {
  static const Builtin b;
  return b;
}

}  // namespace

const Field* Type::field(std::string_view wanted) const noexcept {
  const auto hit = std::lower_bound(fields.begin(), fields.end(), wanted,
                                    [](const Field& f, std::string_view n) { return f.name < n; });
  return hit != fields.end() && hit->name == wanted ? &*hit : nullptr;
}

const Type* find_type(std::string_view name) noexcept {
  const auto hit = builtin().by_name.find(name);
  return hit == builtin().by_name.end() ? nullptr : hit->second;
}

std::span<const Type* const> all_types() noexcept {
  return builtin().objects;
}

}  // namespace api
