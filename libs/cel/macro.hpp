#pragma once
#include <optional>
#include <string>
#include <vector>
#include "cel/ast.hpp"
#include "cel/source.hpp"

/// The macros of Kubernetes' environment: has; all, exists, exists_one (existsOne), map, filter; their forms
/// with two variables and transformList, transformMap, transformMapEntry; optMap, optFlatMap; sortBy.
namespace cel {

/// The expansion of a call, if it is one of a macro: what the call becomes, or null with an issue added.
/// Empty if the call is no macro's. `target` is null for global calls.
std::optional<Expr*> expand_macro(Ast& ast, std::size_t offset, const std::string& function, Expr* target,
                                  const std::vector<Expr*>& args, std::vector<Issue>& issues);

}  // namespace cel
