#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <ostream>

namespace base {
/// A number that cannot be mistaken for another kind of number: `using Term = StrongNumber<struct TermTag>;`
/// Ordered, hashable; arithmetic only where it means something (`+ n`, `- n`, difference).
template <class Tag, class Rep = std::uint64_t>
struct StrongNumber {
  Rep value{};
  constexpr StrongNumber() = default;
  constexpr explicit StrongNumber(Rep v) : value(v) {}
  friend constexpr auto operator<=>(StrongNumber, StrongNumber) = default;
  friend constexpr StrongNumber operator+(StrongNumber a, Rep n) { return StrongNumber(a.value + n); }
  friend constexpr StrongNumber operator-(StrongNumber a, Rep n) { return StrongNumber(a.value - n); }
  friend constexpr Rep operator-(StrongNumber a, StrongNumber b) { return a.value - b.value; }
  constexpr StrongNumber& operator++() {
    ++value;
    return *this;
  }
  friend std::ostream& operator<<(std::ostream& out, StrongNumber n) { return out << n.value; }
};
}  // namespace base

template <class Tag, class Rep>
struct std::hash<base::StrongNumber<Tag, Rep>> {
  std::size_t operator()(base::StrongNumber<Tag, Rep> n) const noexcept { return std::hash<Rep>{}(n.value); }
};
