#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include "api/field_error.hpp"
#include "api/object.hpp"
#include "apiserver/kinds/kind.hpp"
#include "base/clock.hpp"

/// What the records of several groups share: cells, small checks, equality of parts.
namespace apiserver::kinds {

namespace json = boost::json;
using api::field::Errors;
using api::field::Path;

/// Upstream's short form of a duration: "42s", "5m3s", "3h", "2d4h", "1y". Source: apimachinery
/// duration.HumanDuration.
std::string human_duration(std::chrono::seconds d);
/// The time since an RFC 3339 text; "<unknown>" when it is absent or unreadable.
std::string since(std::string_view rfc3339, base::SystemTime now);
/// The Age cell.
std::string age(const Object& object, base::SystemTime now);
/// The Name cell.
std::string name_cell(const Object& object);
/// Joins with ","; `none` when there is nothing.
std::string join(const std::vector<std::string>& parts, std::string_view none = "<none>");
/// `text`, or "<none>".
std::string or_none(std::string_view text);
/// A label selector or plain labels as kubectl prints them: "app=web,tier in (a,b)".
std::string selector_text(const Object* selector);
std::string labels_text(const Object* labels);

/// A string cell.
inline json::string text(std::string_view s) {
  return json::string(s);
}
/// The string at `path`, or "".
inline std::string at(const Object& o, std::initializer_list<std::string_view> path) {
  return std::string(api::get_string(o, path));
}
/// The integer at `path`.
inline std::int64_t number(const Object& o, std::initializer_list<std::string_view> path,
                           std::int64_t otherwise = 0) {
  return api::get_int(o, path).value_or(otherwise);
}

/// The member as a copy, or null.
json::value copy(const Object& object, std::initializer_list<std::string_view> path);
/// True if both have the same value there (both absent counts).
bool same(const Object& a, const Object& b, std::initializer_list<std::string_view> path);

/// Calls `f(element, path)` for each object in the list at `member` of `parent`.
template <class F>
void each(const Object& parent, std::string_view member, const Path& parent_path, F f) {
  const auto* list = api::get_array(parent, {member});
  if (!list) return;
  const Path path = parent_path.child(member);
  for (std::size_t i = 0; i < list->size(); ++i)
    if ((*list)[i].is_object()) f((*list)[i].get_object(), path.index(i));
}
/// The mutable form, for defaults.
template <class F>
void each(Object& parent, std::string_view member, F f) {
  auto* list = parent.if_contains(member);
  if (!list || !list->is_array()) return;
  for (auto& v : list->get_array())
    if (v.is_object()) f(v.get_object());
}

// Checks. Each adds an error at `path` when the value is wrong; absent members are the caller's business.
void check_required(const Object& parent, std::string_view member, const Path& parent_path, Errors& errors);
void check_one_of(const Object& parent, std::string_view member, const Path& parent_path,
                  std::initializer_list<std::string_view> allowed, Errors& errors);
void check_not_negative(const Object& parent, std::string_view member, const Path& parent_path,
                        Errors& errors);
void check_port(std::int64_t port, const Path& path, Errors& errors);
/// "must be greater than or equal to 0" and the like.
void check_quantity_map(const Object& parent, std::string_view member, const Path& parent_path,
                        Errors& errors);
/// A metav1.LabelSelector: operators, values, key syntax.
void check_label_selector(const Object& selector, const Path& path, Errors& errors);
void check_labels(const Object& labels, const Path& path, Errors& errors);
/// The field may not differ from the old object's: "field is immutable".
void check_immutable(const Object& object, const Object& old, std::initializer_list<std::string_view> path,
                     Errors& errors);

/// The path {"spec","replicas"} as a field path.
Path path_of(std::initializer_list<std::string_view> members);

}  // namespace apiserver::kinds
