#pragma once
#include <map>
#include <string>
#include <vector>
#include "cel/type.hpp"

namespace cel {

/// What type variables stand for while an expression is checked. Source of the rules: cel-go's checker
/// (checker/types.go): types are assignable, not equal; dyn goes with everything.
class Unification {
 public:
  explicit Unification(TypePool& pool) : pool_(pool) {}

  const Type* fresh();
  /// Binds variables so that values of the one may be used as the other, in either order of generality.
  /// Changes nothing if that cannot be.
  bool assignable(const Type* a, const Type* b);
  bool assignable(const std::vector<const Type*>& a, const std::vector<const Type*>& b);
  /// `t` with variables replaced by what they stand for; by dyn, if `to_dyn`, where that is not known.
  const Type* resolve(const Type* t, bool to_dyn = false);
  /// `t` with the parameters of a declaration replaced by variables, one each in `names`.
  const Type* instantiate(const Type* t, std::map<std::string, const Type*>& names);
  /// The more general of two assignable types.
  const Type* most_general(const Type* a, const Type* b);

 private:
  struct Bound {
    int variable;
    const Type* before;
  };
  bool unify(const Type* a, const Type* b);
  bool unify_parameters(const Type* a, const Type* b);
  bool substitute(const Type* t, const Type* variable, bool& has_binding);
  bool occurs(const Type* variable, const Type* within);
  void bind(const Type* variable, const Type* t);
  void undo(std::size_t mark);
  template <class Change>
  const Type* rebuild(const Type* t, const Change& change);

  TypePool& pool_;
  std::vector<const Type*> bindings_;  ///< By variable; null: none.
  std::vector<Bound> trail_;           ///< To undo attempts.
};

}  // namespace cel
