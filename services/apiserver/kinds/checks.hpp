#pragma once
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include "apiserver/kinds/common.hpp"

/// How validation is written: a `Part` walks down an object and adds errors on the way, worded as upstream's.
namespace apiserver::kinds {

using NameCheck = std::optional<std::string> (*)(std::string_view);
using Texts = std::initializer_list<std::string_view>;

/// A part of an object under validation: its value, where that is, and where the errors about it go. Views
/// what it is given: neither may go away before it.
struct Part {
  const Object& value;
  Path path;
  Errors& errors;

  std::string_view text(std::string_view member) const { return api::get_string(value, {member}); }
  std::optional<std::int64_t> number(std::string_view member) const { return api::get_int(value, {member}); }
  bool flag(std::string_view member) const { return api::get_bool(value, {member}); }
  bool has(std::string_view member) const;           ///< There, and not null.
  std::size_t count(std::string_view member) const;  ///< Of a list's elements or a map's members; else 0.
  Path at(std::string_view member) const { return path.child(member); }
  json::value copy(std::string_view member) const;
  const Object* object(std::string_view member) const { return api::get_object(value, {member}); }
  const json::array* list(std::string_view member) const { return api::get_array(value, {member}); }

  /// The member as a part; an empty one when it is absent.
  Part part(std::string_view member) const;
  /// Calls `f(Part)` when the member is there.
  template <class F>
  void with(std::string_view member, F f) const {
    if (object(member)) f(part(member));
  }
  /// `f(Part)` for each object in the list.
  template <class F>
  void each(std::string_view member, F f) const {
    kinds::each(value, member, path, [&](const Object& o, const Path& p) { f(Part{o, p, errors}); });
  }
  /// `f(text, path)` for each string in the list.
  template <class F>
  void each_text(std::string_view member, F f) const {
    const auto* all = list(member);
    for (std::size_t i = 0; all && i < all->size(); ++i)
      if ((*all)[i].is_string()) f(std::string_view((*all)[i].get_string()), at(member).index(i));
  }
  /// `f(key, value, path)` for each string in the map.
  template <class F>
  void each_entry(std::string_view member, F f) const {
    const auto* map = object(member);
    if (!map) return;
    for (const auto& [key, v] : *map)
      if (v.is_string()) f(std::string_view(key), std::string_view(v.get_string()), at(member).key(key));
  }

  // Rules. Each returns whether the member is there and right.
  bool require(std::string_view member, std::string detail = {}) const;  ///< Not absent, "", [] or {}.
  bool one_of(std::string_view member, Texts allowed) const;             ///< Required; listed sorted.
  bool one_of_if_set(std::string_view member, Texts allowed) const;      ///< Absent is right.
  bool one_of_in_order(std::string_view member, Texts allowed) const;    ///< Required; listed as given.
  bool syntax(std::string_view member, NameCheck check) const;           ///< Of a text that is not empty.
  bool not_negative(std::string_view member) const;                      ///< Absent is right.
  bool positive(std::string_view member) const;                          ///< "must be greater than zero".
  bool range(std::string_view member, std::int64_t least, std::int64_t most) const;  ///< Absent is right.
  /// Adds an error about the member with its value.
  void invalid(std::string_view member, std::string detail) const;
  /// An error if the member is there.
  void forbid(std::string_view member, std::string_view detail) const;
};

/// The whole object as a part.
inline Part whole(const Object& object, Errors& errors) {
  return {object, Path(), errors};
}
/// `object.spec`, empty when absent.
inline Part spec_of(const Object& object, Errors& errors) {
  return whole(object, errors).part("spec");
}

/// An error with the allowed values in the order given (upstream sorts most lists, not all).
void add_not_supported(const Path& path, json::value bad, Texts allowed, Errors& errors);
bool contains(Texts allowed, std::string_view text);

void check_name(std::string_view text, const Path& path, NameCheck check, Errors& errors);
/// Adds a duplicate error when `value` was seen before.
bool check_unique(std::set<std::string>& seen, std::string_view value, const Path& path, Errors& errors);
void check_inclusive(std::int64_t n, std::int64_t least, std::int64_t most, const Path& path, Errors& errors);
std::string inclusive_range(std::int64_t least, std::int64_t most);

// Addresses. Source of the words: apimachinery, util/validation.
void check_ip(std::string_view text, const Path& path, Errors& errors);
bool is_ip(std::string_view text);
bool is_ipv6(std::string_view text);
void check_cidr(std::string_view text, const Path& path, Errors& errors);
/// Unspecified, loopback and link-local addresses are refused.
void check_usable_ip(std::string_view text, const Path& path, Errors& errors);
/// A port's number, or its name.
void check_port_or_name(const Part& part, std::string_view member);

// Paths of files.
void check_no_backsteps(std::string_view text, const Path& path, Errors& errors);
void check_descending_path(std::string_view text, const Path& path, Errors& errors);
/// Neither absolute nor upwards, nor starting with "..".
void check_plain_path(std::string_view text, const Path& path, Errors& errors);

/// A key of a label: "prefix/name".
void check_label_key(std::string_view key, const Path& path, Errors& errors);
/// What LabelSelector.matchExpressions and matchLabels must be, values included.
void check_selector(const Part& parent, std::string_view member);

/// metadata.annotations: keys, and 256 KiB at most.
void check_annotations(const Object& metadata, const Path& path, Errors& errors);

/// A number not below 0, or a percentage; `most_100` refuses more than 100 %.
void check_int_or_percent(const Part& parent, std::string_view member, bool most_100);
/// Its value with percentages of 100 (so only good to compare with 0); 0 when absent.
std::int64_t int_or_percent(const Part& parent, std::string_view member);

}  // namespace apiserver::kinds
