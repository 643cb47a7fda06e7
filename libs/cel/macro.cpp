#include "cel/macro.hpp"
#include <algorithm>
#include <array>

namespace cel {

namespace {

constexpr std::string_view legacy_accumulator_name = "__result__";

struct Expansion {
  Ast& ast;
  std::size_t offset;
  Expr* target;
  const std::vector<Expr*>& args;
  std::vector<Issue>& issues;

  Expr* fail(const Expr& at, std::string message) {
    issues.push_back({at.offset, std::move(message)});
    return nullptr;
  }
  Expr* literal(Literal value) { return ast.literal(offset, std::move(value)); }
  Expr* accumulator() { return ast.ident(offset, std::string(accumulator_name)); }
  Expr* call(const char* function, std::vector<Expr*> arguments) {
    return ast.call(offset, function, std::move(arguments));
  }
  Expr* member(const char* function, Expr* on, std::vector<Expr*> arguments = {}) {
    return ast.call(offset, function, std::move(arguments), on);
  }
  Expr* where(Expr* filter, Expr* step) {
    return filter ? call(operators::conditional, {filter, step, accumulator()}) : step;
  }
  /// The names of the first `count` arguments; empty with an issue if they cannot be variables.
  std::vector<std::string> variables(std::size_t count, const char* not_a_name) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) {
      if (args[i]->kind != ExprKind::ident) return fail(*args[i], not_a_name), std::vector<std::string>{};
      if (i == 1 && args[1]->name == names[0])
        return fail(*args[1], "duplicate variable name: " + names[0]), std::vector<std::string>{};
      if (args[i]->name == legacy_accumulator_name || args[i]->name == accumulator_name)
        return fail(*args[i], "iteration variable overwrites accumulator variable"),
               std::vector<std::string>{};
      names.push_back(args[i]->name);
    }
    return names;
  }
  Expr* fold(std::vector<std::string> names, Expr* initial, Expr* condition, Expr* step, Expr* result) {
    names.resize(2);
    return ast.comprehension(offset, {target, names[0], names[1], std::string(accumulator_name), initial,
                                      condition, step, result});
  }
};

constexpr const char* simple_name = "argument must be a simple name";
constexpr const char* identifier = "argument is not an identifier";

Expr* has(Expansion& e) {
  const Expr& a = *e.args[0];
  if (a.kind == ExprKind::select && !a.test_only) return e.ast.select(e.offset, a.operand, a.name, true);
  return e.fail(a, "invalid argument to has() macro");
}

template <std::size_t variables>
Expr* all(Expansion& e) {
  auto names = e.variables(variables, simple_name);
  if (names.empty()) return nullptr;
  return e.fold(std::move(names), e.literal(Literal::of(true)),
                e.call(operators::not_strictly_false, {e.accumulator()}),
                e.call(operators::logical_and, {e.accumulator(), e.args.back()}), e.accumulator());
}

template <std::size_t variables>
Expr* exists(Expansion& e) {
  auto names = e.variables(variables, simple_name);
  if (names.empty()) return nullptr;
  return e.fold(std::move(names), e.literal(Literal::of(false)),
                e.call(operators::not_strictly_false, {e.call(operators::negation, {e.accumulator()})}),
                e.call(operators::logical_or, {e.accumulator(), e.args.back()}), e.accumulator());
}

template <std::size_t variables>
Expr* exists_one(Expansion& e) {
  auto names = e.variables(variables, simple_name);
  if (names.empty()) return nullptr;
  const auto one = [&] { return e.literal(Literal::of(std::int64_t{1})); };
  return e.fold(std::move(names), e.literal(Literal::of(std::int64_t{0})), e.literal(Literal::of(true)),
                e.where(e.args.back(), e.call(operators::add, {e.accumulator(), one()})),
                e.call(operators::equals, {e.accumulator(), one()}));
}

Expr* appending(Expansion& e, std::vector<std::string> names, Expr* filter, Expr* element) {
  Expr* step = e.call(operators::add, {e.accumulator(), e.ast.list(e.offset, {element})});
  return e.fold(std::move(names), e.ast.list(e.offset, {}), e.literal(Literal::of(true)),
                e.where(filter, step), e.accumulator());
}

Expr* map(Expansion& e) {
  auto names = e.variables(1, identifier);
  if (names.empty()) return nullptr;
  return appending(e, std::move(names), e.args.size() == 3 ? e.args[1] : nullptr, e.args.back());
}

Expr* filter(Expansion& e) {
  auto names = e.variables(1, identifier);
  if (names.empty()) return nullptr;
  return appending(e, std::move(names), e.args[1], e.args[0]);
}

Expr* transform_list(Expansion& e) {
  auto names = e.variables(2, simple_name);
  if (names.empty()) return nullptr;
  return appending(e, std::move(names), e.args.size() == 4 ? e.args[2] : nullptr, e.args.back());
}

Expr* transform_map(Expansion& e) {
  auto names = e.variables(2, simple_name);
  if (names.empty()) return nullptr;
  Expr* step =
      e.call(operators::map_insert, {e.accumulator(), e.ast.ident(e.offset, names[0]), e.args.back()});
  return e.fold(std::move(names), e.ast.map(e.offset, {}), e.literal(Literal::of(true)),
                e.where(e.args.size() == 4 ? e.args[2] : nullptr, step), e.accumulator());
}

Expr* transform_map_entry(Expansion& e) {
  auto names = e.variables(2, simple_name);
  if (names.empty()) return nullptr;
  Expr* step = e.call(operators::map_insert, {e.accumulator(), e.args.back()});
  return e.fold(std::move(names), e.ast.map(e.offset, {}), e.literal(Literal::of(true)),
                e.where(e.args.size() == 4 ? e.args[2] : nullptr, step), e.accumulator());
}

/// `result` with `name` standing for `value`: a fold over nothing.
Expr* bind(Expansion& e, const std::string& name, Expr* value, Expr* result) {
  return e.ast.comprehension(e.offset,
                             {e.ast.list(e.offset, {}), std::string(unused_variable), "", name, value,
                              e.literal(Literal::of(false)), e.ast.ident(e.offset, name), result});
}

Expr* optional_map(Expansion& e, bool flat) {
  if (e.args[0]->kind != ExprKind::ident)
    return e.fail(*e.args[0], std::string(flat ? "optFlatMap" : "optMap") +
                                  "() variable name must be a simple identifier");
  Expr* value = bind(e, e.args[0]->name, e.member("value", e.ast.copy(*e.target)), e.args[1]);
  return e.call(operators::conditional,
                {e.member("hasValue", e.target), flat ? value : e.call("optional.of", {value}),
                 e.call("optional.none", {})});
}

Expr* opt_map(Expansion& e) {
  return optional_map(e, false);
}
Expr* opt_flat_map(Expansion& e) {
  return optional_map(e, true);
}

Expr* sort_by(Expansion& e) {
  const ExprKind kind = e.target->kind;
  if (kind == ExprKind::literal || kind == ExprKind::map || kind == ExprKind::structure)
    return e.fail(
        *e.target,
        "sortBy can only be applied to a list, identifier, comprehension, call or select expression");
  const std::string input = "@__sortBy_input__";
  Expansion keys{e.ast, e.offset, e.ast.ident(e.offset, input), e.args, e.issues};
  Expr* mapped = map(keys);
  if (!mapped) return nullptr;
  return bind(e, input, e.target, e.member(operators::sort_by, e.ast.ident(e.offset, input), {mapped}));
}

struct Macro {
  std::string_view name;
  std::size_t args;
  bool member;
  Expr* (*expand)(Expansion&);
};

constexpr std::array macros{
    Macro{"has", 1, false, has},
    Macro{"all", 2, true, all<1>},
    Macro{"all", 3, true, all<2>},
    Macro{"exists", 2, true, exists<1>},
    Macro{"exists", 3, true, exists<2>},
    Macro{"exists_one", 2, true, exists_one<1>},
    Macro{"exists_one", 3, true, exists_one<2>},
    Macro{"existsOne", 2, true, exists_one<1>},
    Macro{"existsOne", 3, true, exists_one<2>},
    Macro{"map", 2, true, map},
    Macro{"map", 3, true, map},
    Macro{"filter", 2, true, filter},
    Macro{"transformList", 3, true, transform_list},
    Macro{"transformList", 4, true, transform_list},
    Macro{"transformMap", 3, true, transform_map},
    Macro{"transformMap", 4, true, transform_map},
    Macro{"transformMapEntry", 3, true, transform_map_entry},
    Macro{"transformMapEntry", 4, true, transform_map_entry},
    Macro{"optMap", 2, true, opt_map},
    Macro{"optFlatMap", 2, true, opt_flat_map},
    Macro{"sortBy", 2, true, sort_by},
};

}  // namespace

std::optional<Expr*> expand_macro(Ast& ast, std::size_t offset, const std::string& function, Expr* target,
                                  const std::vector<Expr*>& args, std::vector<Issue>& issues) {
  const auto m = std::find_if(macros.begin(), macros.end(), [&](const Macro& each) {
    return each.name == function && each.args == args.size() && each.member == (target != nullptr);
  });
  if (m == macros.end()) return std::nullopt;
  Expansion e{ast, offset, target, args, issues};
  return m->expand(e);
}

}  // namespace cel
