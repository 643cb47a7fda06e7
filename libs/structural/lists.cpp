#include <map>
#include <set>
#include "api/decode.hpp"
#include "structural/values.hpp"

namespace structural {
namespace {

/// An object with its members in order, so that equal ones have equal texts.
json::value sorted(const json::value& v) {
  if (const auto* a = v.if_array()) {
    json::array out;
    for (const auto& e : *a)
      out.push_back(sorted(e));
    return out;
  }
  const auto* o = v.if_object();
  if (!o) return v;
  std::map<std::string_view, const json::value*> members;
  for (const auto& [name, value] : *o)
    members.emplace(name, &value);
  json::object out;
  for (const auto& [name, value] : members)
    out.emplace(name, sorted(*value));
  return out;
}

/// The places where a value stands for the second time, each value once.
std::vector<std::size_t> repeated(const std::vector<json::value>& values) {
  std::map<std::string, int> seen;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (++seen[api::encode(sorted(values[i]))] == 2) places.push_back(i);
  return places;
}

json::value key_of(const json::value& item, const std::vector<std::string>& names) {
  json::object key;
  if (const auto* o = item.if_object())
    for (const auto& name : names)
      if (const auto* v = o->if_contains(name)) key[name] = *v;
  return key;
}

void check_map_list(const json::array& list, const Schema& s, const Path& path, Errors& errors) {
  std::vector<json::value> keys;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object() && !list[i].is_null())
      return errors.invalid(path.index(i), list[i], "must be an object for an array of list-type map");
    keys.push_back(key_of(list[i], s.extensions.list_map_keys));
  }
  for (const auto i : repeated(keys))
    errors.duplicate(path.index(i), keys[i]);
}

void check_list(const json::array& list, const Schema& s, const Path& path, Errors& errors) {
  if (s.extensions.list_type == "set")
    for (const auto i : repeated({list.begin(), list.end()}))
      errors.duplicate(path.index(i), list[i]);
  if (s.extensions.list_type == "map") check_map_list(list, s, path, errors);
  if (!s.items) return;
  for (std::size_t i = 0; i < list.size(); ++i)
    check_lists(list[i], *s.items, path.index(i), errors);
}

}  // namespace

void check_lists(const json::value& value, const Schema& s, const Path& path, Errors& errors) {
  if (const auto* list = value.if_array()) return check_list(*list, s, path, errors);
  const auto* o = value.if_object();
  if (!o) return;
  for (const auto& [name, v] : *o) {
    if (s.additional) check_lists(v, *s.additional, path.key(name), errors);
    if (const auto found = s.properties.find(name); found != s.properties.end())
      check_lists(v, *found->second, path.child(name), errors);
  }
}

}  // namespace structural
