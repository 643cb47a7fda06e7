#include "cel/collections.hpp"
#include <bit>
#include <cmath>
#include <memory>
#include "cel/equality.hpp"
#include "cel/utf8.hpp"

namespace cel {

std::size_t list_size(const Value& list) noexcept {
  return list.is_json() ? list.as_array().size() : list.as_items().size();
}

namespace {
const Schema* element_schema(const Value& v) {
  return v.schema() ? v.schema()->element : nullptr;
}
}  // namespace

Value list_item(Evaluation& e, const Value& list, std::size_t i) {
  if (!list.is_json()) return list.as_items()[i];
  return adapt(e, list.as_array()[i], element_schema(list));
}

std::span<const Value> list_items(Evaluation& e, const Value& list) {
  if (!list.is_json()) return list.as_items();
  const json::array& array = list.as_array();
  Value* items = e.arena.array<Value>(array.size());
  for (std::size_t i = 0; i < array.size(); ++i)
    new (items + i) Value(adapt(e, array[i], element_schema(list)));
  return {items, array.size()};
}

std::size_t map_size(const Value& map) noexcept {
  return map.is_json() ? map.as_object().size() : map.as_map().size;
}

bool is_key(const Value& v) noexcept {
  return v.is(Kind::boolean) || v.is(Kind::integer) || v.is(Kind::uinteger) || v.is(Kind::string);
}

namespace {

std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  return x;
}

/// Equal for keys that are equal, whatever their kinds.
std::uint64_t hash(const Value& key) {
  switch (key.kind()) {
    case Kind::string:
      return std::hash<std::string_view>()(key.as_text());
    case Kind::boolean:
      return mix(key.as_boolean() ? 3 : 5);
    case Kind::integer:
      return mix(static_cast<std::uint64_t>(key.as_integer()));
    case Kind::uinteger:
      return mix(key.as_uinteger());
    default:
      return 0;
  }
}

/// A double stands for the integer it equals.
std::optional<Value> canonical_key(const Value& key) {
  if (!key.is(Kind::floating)) return key;
  const double d = key.as_floating();
  if (d != std::floor(d)) return std::nullopt;
  if (d >= -0x1p63 && d < 0x1p63) return Value::integer(static_cast<std::int64_t>(d));
  if (d >= 0x1p63 && d < 0x1p64) return Value::uinteger(static_cast<std::uint64_t>(d));
  return std::nullopt;
}

bool same_key(const Value& a, const Value& b) {
  if (a.is(Kind::string)) return b.is(Kind::string) && a.as_text() == b.as_text();
  if (a.is(Kind::boolean) || b.is(Kind::boolean))
    return a.kind() == b.kind() && a.as_boolean() == b.as_boolean();
  return !b.is(Kind::string) && numbers_equal(a, b);
}

std::optional<Value> find_made(const MapData& map, const Value& given) {
  const auto key = canonical_key(given);
  if (!key || !is_key(*key) || map.size == 0) return std::nullopt;
  const std::size_t mask = map.slot_count - 1;
  for (std::size_t s = hash(*key) & mask; map.slots[s] != 0; s = (s + 1) & mask) {
    const std::size_t i = map.slots[s] - 1;
    if (i < map.size && same_key(map.keys[i], *key)) return map.values[i];
  }
  return std::nullopt;
}

}  // namespace

std::optional<Value> map_find(Evaluation& e, const Value& map, const Value& key) {
  if (!map.is_json()) return find_made(map.as_map(), key);
  if (!key.is(Kind::string)) return std::nullopt;
  const json::object& object = map.as_object();
  const Schema* schema = map.schema();
  if (!schema || schema->form != Form::object) {
    const auto found = object.find(key.as_text());
    if (found == object.end()) return std::nullopt;
    return adapt(e, found->value(), schema ? schema->element : nullptr);
  }
  const Property* property = schema->property_escaped(key.as_text());
  return property ? find_property(e, object, *property) : std::nullopt;
}

std::span<const Value> map_keys(Evaluation& e, const Value& map) {
  if (!map.is_json()) return {map.as_map().keys, map.as_map().size};
  const json::object& object = map.as_object();
  const Schema* schema = map.schema();
  const bool declared_only = schema && schema->form == Form::object;
  Value* keys = e.arena.array<Value>(object.size());
  std::size_t n = 0;
  for (const auto& [name, value] : object) {
    std::string_view key = name;
    if (declared_only) {
      const Property* p = schema->property(name);
      if (!p) continue;
      if (!p->escaped.empty()) key = p->escaped;
    }
    new (keys + n++) Value(Value::string(key));
  }
  return {keys, n};
}

std::optional<std::uint64_t> size_of(const Value& v) noexcept {
  switch (v.kind()) {
    case Kind::string:
      return utf8::count(v.as_text());
    case Kind::bytes:
      return v.as_text().size();
    case Kind::list:
      return list_size(v);
    case Kind::map:
      return map_size(v);
    default:
      return std::nullopt;
  }
}

std::uint64_t cost_size(const Value& v) noexcept {
  if (v.is(Kind::optional)) return v.as_optional() ? cost_size(*v.as_optional()) : 1;
  if (v.is(Kind::opaque)) return v.opaque_type()->size ? v.opaque_type()->size(v.opaque_data()) : 1;
  return size_of(v).value_or(1);
}

namespace {

/// An index of any numeric kind that is a whole number.
std::optional<Value> list_lookup(Evaluation& e, const Value& list, const Value& key) {
  const auto index = canonical_key(key);
  if (index && index->is(Kind::integer)) {
    const std::int64_t i = index->as_integer();
    if (i < 0 || static_cast<std::uint64_t>(i) >= list_size(list)) return std::nullopt;
    return list_item(e, list, static_cast<std::size_t>(i));
  }
  if (index && index->is(Kind::uinteger)) {
    if (index->as_uinteger() >= list_size(list)) return std::nullopt;
    return list_item(e, list, index->as_uinteger());
  }
  return e.fail("unsupported index type '" + std::string(type_name(key)) + "' in list");
}

}  // namespace

std::optional<Value> lookup(Evaluation& e, const Value& operand, const Value& key) {
  if (operand.is(Kind::map)) return map_find(e, operand, key);
  if (operand.is(Kind::list)) return list_lookup(e, operand, key);
  return std::nullopt;
}

Value lookup_required(Evaluation& e, const Value& operand, const Value& key) {
  if (const auto found = lookup(e, operand, key)) return *found;
  return e.fail((operand.is(Kind::list) ? "index out of bounds: " : "no such key: ") + text_of(key));
}

void ListBuilder::append(Evaluation& e, const Value& v) {
  if (size_ == capacity_) {
    const std::size_t capacity = capacity_ == 0 ? 8 : 2 * capacity_;
    Value* items = e.arena.array<Value>(capacity);
    std::uninitialized_copy(items_, items_ + size_, items);
    items_ = items;
    capacity_ = capacity;
  }
  new (items_ + size_++) Value(v);
}

std::size_t MapBuilder::slot(const Value& key) const {
  const std::size_t mask = 2 * capacity_ - 1;
  std::size_t s = hash(key) & mask;
  while (slots_[s] != 0 && !same_key(keys_[slots_[s] - 1], key))
    s = (s + 1) & mask;
  return s;
}

void MapBuilder::grow(Evaluation& e) {
  const std::size_t capacity = capacity_ == 0 ? 4 : 2 * capacity_;
  Value* keys = e.arena.array<Value>(capacity);
  Value* values = e.arena.array<Value>(capacity);
  std::uninitialized_copy(keys_, keys_ + size_, keys);
  std::uninitialized_copy(values_, values_ + size_, values);
  keys_ = keys;
  values_ = values;
  capacity_ = capacity;
  slots_ = e.arena.array<std::uint32_t>(2 * capacity);
  std::fill_n(slots_, 2 * capacity, 0U);
  for (std::size_t i = 0; i < size_; ++i)
    slots_[slot(keys_[i])] = static_cast<std::uint32_t>(i + 1);
}

bool MapBuilder::insert(Evaluation& e, const Value& key, const Value& value) {
  if (size_ == capacity_) grow(e);
  const std::size_t s = slot(key);
  if (slots_[s] != 0) return false;
  new (keys_ + size_) Value(key);
  new (values_ + size_) Value(value);
  slots_[s] = static_cast<std::uint32_t>(++size_);
  return true;
}

Value MapBuilder::value(Evaluation& e) const {
  return Value::map(e.arena.make(MapData{keys_, values_, size_, slots_, 2 * capacity_}));
}

}  // namespace cel
