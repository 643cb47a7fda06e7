#pragma once
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>
#include "cel/function.hpp"
#include "cel/schema.hpp"
#include "cel/type.hpp"

namespace cel {

struct Variable {
  std::string name;
  const Type* type = nullptr;
};

/// What expressions may use: variables, beside the functions of Kubernetes 1.35. Set up once, then shared by
/// everything compiled for it.
class Environment {
 public:
  explicit Environment(const FunctionTable& functions = kubernetes_functions()) : functions_(functions) {}

  /// Values are given to Program::evaluate in the order of declaration. `type`: one of cel::types or of
  /// types().
  void declare(std::string name, const Type* type) { variables_.push_back({std::move(name), type}); }
  /// A variable whose values are documents of that schema; null: documents of any kind (dyn).
  /// With `optional` its values are optionals of such.
  void declare(std::string name, const Schema* schema, std::string type_name, bool optional = false);
  /// Keeps `tree` as long as the environment lives.
  void own(std::shared_ptr<const SchemaTree> tree) { trees_.push_back(std::move(tree)); }

  TypePool& types() noexcept { return types_; }
  const std::vector<Variable>& variables() const noexcept { return variables_; }
  const FunctionTable& functions() const noexcept { return functions_; }

 private:
  const FunctionTable& functions_;
  TypePool types_;
  std::vector<Variable> variables_;
  std::vector<std::shared_ptr<const SchemaTree>> trees_;
};

/// The type of a schema node; objects are named after where they are ("selfType.spec"). Fields are typed when
/// they are looked at, so that schemas may be recursive. Null if expressions cannot reach it.
const Type* type_of(const Schema& schema, std::string name, TypePool& pool);
/// The type of a property of an object, by its escaped name; null if there is none expressions can reach.
const Type* field_type(const Type& object, std::string_view field, TypePool& pool);

}  // namespace cel
