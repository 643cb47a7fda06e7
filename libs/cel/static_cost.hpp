#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include "cel/ast.hpp"

/// What an expression may cost, before it is run. Source of the model: cel-go's checker/cost.go with
/// Kubernetes' estimator (pkg/cel/library/cost.go). Definitions of custom resources are accepted or refused
/// by it, so it must agree with upstream's to the unit. All sums and products saturate.
namespace cel {

/// A range; of sizes (items, code points) or of costs.
struct CostEstimate {
  std::uint64_t min = 0, max = 0;
  bool operator==(const CostEstimate&) const = default;
};
using SizeEstimate = CostEstimate;

CostEstimate operator+(const CostEstimate& a, const CostEstimate& b) noexcept;
CostEstimate operator*(const CostEstimate& a, const CostEstimate& b) noexcept;
/// Rounded up.
CostEstimate operator*(const CostEstimate& a, double factor) noexcept;
/// The least range that holds both.
CostEstimate united(const CostEstimate& a, const CostEstimate& b) noexcept;
inline constexpr CostEstimate unbounded_estimate{0, UINT64_MAX};

/// Knows how big the values of variables may be.
class SizeEstimator {
 public:
  virtual ~SizeEstimator() = default;
  /// `path` begins with a variable, then fields (escaped) and "@items", "@values", "@keys", "@indices".
  virtual std::optional<SizeEstimate> size(std::span<const std::string> path) const = 0;
};

CostEstimate estimate_cost(const Ast& checked, const SizeEstimator* sizes);

}  // namespace cel
