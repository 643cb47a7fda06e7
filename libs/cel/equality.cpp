#include "cel/equality.hpp"
#include <boost/json/serialize.hpp>
#include <cmath>
#include <compare>
#include <unordered_map>
#include "cel/collections.hpp"

namespace cel {

namespace {

bool is_number(const Value& v) {
  return v.is(Kind::integer) || v.is(Kind::uinteger) || v.is(Kind::floating);
}

std::partial_ordering compare_double(double d, const Value& b) {
  if (b.is(Kind::floating)) return d <=> b.as_floating();
  if (std::isnan(d)) return std::partial_ordering::unordered;
  // Beyond the other's range there is nothing to round; within it whole parts compare exactly.
  if (b.is(Kind::integer)) {
    if (d < -0x1p63) return std::partial_ordering::less;
    if (d >= 0x1p63) return std::partial_ordering::greater;
    const auto whole = static_cast<std::int64_t>(d);
    if (whole != b.as_integer()) return whole <=> b.as_integer();
    return d <=> static_cast<double>(whole);
  }
  if (d < 0) return std::partial_ordering::less;
  if (d >= 0x1p64) return std::partial_ordering::greater;
  const auto whole = static_cast<std::uint64_t>(d);
  if (whole != b.as_uinteger()) return whole <=> b.as_uinteger();
  return d <=> static_cast<double>(whole);
}

std::partial_ordering compare_numbers(const Value& a, const Value& b) {
  if (a.is(Kind::floating)) return compare_double(a.as_floating(), b);
  if (b.is(Kind::floating)) return 0 <=> compare_double(b.as_floating(), a);
  if (a.is(Kind::integer) && b.is(Kind::integer)) return a.as_integer() <=> b.as_integer();
  if (a.is(Kind::uinteger) && b.is(Kind::uinteger)) return a.as_uinteger() <=> b.as_uinteger();
  if (a.is(Kind::integer))
    return a.as_integer() < 0 ? std::partial_ordering::less
                              : static_cast<std::uint64_t>(a.as_integer()) <=> b.as_uinteger();
  return 0 <=> compare_numbers(b, a);
}

Value equal_items(Evaluation& e, const Value& a, const Value& b) {
  for (std::size_t i = 0; i < list_size(a); ++i) {
    const Value eq = equal(e, list_item(e, a, i), list_item(e, b, i));
    if (!eq.is_true()) return eq;
  }
  return Value::boolean(true);
}

/// Elements of sets, and the keys of elements of map lists, as one text each.
std::string key_text(const Value& v, const Schema* list) {
  if (list && list->list_kind == ListKind::map && v.is(Kind::map) && v.is_json()) {
    std::string out;
    for (const auto& key : list->map_keys) {
      const auto found = v.as_object().find(key);
      out += found == v.as_object().end() ? "-" : json::serialize(found->value());
      out += '\0';
    }
    return out;
  }
  if (v.is_json()) return v.is(Kind::list) ? json::serialize(v.as_array()) : json::serialize(v.as_object());
  return std::string(type_name(v)) + text_of(v);
}

ListKind list_kind(const Value& list) {
  return list.is_json() && list.schema() ? list.schema()->list_kind : ListKind::atomic;
}

Value equal_in_any_order(Evaluation& e, const Value& a, const Value& b) {
  std::unordered_map<std::string, Value> mine;
  for (const Value& v : list_items(e, a))
    mine.insert_or_assign(key_text(v, a.schema()), v);
  for (const Value& v : list_items(e, b)) {
    const auto found = mine.find(key_text(v, a.schema()));
    if (found == mine.end()) return Value::boolean(false);
    const Value eq = equal(e, found->second, v);
    if (!eq.is_true()) return eq;
  }
  return Value::boolean(true);
}

Value equal_lists(Evaluation& e, const Value& a, const Value& b) {
  if (list_size(a) != list_size(b)) return Value::boolean(false);
  return list_kind(a) == ListKind::atomic ? equal_items(e, a, b) : equal_in_any_order(e, a, b);
}

Value equal_maps(Evaluation& e, const Value& a, const Value& b) {
  if (map_size(a) != map_size(b)) return Value::boolean(false);
  for (const Value& key : map_keys(e, a)) {
    const auto mine = map_find(e, a, key);
    const auto theirs = map_find(e, b, key);
    if (mine.has_value() != theirs.has_value()) return Value::boolean(false);
    if (!mine) continue;
    const Value eq = equal(e, *mine, *theirs);
    if (!eq.is_true()) return eq;
  }
  return Value::boolean(true);
}

Value equal_optionals(Evaluation& e, const Value& a, const Value& b) {
  if (!a.as_optional() || !b.as_optional()) return Value::boolean(a.as_optional() == b.as_optional());
  return equal(e, *a.as_optional(), *b.as_optional());
}

}  // namespace

bool numbers_equal(const Value& a, const Value& b) noexcept {
  return compare_numbers(a, b) == std::partial_ordering::equivalent;
}

Value equal(Evaluation& e, const Value& a, const Value& b) {
  if (a.is_error()) return a;
  if (b.is_error()) return b;
  if (is_number(a) && is_number(b)) return Value::boolean(numbers_equal(a, b));
  if (a.kind() != b.kind()) return Value::boolean(false);
  switch (a.kind()) {
    case Kind::boolean:
      return Value::boolean(a.as_boolean() == b.as_boolean());
    case Kind::string:
    case Kind::bytes:
    case Kind::type:
      return Value::boolean(a.as_text() == b.as_text());
    case Kind::duration:
      return Value::boolean(a.as_nanoseconds() == b.as_nanoseconds());
    case Kind::timestamp:
      return Value::boolean(a.as_seconds() == b.as_seconds() &&
                            a.subsecond_nanoseconds() == b.subsecond_nanoseconds());
    case Kind::list:
      return equal_lists(e, a, b);
    case Kind::map:
      return equal_maps(e, a, b);
    case Kind::optional:
      return equal_optionals(e, a, b);
    case Kind::opaque:
      return Value::boolean(a.opaque_type() == b.opaque_type() && a.opaque_type()->equal &&
                            a.opaque_type()->equal(a.opaque_data(), b.opaque_data()));
    default:
      return Value::boolean(true);  // null
  }
}

namespace {

template <class T>
Order order_of(const T& a, const T& b) {
  return {a < b ? -1 : b < a ? 1 : 0, std::nullopt};
}

}  // namespace

Order compare(Evaluation& e, const Value& a, const Value& b) {
  if (is_number(a) && is_number(b)) {
    const auto order = compare_numbers(a, b);
    if (order == std::partial_ordering::unordered) return {0, e.fail_static("NaN values cannot be ordered")};
    return {order < 0 ? -1 : order > 0 ? 1 : 0, std::nullopt};
  }
  if (a.kind() != b.kind()) return {0, e.no_overload()};
  switch (a.kind()) {
    case Kind::boolean:
      return order_of(a.as_boolean(), b.as_boolean());
    case Kind::string:
    case Kind::bytes:
      return order_of(a.as_text(), b.as_text());
    case Kind::duration:
      return order_of(a.as_nanoseconds(), b.as_nanoseconds());
    case Kind::timestamp:
      if (a.as_seconds() != b.as_seconds()) return order_of(a.as_seconds(), b.as_seconds());
      return order_of(a.subsecond_nanoseconds(), b.subsecond_nanoseconds());
    default:
      return {0, e.no_overload()};
  }
}

Value merge_lists(Evaluation& e, const Value& a, const Value& b) {
  std::vector<Value> out;
  std::unordered_map<std::string, std::size_t> places;
  const ListKind kind = list_kind(a);
  for (const Value& v : list_items(e, a)) {
    if (kind != ListKind::atomic) places.emplace(key_text(v, a.schema()), out.size());
    out.push_back(v);
  }
  for (const Value& v : list_items(e, b)) {
    if (kind != ListKind::atomic) {
      const auto [place, is_new] = places.emplace(key_text(v, a.schema()), out.size());
      if (!is_new) {
        if (kind == ListKind::map) out[place->second] = v;
        continue;
      }
    }
    out.push_back(v);
  }
  return e.list(out);
}

}  // namespace cel
