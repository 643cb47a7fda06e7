#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>
#include "cel/type.hpp"

/// The tree of an expression, and what the checker found out about each node.
namespace cel {

struct Function;
struct Overload;

struct Literal {
  enum class Kind : std::uint8_t { null, boolean, integer, uinteger, floating, string, bytes };
  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  std::uint64_t uinteger = 0;
  double floating = 0;
  std::string text;  ///< Strings and bytes.

  static Literal of(bool b) { return {Kind::boolean, b}; }
  static Literal of(std::int64_t i) { return {Kind::integer, false, i}; }
  static Literal of(std::uint64_t u) { return {Kind::uinteger, false, 0, u}; }
  static Literal of(double d) { return {Kind::floating, false, 0, 0, d}; }
  static Literal of(std::string s) { return {Kind::string, false, 0, 0, 0, std::move(s)}; }
  static Literal of_bytes(std::string s) { return {Kind::bytes, false, 0, 0, 0, std::move(s)}; }
};

enum class ExprKind : std::uint8_t { literal, ident, select, call, list, map, structure, comprehension };

struct Comprehension;

/// One node. Which members mean something depends on `kind`.
struct Expr {
  ExprKind kind = ExprKind::literal;
  bool test_only = false;  ///< select: has(operand.name).
  int depth = 1;           ///< Levels of the tree below and with this node.
  std::size_t offset =
      0;             ///< In the source, of the token that stands for the node: an operator, a '(' or '.'.
  std::string name;  ///< ident; select: field; call: function ("_+_"); structure: type.
  Literal literal;
  Expr* operand = nullptr;  ///< select; call: the target of a member call, or null.
  /// call: arguments; list: elements; map: key, value, key, value; structure: values.
  std::vector<Expr*> args;
  std::vector<bool> optional;  ///< list, map: those elements or entries written with '?'; may be shorter.
  std::unique_ptr<Comprehension> comprehension;

  // Set by the checker.
  const Type* type = nullptr;
  const Function* function = nullptr;
  std::vector<const Overload*> overloads;  ///< call: those that may be meant; one if types decide.
  int variable = -1;                       ///< ident: number in the environment; -1: local, or a type's name.
  bool is_type_name = false;               ///< ident: stands for the type called `name`.

  bool optional_at(std::size_t i) const noexcept { return i < optional.size() && optional[i]; }
};

/// What all, exists, map and the like become: fold `range` into an accumulator.
struct Comprehension {
  Expr* range = nullptr;
  std::string variable, second_variable;  ///< The second is empty for the one-variable forms.
  std::string accumulator;
  Expr *initial = nullptr, *condition = nullptr, *step = nullptr, *result = nullptr;
};

/// Name of the accumulator in macros; no identifier can be called so.
inline constexpr std::string_view accumulator_name = "@result";
inline constexpr std::string_view unused_variable = "#unused";

/// Owns the nodes of one expression.
class Ast {
 public:
  Expr* literal(std::size_t offset, Literal value);
  Expr* ident(std::size_t offset, std::string name);
  Expr* select(std::size_t offset, Expr* operand, std::string field, bool test_only = false);
  Expr* call(std::size_t offset, std::string function, std::vector<Expr*> args, Expr* target = nullptr);
  Expr* list(std::size_t offset, std::vector<Expr*> elements);
  Expr* map(std::size_t offset, std::vector<Expr*> entries);
  Expr* structure(std::size_t offset, std::string type_name, std::vector<Expr*> values);
  Expr* comprehension(std::size_t offset, Comprehension c);
  /// A copy with nodes of its own.
  Expr* copy(const Expr& e);

  /// More nodes than expression_nodes_max were asked for; copies stopped being made.
  bool overgrown() const noexcept;
  /// A node is deeper than expression_depth_max; what walks the tree may count on it not to be.
  bool too_deep() const noexcept { return too_deep_; }
  Expr* root = nullptr;

 private:
  Expr* add(ExprKind kind, std::size_t offset);
  Expr* finished(Expr* e);
  std::deque<Expr> nodes_;
  bool too_deep_ = false;
};

/// The names of operators, as they appear in messages.
namespace operators {
inline constexpr const char *conditional = "_?_:_", *logical_and = "_&&_", *logical_or = "_||_",
                            *negation = "!_", *equals = "_==_", *not_equals = "_!=_", *less = "_<_",
                            *less_equals = "_<=_", *greater = "_>_", *greater_equals = "_>=_", *add = "_+_",
                            *subtract = "_-_", *multiply = "_*_", *divide = "_/_", *modulo = "_%_",
                            *negate = "-_", *index = "_[_]", *in = "@in",
                            *not_strictly_false = "@not_strictly_false", *optional_index = "_[?_]",
                            *optional_select = "_?._", *map_insert = "cel.@mapInsert",
                            *sort_by = "@sortByAssociatedKeys";
}  // namespace operators

}  // namespace cel
