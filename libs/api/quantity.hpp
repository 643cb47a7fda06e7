#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include "base/error.hpp"

namespace api {

/// A resource quantity ("100m", "1.5Gi", "2e3"): fixed-point, nano precision, canonical form as upstream
/// prints it. Values beyond 2^63-1 saturate as upstream's do.
class Quantity {
 public:
  enum class Format { decimal_si, binary_si, decimal_exponent };
  Quantity() = default;
  static base::Result<Quantity> parse(std::string_view text);
  static Quantity from_value(std::int64_t v, Format f = Format::decimal_si);
  static Quantity from_milli(std::int64_t v, Format f = Format::decimal_si);
  std::int64_t value() const noexcept;        ///< Rounded up to a whole number.
  std::int64_t milli_value() const noexcept;  ///< Rounded up to thousandths.
  double as_double() const noexcept;
  bool is_zero() const noexcept;
  int sign() const noexcept;
  std::string text() const;  ///< Canonical.
  Quantity& operator+=(const Quantity& other);
  Quantity& operator-=(const Quantity& other);
  friend std::strong_ordering operator<=>(const Quantity& a, const Quantity& b) noexcept;
  friend bool operator==(const Quantity& a, const Quantity& b) noexcept;

 private:
  __int128 nanos_ = 0;
  Format format_ = Format::decimal_si;
};

}  // namespace api
