#pragma once
#include <cstddef>
#include <cstdint>
#include <random>

namespace sim {

/// The one source of chance of a run. Only whole numbers, taken from the generator alone: the standard
/// library's distributions differ between libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() { return engine_(); }
  /// In [0, n); n > 0.
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  /// In [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool chance(int per_mille) { return static_cast<int>(below(1000)) < per_mille; }
  template <class Container>
  const typename Container::value_type& pick(const Container& from) {
    auto at = from.begin();
    for (std::uint64_t n = below(from.size()); n > 0; --n)
      ++at;
    return *at;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace sim
