#include "api/object.hpp"
#include <limits>

namespace api {

const json::value* get(const Object& root, std::initializer_list<std::string_view> path) noexcept {
  const Object* at = &root;
  const json::value* found = nullptr;
  for (auto step : path) {
    if (!at) return nullptr;
    found = at->if_contains(step);
    if (!found) return nullptr;
    at = found->if_object();
  }
  return found;
}

std::string_view get_string(const Object& root, std::initializer_list<std::string_view> path) noexcept {
  const auto* v = get(root, path);
  return v && v->is_string() ? std::string_view(v->get_string()) : std::string_view();
}

std::optional<std::int64_t> get_int(const Object& root,
                                    std::initializer_list<std::string_view> path) noexcept {
  const auto* v = get(root, path);
  if (!v) return std::nullopt;
  if (v->is_int64()) return v->get_int64();
  // Boost keeps what code assigned as an unsigned number apart from what the parser found to be one.
  if (v->is_uint64() &&
      v->get_uint64() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return static_cast<std::int64_t>(v->get_uint64());
  return std::nullopt;
}

bool get_bool(const Object& root, std::initializer_list<std::string_view> path) noexcept {
  const auto* v = get(root, path);
  return v && v->is_bool() && v->get_bool();
}

const Object* get_object(const Object& root, std::initializer_list<std::string_view> path) noexcept {
  const auto* v = get(root, path);
  return v ? v->if_object() : nullptr;
}

const json::array* get_array(const Object& root, std::initializer_list<std::string_view> path) noexcept {
  const auto* v = get(root, path);
  return v ? v->if_array() : nullptr;
}

json::value& ensure(Object& root, std::initializer_list<std::string_view> path) {
  Object* at = &root;
  json::value* found = nullptr;
  for (auto step : path) {
    if (found) at = found->is_object() ? &found->get_object() : &found->emplace_object();
    found = &(*at)[step];
  }
  return *found;
}

Object& ensure_object(Object& root, std::initializer_list<std::string_view> path) {
  auto& v = ensure(root, path);
  return v.is_object() ? v.get_object() : v.emplace_object();
}

bool set_default(Object& root, std::initializer_list<std::string_view> path, json::value value) {
  auto& v = ensure(root, path);
  if (!v.is_null()) return false;
  v = std::move(value);
  return true;
}

bool remove(Object& root, std::initializer_list<std::string_view> path) {
  Object* at = &root;
  std::size_t left = path.size();
  for (auto step : path) {
    const auto hit = at->find(step);
    if (hit == at->end()) return false;
    if (--left == 0) {
      at->erase(hit);
      return true;
    }
    if (!hit->value().is_object()) return false;
    at = &hit->value().get_object();
  }
  return false;
}

std::string_view name_of(const Object& o) noexcept {
  return get_string(o, {"metadata", "name"});
}
std::string_view namespace_of(const Object& o) noexcept {
  return get_string(o, {"metadata", "namespace"});
}
std::string_view uid_of(const Object& o) noexcept {
  return get_string(o, {"metadata", "uid"});
}
std::string_view resource_version_of(const Object& o) noexcept {
  return get_string(o, {"metadata", "resourceVersion"});
}
bool is_deleting(const Object& o) noexcept {
  return !get_string(o, {"metadata", "deletionTimestamp"}).empty();
}
const Object* labels_of(const Object& o) noexcept {
  return get_object(o, {"metadata", "labels"});
}
const Object* annotations_of(const Object& o) noexcept {
  return get_object(o, {"metadata", "annotations"});
}
Object& metadata(Object& o) {
  return ensure_object(o, {"metadata"});
}

bool deep_equal(const json::value& a, const json::value& b) noexcept {
  // boost::json compares objects member by member in any order, numbers by value.
  return a == b;
}

}  // namespace api
