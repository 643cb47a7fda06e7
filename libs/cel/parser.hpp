#pragma once
#include <memory>
#include <string_view>
#include <vector>
#include "cel/ast.hpp"
#include "cel/source.hpp"

namespace cel {

/// The tree of an expression with macros expanded; null if there is an issue.
/// Bounded by expression_code_points_max, recursion_depth_max (of nesting, and of chains like a.b.c or a+b+c)
/// and expression_nodes_max. After the first error of syntax nothing more is looked for.
std::unique_ptr<Ast> parse(std::string_view source, std::vector<Issue>& issues);

}  // namespace cel
