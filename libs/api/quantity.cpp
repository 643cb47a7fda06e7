#include "api/quantity.hpp"
#include <array>
#include <cmath>
#include <limits>

namespace api {
namespace {

using Int = __int128;
constexpr Int nano = 1'000'000'000;
/// The largest value upstream keeps: 2^63-1 whole units.
constexpr Int most = static_cast<Int>(std::numeric_limits<std::int64_t>::max()) * nano;

struct Suffix {
  std::string_view text;
  Quantity::Format format;
  Int multiplier;  ///< In nanos.
};

constexpr Int power(Int base, int exponent) {
  Int v = 1;
  for (int i = 0; i < exponent; ++i)
    v *= base;
  return v;
}

constexpr std::array<Suffix, 16> suffixes{{
    {"Ki", Quantity::Format::binary_si, power(1024, 1) * nano},
    {"Mi", Quantity::Format::binary_si, power(1024, 2) * nano},
    {"Gi", Quantity::Format::binary_si, power(1024, 3) * nano},
    {"Ti", Quantity::Format::binary_si, power(1024, 4) * nano},
    {"Pi", Quantity::Format::binary_si, power(1024, 5) * nano},
    {"Ei", Quantity::Format::binary_si, power(1024, 6) * nano},
    {"n", Quantity::Format::decimal_si, 1},
    {"u", Quantity::Format::decimal_si, power(10, 3)},
    {"m", Quantity::Format::decimal_si, power(10, 6)},
    {"", Quantity::Format::decimal_si, nano},
    {"k", Quantity::Format::decimal_si, power(10, 12)},
    {"M", Quantity::Format::decimal_si, power(10, 15)},
    {"G", Quantity::Format::decimal_si, power(10, 18)},
    {"T", Quantity::Format::decimal_si, power(10, 21)},
    {"P", Quantity::Format::decimal_si, power(10, 24)},
    {"E", Quantity::Format::decimal_si, power(10, 27)},
}};

Int ceil_div(Int a, Int b) {
  return a / b + (a % b > 0 ? 1 : 0);
}

Int clamp(Int v) {
  return v > most ? most : v < -most ? -most : v;
}

/// `a * b`, saturating.
Int times(Int a, Int b) {
  Int out = 0;
  return __builtin_mul_overflow(a, b, &out) ? most : out;
}

base::Error malformed() {
  return {base::Errc::invalid_argument,
          "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"};
}

struct Parts {
  Int digits = 0;    ///< All digits as one number.
  int decimals = 0;  ///< How many of them stand after the point.
  bool any = false, lost = false;
  std::string_view rest;
};

Parts read_number(std::string_view text) {
  Parts p;
  bool point = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    p.any = true;
    if (point && p.decimals >= 18) {
      // Beyond what can matter: only whether something was there, for rounding up.
      p.lost = p.lost || c != '0';
      continue;
    }
    p.digits = p.digits > most ? p.digits : p.digits * 10 + (c - '0');
    if (point) ++p.decimals;
  }
  p.rest = text.substr(i);
  return p;
}

std::string digits_of(Int v) {
  if (v == 0) return "0";
  const bool negative = v < 0;
  std::string out;
  for (Int n = negative ? -v : v; n != 0; n /= 10)
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(n % 10)));
  return negative ? "-" + out : out;
}

}  // namespace

base::Result<Quantity> Quantity::parse(std::string_view text) {
  if (text.empty()) return malformed();
  std::string_view rest = text;
  const bool negative = rest.front() == '-';
  if (negative || rest.front() == '+') rest.remove_prefix(1);
  const Parts p = read_number(rest);
  if (!p.any) return malformed();
  Quantity q;
  Int multiplier = 0;
  bool lossy = p.lost;
  int decimals = p.decimals;
  for (const auto& s : suffixes)
    if (s.text == p.rest) {
      multiplier = s.multiplier;
      q.format_ = s.format;
    }
  if (multiplier == 0) {
    if (p.rest.size() < 2 || (p.rest[0] != 'e' && p.rest[0] != 'E')) return malformed();
    auto exponent_text = p.rest.substr(1);
    const bool minus = exponent_text.front() == '-';
    if (minus || exponent_text.front() == '+') exponent_text.remove_prefix(1);
    if (exponent_text.empty() || exponent_text.size() > 3 ||
        exponent_text.find_first_not_of("0123456789") != std::string_view::npos)
      return malformed();
    int exponent = 0;
    for (char c : exponent_text)
      exponent = exponent * 10 + (c - '0');
    q.format_ = Format::decimal_exponent;
    multiplier = nano;
    decimals += minus ? exponent : -exponent;
  }
  Int v = p.digits;
  for (; decimals < 0 && v != 0 && v <= most; ++decimals)
    v = times(v, 10);
  v = times(v, multiplier);
  // Finer than a nano is rounded up, away from zero. Source: API reference, Quantity.
  for (; decimals > 0 && v != 0; --decimals) {
    lossy = lossy || v % 10 != 0;
    v /= 10;
  }
  if (lossy) v += 1;
  q.nanos_ = clamp(negative ? -v : v);
  return q;
}

Quantity Quantity::from_value(std::int64_t v, Format f) {
  Quantity q;
  q.nanos_ = static_cast<Int>(v) * nano;
  q.format_ = f;
  return q;
}

Quantity Quantity::from_milli(std::int64_t v, Format f) {
  Quantity q;
  q.nanos_ = static_cast<Int>(v) * 1'000'000;
  q.format_ = f;
  return q;
}

std::int64_t Quantity::value() const noexcept {
  return static_cast<std::int64_t>(ceil_div(nanos_, nano));
}

std::int64_t Quantity::milli_value() const noexcept {
  const Int m = ceil_div(nanos_, 1'000'000);
  constexpr Int max = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(m > max ? max : m < -max ? -max : m);
}

double Quantity::as_double() const noexcept {
  return static_cast<double>(nanos_) / 1e9;
}
bool Quantity::is_zero() const noexcept {
  return nanos_ == 0;
}
int Quantity::sign() const noexcept {
  return nanos_ > 0 ? 1 : nanos_ < 0 ? -1 : 0;
}

namespace {

/// The largest suffix that leaves a whole number.
std::string with_suffix(Int nanos, Quantity::Format format) {
  const Suffix* best = nullptr;
  for (const auto& s : suffixes)
    if ((s.format == format || s.text.empty()) && nanos % s.multiplier == 0 &&
        (!best || s.multiplier > best->multiplier))
      best = &s;
  return digits_of(nanos / best->multiplier) + std::string(best->text);
}

std::string with_exponent(Int nanos) {
  int exponent = -9;
  while (nanos % 1000 == 0 && nanos != 0) {
    nanos /= 1000;
    exponent += 3;
  }
  return digits_of(nanos) + (exponent == 0 ? "" : "e" + std::to_string(exponent));
}

}  // namespace

std::string Quantity::text() const {
  if (nanos_ == 0) return "0";
  if (format_ == Format::decimal_exponent) return with_exponent(nanos_);
  const Int magnitude = nanos_ < 0 ? -nanos_ : nanos_;
  // Binary suffixes cannot hold fractions or values below 1 Ki in upstream's canonical form.
  const bool binary = format_ == Format::binary_si && magnitude >= 1024 * nano && nanos_ % nano == 0;
  return with_suffix(nanos_, binary ? Format::binary_si : Format::decimal_si);
}

Quantity& Quantity::operator+=(const Quantity& other) {
  if (is_zero()) format_ = other.format_;
  nanos_ = clamp(nanos_ + other.nanos_);
  return *this;
}

Quantity& Quantity::operator-=(const Quantity& other) {
  if (is_zero()) format_ = other.format_;
  nanos_ = clamp(nanos_ - other.nanos_);
  return *this;
}

std::strong_ordering operator<=>(const Quantity& a, const Quantity& b) noexcept {
  return a.nanos_ < b.nanos_   ? std::strong_ordering::less
         : a.nanos_ > b.nanos_ ? std::strong_ordering::greater
                               : std::strong_ordering::equal;
}
bool operator==(const Quantity& a, const Quantity& b) noexcept {
  return a.nanos_ == b.nanos_;
}

}  // namespace api
