#include "cel/unification.hpp"

namespace cel {

namespace {

bool is_variable(const Type* t) {
  return t->kind == TypeKind::parameter;
}
bool is_dyn_or_error(const Type* t) {
  return t->kind == TypeKind::dyn || t->kind == TypeKind::error;
}
bool nullable(const Type* t) {
  switch (t->kind) {
    case TypeKind::null:
    case TypeKind::opaque:
    case TypeKind::object:
    case TypeKind::duration:
    case TypeKind::timestamp:
      return true;
    default:
      return false;
  }
}

/// `a` says no more than `b` about values.
bool equal_or_less_specific(const Type* a, const Type* b) {
  if (a->kind == TypeKind::dyn || is_variable(a)) return true;
  if (b->kind == TypeKind::dyn || is_variable(b) || a->kind != b->kind) return false;
  if (a->kind == TypeKind::type) return true;
  if (a->name != b->name || a->parameters.size() != b->parameters.size()) return false;
  for (std::size_t i = 0; i < a->parameters.size(); ++i)
    if (!equal_or_less_specific(a->parameters[i], b->parameters[i])) return false;
  return true;
}

}  // namespace

const Type* Unification::fresh() {
  bindings_.push_back(nullptr);
  return pool_.variable(static_cast<int>(bindings_.size()) - 1);
}

bool Unification::assignable(const Type* a, const Type* b) {
  const std::size_t mark = trail_.size();
  if (unify(a, b)) return true;
  undo(mark);
  return false;
}

bool Unification::assignable(const std::vector<const Type*>& a, const std::vector<const Type*>& b) {
  if (a.size() != b.size()) return false;
  const std::size_t mark = trail_.size();
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!unify(a[i], b[i])) {
      undo(mark);
      return false;
    }
  return true;
}

void Unification::bind(const Type* variable, const Type* t) {
  const Type*& bound = bindings_[static_cast<std::size_t>(variable->variable)];
  trail_.push_back({variable->variable, bound});
  bound = t;
}

void Unification::undo(std::size_t mark) {
  while (trail_.size() > mark) {
    bindings_[static_cast<std::size_t>(trail_.back().variable)] = trail_.back().before;
    trail_.pop_back();
  }
}

bool Unification::unify(const Type* a, const Type* b) {
  if (is_variable(b)) {
    bool has_binding = false;
    if (substitute(a, b, has_binding)) return true;
    if (has_binding) return false;
  }
  if (is_variable(a)) {
    bool has_binding = false;
    return substitute(b, a, has_binding);
  }
  if (is_dyn_or_error(a) || is_dyn_or_error(b)) return true;
  if (a->kind == TypeKind::null) return nullable(b);
  if (b->kind == TypeKind::null) return nullable(a);
  if (a->kind != b->kind) return false;
  switch (a->kind) {
    case TypeKind::type:
      return true;
    case TypeKind::list:
    case TypeKind::map:
    case TypeKind::opaque:
      return a->name == b->name && unify_parameters(a, b);
    default:
      return a->name == b->name;
  }
}

bool Unification::unify_parameters(const Type* a, const Type* b) {
  if (a->parameters.size() != b->parameters.size()) return false;
  for (std::size_t i = 0; i < a->parameters.size(); ++i)
    if (!unify(a->parameters[i], b->parameters[i])) return false;
  return true;
}

bool Unification::substitute(const Type* t, const Type* variable, bool& has_binding) {
  if (is_variable(t) && t->variable == variable->variable) {
    has_binding = true;
    return true;
  }
  if (const Type* bound = bindings_[static_cast<std::size_t>(variable->variable)]) {
    has_binding = true;
    if (same(*t, *bound)) return true;
    if (!unify(t, bound)) return false;
    const Type* general = most_general(t, bound);
    if (!occurs(variable, general)) bind(variable, general);
    return true;
  }
  if (occurs(variable, t)) return false;
  bind(variable, t);
  return true;
}

bool Unification::occurs(const Type* variable, const Type* within) {
  if (is_variable(within)) {
    if (within->variable == variable->variable) return true;
    const Type* bound = bindings_[static_cast<std::size_t>(within->variable)];
    return bound && occurs(variable, bound);
  }
  for (const Type* p : within->parameters)
    if (occurs(variable, p)) return true;
  return false;
}

const Type* Unification::most_general(const Type* a, const Type* b) {
  return equal_or_less_specific(a, b) ? a : b;
}

template <class Change>
const Type* Unification::rebuild(const Type* t, const Change& change) {
  if (t->parameters.empty()) return t;
  std::vector<const Type*> parameters;
  bool changed = false;
  for (const Type* p : t->parameters) {
    parameters.push_back(change(p));
    changed |= parameters.back() != p;
  }
  if (!changed) return t;
  switch (t->kind) {
    case TypeKind::list:
      return pool_.list(parameters[0]);
    case TypeKind::map:
      return pool_.map(parameters[0], parameters[1]);
    case TypeKind::type:
      return pool_.type_of(parameters[0]);
    default:
      return pool_.opaque(t->name, std::move(parameters));
  }
}

const Type* Unification::resolve(const Type* t, bool to_dyn) {
  if (is_variable(t)) {
    if (const Type* bound = bindings_[static_cast<std::size_t>(t->variable)]) return resolve(bound, to_dyn);
    return to_dyn ? &types::dyn : t;
  }
  return rebuild(t, [&](const Type* p) { return resolve(p, to_dyn); });
}

const Type* Unification::instantiate(const Type* t, std::map<std::string, const Type*>& names) {
  if (is_variable(t)) {
    const Type*& variable = names[t->name];
    if (!variable) variable = fresh();
    return variable;
  }
  return rebuild(t, [&](const Type* p) { return instantiate(p, names); });
}

}  // namespace cel
