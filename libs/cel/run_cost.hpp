#pragma once
#include <string_view>
#include "cel/function.hpp"

/// What calls cost when they are run: cel-go's tracker and Kubernetes' estimator (pkg/cel/library/cost.go).
namespace cel {

/// Of calls of a function. `overload`: the id, or empty where types leave several possible.
RunCost run_cost(std::string_view function, std::string_view overload) noexcept;
std::uint64_t equality_cost(const Value& a, const Value& b) noexcept;

/// Units a byte or item of what is gone through.
inline constexpr double traversal_factor = 0.1;
inline constexpr double regex_length_factor = 0.25;

}  // namespace cel
