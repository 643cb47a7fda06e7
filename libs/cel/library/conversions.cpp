#include <cmath>
#include "base/encoding.hpp"
#include "cel/convert.hpp"
#include "cel/function.hpp"

/// int(), string(), timestamp() and the like, type() and dyn().
namespace cel {

namespace {

using Args = std::span<const Value>;

Value identity(Evaluation&, Args a) {
  return a[0];
}

Value conversion_error(Evaluation& e, const Value& from, std::string_view to) {
  return e.fail("type conversion error from '" + std::string(type_name(from)) + "' to '" + std::string(to) +
                "'");
}

Value double_to_int(Evaluation& e, Args a) {
  const double d = a[0].as_floating();
  // Both bounds are out: as a double 2^63-1 is 2^63.
  if (!(d > -0x1p63 && d < 0x1p63)) return e.fail_static("integer overflow");
  return Value::integer(static_cast<std::int64_t>(d));
}
Value duration_to_int(Evaluation&, Args a) {
  return Value::integer(a[0].as_nanoseconds());
}
Value string_to_int(Evaluation& e, Args a) {
  const auto i = parse_integer(a[0].as_text());
  return i ? Value::integer(*i) : conversion_error(e, a[0], "int");
}
Value timestamp_to_int(Evaluation&, Args a) {
  return Value::integer(a[0].as_seconds());
}
Value uint_to_int(Evaluation& e, Args a) {
  if (a[0].as_uinteger() > INT64_MAX) return e.fail_static("integer overflow");
  return Value::integer(static_cast<std::int64_t>(a[0].as_uinteger()));
}

Value double_to_uint(Evaluation& e, Args a) {
  const double d = a[0].as_floating();
  if (!(d >= 0 && d < 0x1p64)) return e.fail_static("unsigned integer overflow");
  return Value::uinteger(static_cast<std::uint64_t>(d));
}
Value int_to_uint(Evaluation& e, Args a) {
  if (a[0].as_integer() < 0) return e.fail_static("unsigned integer overflow");
  return Value::uinteger(static_cast<std::uint64_t>(a[0].as_integer()));
}
Value string_to_uint(Evaluation& e, Args a) {
  const auto u = parse_uinteger(a[0].as_text());
  return u ? Value::uinteger(*u) : conversion_error(e, a[0], "uint");
}

Value int_to_double(Evaluation&, Args a) {
  return Value::floating(static_cast<double>(a[0].as_integer()));
}
Value uint_to_double(Evaluation&, Args a) {
  return Value::floating(static_cast<double>(a[0].as_uinteger()));
}
Value string_to_double(Evaluation& e, Args a) {
  const auto d = parse_double(a[0].as_text());
  return d ? Value::floating(*d) : conversion_error(e, a[0], "double");
}

Value to_string(Evaluation& e, Args a) {
  return e.string(text_of(a[0]));
}
Value bytes_to_string(Evaluation& e, Args a) {
  if (!base::is_valid_utf8(a[0].as_text()))
    return e.fail_static("invalid UTF-8 in bytes, cannot convert to string");
  return Value::string(a[0].as_text());
}
Value string_to_bytes(Evaluation&, Args a) {
  return Value::bytes(a[0].as_text());
}
Value string_to_bool(Evaluation& e, Args a) {
  const auto b = parse_boolean(a[0].as_text());
  return b ? Value::boolean(*b) : conversion_error(e, a[0], "bool");
}

Value string_to_duration(Evaluation& e, Args a) {
  const auto d = parse_duration(a[0].as_text());
  return d ? Value::duration(*d) : conversion_error(e, a[0], "google.protobuf.Duration");
}
Value string_to_timestamp(Evaluation& e, Args a) {
  const auto t = parse_timestamp(a[0].as_text());
  return t ? Value::timestamp(t->seconds, t->nanoseconds)
           : conversion_error(e, a[0], "google.protobuf.Timestamp");
}
Value int_to_timestamp(Evaluation& e, Args a) {
  const std::int64_t s = a[0].as_integer();
  if (s < timestamp_seconds_min || s > timestamp_seconds_max) return e.fail_static("timestamp overflow");
  return Value::timestamp(s, 0);
}

Value type_of(Evaluation&, Args a) {
  return Value::type(type_name(a[0]));
}

}  // namespace

void add_conversions(FunctionTable& t) {
  t.add("type", "type(A): type(A)", type_of);
  t.add("to_dyn", "dyn(A): dyn", identity);
  t.add("bool_to_bool", "bool(bool): bool", identity);
  t.add("string_to_bool", "bool(string): bool", string_to_bool);
  t.add("bytes_to_bytes", "bytes(bytes): bytes", identity);
  t.add("string_to_bytes", "bytes(string): bytes", string_to_bytes);
  t.add("double_to_double", "double(double): double", identity);
  t.add("int64_to_double", "double(int): double", int_to_double);
  t.add("string_to_double", "double(string): double", string_to_double);
  t.add("uint64_to_double", "double(uint): double", uint_to_double);
  t.add("duration_to_duration", "duration(duration): duration", identity);
  t.add("string_to_duration", "duration(string): duration", string_to_duration);
  t.add("int64_to_int64", "int(int): int", identity);
  t.add("double_to_int64", "int(double): int", double_to_int);
  t.add("duration_to_int64", "int(duration): int", duration_to_int);
  t.add("string_to_int64", "int(string): int", string_to_int);
  t.add("timestamp_to_int64", "int(timestamp): int", timestamp_to_int);
  t.add("uint64_to_int64", "int(uint): int", uint_to_int);
  t.add("string_to_string", "string(string): string", identity);
  t.add("bool_to_string", "string(bool): string", to_string);
  t.add("bytes_to_string", "string(bytes): string", bytes_to_string);
  t.add("double_to_string", "string(double): string", to_string);
  t.add("duration_to_string", "string(duration): string", to_string);
  t.add("int64_to_string", "string(int): string", to_string);
  t.add("timestamp_to_string", "string(timestamp): string", to_string);
  t.add("uint64_to_string", "string(uint): string", to_string);
  t.add("timestamp_to_timestamp", "timestamp(timestamp): timestamp", identity);
  t.add("int64_to_timestamp", "timestamp(int): timestamp", int_to_timestamp);
  t.add("string_to_timestamp", "timestamp(string): timestamp", string_to_timestamp);
  t.add("uint64_to_uint64", "uint(uint): uint", identity);
  t.add("double_to_uint64", "uint(double): uint", double_to_uint);
  t.add("int64_to_uint64", "uint(int): uint", int_to_uint);
  t.add("string_to_uint64", "uint(string): uint", string_to_uint);
}

}  // namespace cel
