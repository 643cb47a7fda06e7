#pragma once
#include <optional>
#include "cel/evaluation.hpp"

/// Lists and maps, made by expressions or parts of a document, seen alike.
namespace cel {

/// Part of a document as a value. Scalars are read by the schema's form; what does not fit it is an error.
Value adapt(Evaluation& e, const json::value& v, const Schema* schema);

std::size_t list_size(const Value& list) noexcept;
/// `i` below the size.
Value list_item(Evaluation& e, const Value& list, std::size_t i);
/// All items; those of documents are adapted into the arena.
std::span<const Value> list_items(Evaluation& e, const Value& list);

std::size_t map_size(const Value& map) noexcept;
/// The value at `key`: nothing if there is none. Numbers are found by their value: 1, 1u and 1.0 are one key.
std::optional<Value> map_find(Evaluation& e, const Value& map, const Value& key);
/// Keys as iteration gives them; of objects the declared ones, as identifiers.
std::span<const Value> map_keys(Evaluation& e, const Value& map);

/// A property of a document's object by its name in the document. Null counts as absent.
std::optional<Value> find_property(Evaluation& e, const json::object& object, const Property& property);

/// Items of a list, keys of a map, code points of a string, bytes of bytes; none for other kinds.
std::optional<std::uint64_t> size_of(const Value& v) noexcept;
/// The same for costs: 1 for what has no size, the size of what is in an optional.
std::uint64_t cost_size(const Value& v) noexcept;

/// operand[key], operand.key. Empty: nothing there. An error: the operand or the key cannot be one.
std::optional<Value> lookup(Evaluation& e, const Value& operand, const Value& key);
/// lookup, or the error that says what is missing.
Value lookup_required(Evaluation& e, const Value& operand, const Value& key);

/// Grows in place; what expressions and folds build.
class ListBuilder {
 public:
  void append(Evaluation& e, const Value& v);
  Value value() const { return Value::list(std::span<const Value>(items_, size_)); }

 private:
  Value* items_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
};

class MapBuilder {
 public:
  /// False if the key is there already.
  bool insert(Evaluation& e, const Value& key, const Value& value);
  /// Shares the entries; later insertions do not show in it.
  Value value(Evaluation& e) const;

 private:
  void grow(Evaluation& e);
  std::size_t slot(const Value& key) const;
  Value *keys_ = nullptr, *values_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
  std::uint32_t* slots_ = nullptr;  ///< Twice the capacity: 1 + index of a key, 0 for none.
};

/// Kinds that can be keys of maps: bool, int, uint, string.
bool is_key(const Value& v) noexcept;

}  // namespace cel
