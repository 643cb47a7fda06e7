#pragma once
#include <vector>
#include "cel/ast.hpp"
#include "cel/environment.hpp"
#include "cel/source.hpp"

namespace cel {

/// Finds the type of every node and the functions that calls mean, and writes them into the tree. Types are
/// made in `pool`, which must live as long as the tree. What is wrong is added to `issues`, in cel-go's
/// words.
void check(Ast& ast, const Environment& environment, TypePool& pool, std::vector<Issue>& issues);

/// What cel-go's validators find in a checked expression without issues: literals of durations, timestamps,
/// patterns and format strings that are none; lists and maps of literals of different types.
void validate_literals(const Ast& ast, std::vector<Issue>& issues);

}  // namespace cel
