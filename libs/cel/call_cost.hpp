#pragma once
#include <optional>
#include <string>
#include <vector>
#include "cel/static_cost.hpp"

/// What estimates know of a call.
namespace cel {

struct Function;
struct Overload;

/// An argument: what is known of its size, and where it comes from.
struct CostNode {
  std::vector<std::string> path;  ///< Empty: not of a variable.
  const Type* type = nullptr;
  const Expr* expr = nullptr;  ///< Null for the elements of a list.
  std::optional<SizeEstimate> size;
};

struct CallEstimate {
  CostEstimate cost;
  std::optional<SizeEstimate> result_size;
};

struct CallContext {
  const Function& function;
  const Overload& overload;
  const CostNode* target;  ///< Null for global calls.
  const std::vector<CostNode>& args;
  const SizeEstimator* sizes;
};

/// Without what the arguments cost; nothing if the function is not one of a library.
std::optional<CallEstimate> estimate_library_call(const CallContext& call);
/// The language's own functions, but for operators that know their operands' costs.
CallEstimate estimate_standard_call(const CallContext& call);

inline SizeEstimate size_or_unbounded(const CostNode& n) noexcept {
  return n.size.value_or(unbounded_estimate);
}

}  // namespace cel
