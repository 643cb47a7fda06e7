#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include "cel/arena.hpp"
#include "cel/schema.hpp"

/// Values while an expression is evaluated.
namespace cel {

enum class Kind : std::uint8_t {
  error,
  null,
  boolean,
  integer,
  uinteger,
  floating,
  string,
  bytes,
  duration,   ///< Nanoseconds, as Go has them: about 292 years each way.
  timestamp,  ///< Of the years 1 to 9999.
  list,
  map,
  type,
  optional,
  opaque,  ///< Of a type of a library: quantities, addresses, ...
};

class Value;

/// What a library's value is. One static object a type; values are compared by its address.
struct OpaqueType {
  std::string_view name;  ///< "net.IP"
  /// Compares the data of two values of this type; null: never equal.
  bool (*equal)(const void* a, const void* b) = nullptr;
  /// What Go's %v prints, for messages.
  std::string (*text)(const void* data) = nullptr;
  std::uint64_t (*size)(const void* data) = nullptr;  ///< For costs; null: 1.
};

/// A map made by an expression: keys and values in the order of insertion, found through `slots`.
struct MapData {
  const Value* keys = nullptr;
  const Value* values = nullptr;
  std::size_t size = 0;
  const std::uint32_t* slots = nullptr;  ///< A hash table of 1 + index; 0 for none. May know of later keys.
  std::size_t slot_count = 0;            ///< A power of two.
};

/// What went wrong.
struct Failure {
  std::string_view message;
};

/// Small, copied freely, owns nothing: what it refers to lies in the Arena of the evaluation, in the document
/// being looked at, or in the program.
class Value {
 public:
  Value() : kind_(Kind::null), u_{.integer = 0}, v_{.size = 0} {}

  static Value boolean(bool b) { return Value(Kind::boolean, {.boolean = b}); }
  static Value integer(std::int64_t i) { return Value(Kind::integer, {.integer = i}); }
  static Value uinteger(std::uint64_t u) { return Value(Kind::uinteger, {.uinteger = u}); }
  static Value floating(double d) { return Value(Kind::floating, {.floating = d}); }
  static Value string(std::string_view s) {
    return Value(Kind::string, {.text = s.data()}, {.size = s.size()});
  }
  static Value bytes(std::string_view s) {
    return Value(Kind::bytes, {.text = s.data()}, {.size = s.size()});
  }
  static Value duration(std::int64_t nanoseconds) { return Value(Kind::duration, {.integer = nanoseconds}); }
  static Value timestamp(std::int64_t seconds, std::int32_t nanoseconds);
  static Value list(std::span<const Value> items) {
    return Value(Kind::list, {.items = items.data()}, {.size = items.size()});
  }
  static Value map(const MapData* map) { return Value(Kind::map, {.map = map}); }
  static Value type(std::string_view name) {
    return Value(Kind::type, {.text = name.data()}, {.size = name.size()});
  }
  static Value none() { return Value(Kind::optional, {.optional = nullptr}); }
  /// `inner` must outlive the value.
  static Value optional(const Value* inner) { return Value(Kind::optional, {.optional = inner}); }
  static Value opaque(const OpaqueType* type, const void* data) {
    return Value(Kind::opaque, {.data = data}, {.opaque = type});
  }
  static Value error(const Failure* failure) { return Value(Kind::error, {.failure = failure}); }
  /// Parts of a document, read as `schema` says; null: as what they are in JSON.
  static Value list(const json::array* array, const Schema* schema) {
    return Value(Kind::list, {.array = array}, {.schema = schema}, true);
  }
  static Value map(const json::object* object, const Schema* schema) {
    return Value(Kind::map, {.object = object}, {.schema = schema}, true);
  }

  Kind kind() const noexcept { return kind_; }
  bool is(Kind k) const noexcept { return kind_ == k; }
  bool is_error() const noexcept { return kind_ == Kind::error; }
  bool is_true() const noexcept { return kind_ == Kind::boolean && u_.boolean; }
  bool is_false() const noexcept { return kind_ == Kind::boolean && !u_.boolean; }
  /// A list or map that is part of a document.
  bool is_json() const noexcept { return json_; }

  // Each only of its kind.
  bool as_boolean() const noexcept { return u_.boolean; }
  std::int64_t as_integer() const noexcept { return u_.integer; }
  std::uint64_t as_uinteger() const noexcept { return u_.uinteger; }
  double as_floating() const noexcept { return u_.floating; }
  std::string_view as_text() const noexcept { return {u_.text, v_.size}; }      ///< string, bytes, type
  std::int64_t as_nanoseconds() const noexcept { return u_.integer; }           ///< duration
  std::int64_t as_seconds() const noexcept { return u_.integer; }               ///< timestamp: since 1970
  std::int32_t subsecond_nanoseconds() const noexcept { return nanoseconds_; }  ///< timestamp
  std::span<const Value> as_items() const noexcept { return {u_.items, v_.size}; }
  const MapData& as_map() const noexcept { return *u_.map; }
  const Value* as_optional() const noexcept { return u_.optional; }  ///< Null: none.
  const OpaqueType* opaque_type() const noexcept { return v_.opaque; }
  const void* opaque_data() const noexcept { return u_.data; }
  const Failure& failure() const noexcept { return *u_.failure; }
  const json::array& as_array() const noexcept { return *u_.array; }
  const json::object& as_object() const noexcept { return *u_.object; }
  const Schema* schema() const noexcept { return v_.schema; }

  /// The data of an opaque value of type `T::type`, else null.
  template <class T>
  const T* as() const noexcept {
    return kind_ == Kind::opaque && v_.opaque == &T::type ? static_cast<const T*>(u_.data) : nullptr;
  }

 private:
  union First {
    bool boolean;
    std::int64_t integer;
    std::uint64_t uinteger;
    double floating;
    const char* text;
    const Value* items;
    const MapData* map;
    const Value* optional;
    const void* data;
    const Failure* failure;
    const json::array* array;
    const json::object* object;
  };
  union Second {
    std::size_t size;
    const OpaqueType* opaque;
    const Schema* schema;
  };
  Value(Kind kind, First u, Second v = {.size = 0}, bool json = false)
      : kind_(kind), json_(json), u_(u), v_(v) {}

  Kind kind_;
  bool json_ = false;
  std::int32_t nanoseconds_ = 0;
  First u_;
  Second v_;
};

inline Value Value::timestamp(std::int64_t seconds, std::int32_t nanoseconds) {
  Value v(Kind::timestamp, {.integer = seconds});
  v.nanoseconds_ = nanoseconds;
  return v;
}

/// The name of a value's type as type() gives it: "int", "google.protobuf.Duration", "list".
std::string_view type_name(const Value& v) noexcept;
/// A value as Go prints it in messages ("no such key: x").
std::string text_of(const Value& v);

/// The bounds of timestamps, in seconds since 1970.
inline constexpr std::int64_t timestamp_seconds_min = -62135596800, timestamp_seconds_max = 253402300799;

}  // namespace cel
