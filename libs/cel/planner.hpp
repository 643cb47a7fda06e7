#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>
#include "cel/ast.hpp"
#include "cel/node.hpp"

namespace cel {

/// The nodes of a checked expression and what they refer to.
struct Plan {
  NodePtr root;
  std::size_t local_count = 0;
  std::deque<std::string> texts;          ///< Of constants.
  std::unique_ptr<Evaluation> constants;  ///< Its memory is that of constant lists and maps.
};

/// Makes the nodes of a checked tree, which is not needed afterwards. Null, with `problem` set, if something
/// that is done once only fails: the conversion of a literal, a pattern.
std::unique_ptr<const Plan> plan(const Ast& ast, std::string& problem);

}  // namespace cel
