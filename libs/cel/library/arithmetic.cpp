#include <cmath>
#include <limits>
#include "cel/ast.hpp"
#include "cel/collections.hpp"
#include "cel/equality.hpp"
#include "cel/function.hpp"

/// + - * / % and the signs: checked, since overflow is an error in CEL.
namespace cel {

namespace {

using Args = std::span<const Value>;

template <class T>
constexpr const char* overflow_text = std::is_signed_v<T> ? "integer overflow" : "unsigned integer overflow";

std::int64_t get(const Value& v, std::int64_t) {
  return v.as_integer();
}
std::uint64_t get(const Value& v, std::uint64_t) {
  return v.as_uinteger();
}
Value make(std::int64_t i) {
  return Value::integer(i);
}
Value make(std::uint64_t u) {
  return Value::uinteger(u);
}

template <class T, bool (*overflows)(T, T, T*)>
Value checked(Evaluation& e, Args a) {
  T result;
  if (overflows(get(a[0], T{}), get(a[1], T{}), &result)) return e.fail_static(overflow_text<T>);
  return make(result);
}

template <class T>
bool add_overflows(T a, T b, T* result) {
  return __builtin_add_overflow(a, b, result);
}
template <class T>
bool subtract_overflows(T a, T b, T* result) {
  return __builtin_sub_overflow(a, b, result);
}
template <class T>
bool multiply_overflows(T a, T b, T* result) {
  return __builtin_mul_overflow(a, b, result);
}

template <class T, bool remainder>
Value divide(Evaluation& e, Args args) {
  const T a = get(args[0], T{}), b = get(args[1], T{});
  if (b == 0) return e.fail_static(remainder ? "modulus by zero" : "division by zero");
  if constexpr (std::is_signed_v<T>)
    if (a == std::numeric_limits<T>::min() && b == -1) return e.fail_static(overflow_text<T>);
  return make(remainder ? a % b : a / b);
}

Value add_double(Evaluation&, Args a) {
  return Value::floating(a[0].as_floating() + a[1].as_floating());
}
Value subtract_double(Evaluation&, Args a) {
  return Value::floating(a[0].as_floating() - a[1].as_floating());
}
Value multiply_double(Evaluation&, Args a) {
  return Value::floating(a[0].as_floating() * a[1].as_floating());
}
Value divide_double(Evaluation&, Args a) {
  return Value::floating(a[0].as_floating() / a[1].as_floating());
}
Value negate_double(Evaluation&, Args a) {
  return Value::floating(-a[0].as_floating());
}
Value negate_int(Evaluation& e, Args a) {
  if (a[0].as_integer() == std::numeric_limits<std::int64_t>::min()) return e.fail_static("integer overflow");
  return Value::integer(-a[0].as_integer());
}

std::string_view joined(Evaluation& e, Args a) {
  const auto x = a[0].as_text(), y = a[1].as_text();
  char* out = e.arena.array<char>(x.size() + y.size());
  std::copy(y.begin(), y.end(), std::copy(x.begin(), x.end(), out));
  return {out, x.size() + y.size()};
}
Value add_string(Evaluation& e, Args a) {
  return Value::string(joined(e, a));
}
Value add_bytes(Evaluation& e, Args a) {
  return Value::bytes(joined(e, a));
}

Value add_list(Evaluation& e, Args a) {
  if (list_size(a[1]) == 0) return a[0];
  return merge_lists(e, a[0], a[1]);
}

template <bool (*overflows)(std::int64_t, std::int64_t, std::int64_t*)>
Value duration_op(Evaluation& e, Args a) {
  std::int64_t result;
  if (overflows(a[0].as_nanoseconds(), a[1].as_nanoseconds(), &result))
    return e.fail_static("duration overflow");
  return Value::duration(result);
}

Value shifted(Evaluation& e, const Value& t, __int128 nanoseconds) {
  const __int128 sum =
      static_cast<__int128>(t.as_seconds()) * 1'000'000'000 + t.subsecond_nanoseconds() + nanoseconds;
  auto seconds = static_cast<std::int64_t>(sum / 1'000'000'000);
  auto rest = static_cast<std::int32_t>(sum % 1'000'000'000);
  if (rest < 0) {
    rest += 1'000'000'000;
    --seconds;
  }
  if (seconds < timestamp_seconds_min || seconds > timestamp_seconds_max)
    return e.fail_static("timestamp overflow");
  return Value::timestamp(seconds, rest);
}
Value add_timestamp_duration(Evaluation& e, Args a) {
  return shifted(e, a[0], a[1].as_nanoseconds());
}
Value add_duration_timestamp(Evaluation& e, Args a) {
  return shifted(e, a[1], a[0].as_nanoseconds());
}
Value subtract_timestamp_duration(Evaluation& e, Args a) {
  return shifted(e, a[0], -static_cast<__int128>(a[1].as_nanoseconds()));
}
Value subtract_timestamps(Evaluation& e, Args a) {
  const __int128 difference = static_cast<__int128>(a[0].as_seconds() - a[1].as_seconds()) * 1'000'000'000 +
                              a[0].subsecond_nanoseconds() - a[1].subsecond_nanoseconds();
  if (difference != static_cast<std::int64_t>(difference)) return e.fail_static("duration overflow");
  return Value::duration(static_cast<std::int64_t>(difference));
}

}  // namespace

void add_arithmetic(FunctionTable& t) {
  using Int = std::int64_t;
  using Uint = std::uint64_t;
  t.add("add_bytes", "_+_(bytes, bytes): bytes", add_bytes);
  t.add("add_double", "_+_(double, double): double", add_double);
  t.add("add_duration_duration", "_+_(duration, duration): duration", duration_op<add_overflows<Int>>);
  t.add("add_duration_timestamp", "_+_(duration, timestamp): timestamp", add_duration_timestamp);
  t.add("add_timestamp_duration", "_+_(timestamp, duration): timestamp", add_timestamp_duration);
  t.add("add_int64", "_+_(int, int): int", checked<Int, add_overflows<Int>>);
  t.add("add_list", "_+_(list(A), list(A)): list(A)", add_list);
  t.add("add_string", "_+_(string, string): string", add_string);
  t.add("add_uint64", "_+_(uint, uint): uint", checked<Uint, add_overflows<Uint>>);
  t.add("subtract_double", "_-_(double, double): double", subtract_double);
  t.add("subtract_duration_duration", "_-_(duration, duration): duration",
        duration_op<subtract_overflows<Int>>);
  t.add("subtract_int64", "_-_(int, int): int", checked<Int, subtract_overflows<Int>>);
  t.add("subtract_timestamp_duration", "_-_(timestamp, duration): timestamp", subtract_timestamp_duration);
  t.add("subtract_timestamp_timestamp", "_-_(timestamp, timestamp): duration", subtract_timestamps);
  t.add("subtract_uint64", "_-_(uint, uint): uint", checked<Uint, subtract_overflows<Uint>>);
  t.add("multiply_double", "_*_(double, double): double", multiply_double);
  t.add("multiply_int64", "_*_(int, int): int", checked<Int, multiply_overflows<Int>>);
  t.add("multiply_uint64", "_*_(uint, uint): uint", checked<Uint, multiply_overflows<Uint>>);
  t.add("divide_double", "_/_(double, double): double", divide_double);
  t.add("divide_int64", "_/_(int, int): int", divide<Int, false>);
  t.add("divide_uint64", "_/_(uint, uint): uint", divide<Uint, false>);
  t.add("modulo_int64", "_%_(int, int): int", divide<Int, true>);
  t.add("modulo_uint64", "_%_(uint, uint): uint", divide<Uint, true>);
  t.add("negate_double", "-_(double): double", negate_double);
  t.add("negate_int64", "-_(int): int", negate_int);
}

}  // namespace cel
