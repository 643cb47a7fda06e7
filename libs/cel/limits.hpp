#pragma once
#include <cstddef>
#include <cstdint>

/// The bounds of expressions, as upstream has them (k8s.io/apiserver/pkg/apis/cel and cel-go's parser).
namespace cel {

/// Run-time cost at which one evaluation is given up.
inline constexpr std::uint64_t per_call_limit = 1'000'000;
/// Run-time cost of all rules of one custom resource, or of all validations of one policy binding.
inline constexpr std::int64_t runtime_cost_budget = 10'000'000;
/// The same for the match conditions of one webhook or policy binding.
inline constexpr std::int64_t match_conditions_cost_budget = 2'500'000;
/// Estimated cost of one rule of a schema, times the number of places it may apply to.
inline constexpr std::uint64_t static_cost_limit = 10'000'000;
/// Estimated cost of all rules of one schema.
inline constexpr std::uint64_t static_schema_cost_limit = 100'000'000;
/// What the estimates take for the largest document.
inline constexpr std::int64_t request_bytes_max = 3 * 1024 * 1024;
inline constexpr std::size_t message_expression_bytes_max = 5 * 1024;

inline constexpr std::size_t expression_code_points_max = 100'000;
inline constexpr int recursion_depth_max = 250;
/// Of the tree with macros expanded; each macro adds some levels.
inline constexpr int expression_depth_max = 1000;
/// Ours: macros may double their operand (optMap); upstream has no bound here.
inline constexpr std::size_t expression_nodes_max = 100'000;
/// Ours: what one evaluation may allocate; upstream relies on its cost and on the garbage collector.
inline constexpr std::size_t evaluation_bytes_max = std::size_t{64} << 20;
/// Ours: comparisons in one call of a function that compares each with each. Beyond it the call costs more
/// than any evaluation may.
inline constexpr std::uint64_t per_evaluation_comparisons_max = 2 * per_call_limit;
/// Of that one string.
inline constexpr std::size_t evaluation_text_max = std::size_t{32} << 20;

}  // namespace cel
