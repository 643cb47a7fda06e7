#include "cel/parser.hpp"
#include <algorithm>
#include <array>
#include "cel/lexer.hpp"
#include "cel/limits.hpp"
#include "cel/literal.hpp"
#include "cel/macro.hpp"
#include "cel/utf8.hpp"

namespace cel {

namespace {

constexpr const char* expression_start =
    "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, "
    "IDENTIFIER}";

bool reserved(std::string_view name) {
  static constexpr std::array<std::string_view, 21> words{
      "as",  "break", "const", "continue", "else",      "false", "for",    "function", "if",   "import", "in",
      "let", "loop",  "null",  "package",  "namespace", "true",  "return", "var",      "void", "while"};
  return std::find(words.begin(), words.end(), name) != words.end();
}

/// Each method takes what its name says off the tokens. Null: a syntax error was reported.
class Parser {
 public:
  Parser(std::string_view source, Ast& ast, std::vector<Issue>& issues)
      : ast_(ast), issues_(issues), tokens_(tokenize(source, issues)) {}

  Expr* start() {
    Expr* e = expr();
    if (!e || token().kind == TokenKind::end) return e;
    const bool alone = tokens_[at_ + 1].kind == TokenKind::end;
    return syntax_error((alone ? "extraneous input " : "mismatched input ") + quoted(token()) +
                        " expecting <EOF>");
  }

 private:
  /// Counts how deep a rule is in itself; ok() is false beyond the limit, which is then reported.
  class Depth {
   public:
    Depth(Parser& parser, int& counter) : parser_(parser), counter_(counter) { deeper(); }
    ~Depth() { counter_ -= added_; }
    bool deeper() {
      ++counter_;
      ++added_;
      if (counter_ <= recursion_depth_max) return true;
      parser_.give_up("expression recursion limit exceeded: " + std::to_string(recursion_depth_max));
      return false;
    }
    bool ok() const { return counter_ <= recursion_depth_max; }

   private:
    Parser& parser_;
    int& counter_;
    int added_ = 0;
  };

  const Token& token() const { return tokens_[at_]; }
  bool at(std::string_view symbol) const { return token().is(symbol); }
  Token take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool accept(std::string_view symbol) {
    if (!at(symbol)) return false;
    take();
    return true;
  }
  static std::string quoted(const Token& t) {
    return t.kind == TokenKind::end ? "'<EOF>'" : "'" + std::string(t.text) + "'";
  }

  Expr* give_up(std::string message) {
    if (!gave_up_) issues_.push_back({Issue::nowhere, std::move(message)});
    gave_up_ = true;
    return nullptr;
  }
  Expr* syntax_error(const std::string& message) {
    if (!gave_up_) issues_.push_back({token().offset, "Syntax error: " + message});
    gave_up_ = true;
    return nullptr;
  }
  /// Reports what is wrong with well-formed text, and goes on with a stand-in.
  Expr* wrong(std::size_t offset, std::string message) {
    issues_.push_back({offset, std::move(message)});
    return ast_.literal(offset, {});
  }
  bool expect(std::string_view symbol) {
    if (accept(symbol)) return true;
    const std::string name = "'" + std::string(symbol) + "'";
    if (token().kind == TokenKind::end) {
      syntax_error("missing " + name + " at '<EOF>'");
    } else {
      const bool next = tokens_[at_ + 1].is(symbol);
      syntax_error((next ? "extraneous input " : "mismatched input ") + quoted(token()) + " expecting " +
                   name);
    }
    return false;
  }

  Expr* expr() {
    const Depth depth(*this, expr_depth_);
    if (!depth.ok()) return nullptr;
    if (ast_.too_deep()) return give_up("max recursion depth exceeded");
    if (ast_.overgrown()) return give_up("expression has too many parts");
    Expr* condition = logical("||", operators::logical_or);
    if (!condition || !at("?")) return condition;
    const std::size_t offset = take().offset;
    Expr* then = logical("||", operators::logical_or);
    if (!then || !expect(":")) return nullptr;
    Expr* otherwise = expr();
    return otherwise ? ast_.call(offset, operators::conditional, {condition, then, otherwise}) : nullptr;
  }

  /// a || b || c, and a && b && c below it: a balanced tree, for chains may be long.
  Expr* logical(std::string_view symbol, const char* function) {
    std::vector<Expr*> terms;
    std::vector<std::size_t> offsets;
    for (;;) {
      Expr* term = symbol == "||" ? logical("&&", operators::logical_and) : relation(0);
      if (!term) return nullptr;
      terms.push_back(term);
      if (!at(symbol)) break;
      offsets.push_back(take().offset);
    }
    return balanced(function, terms, offsets, 0, terms.size());
  }

  Expr* balanced(const char* function, const std::vector<Expr*>& terms,
                 const std::vector<std::size_t>& offsets, std::size_t from, std::size_t to) {
    if (to - from == 1) return terms[from];
    const std::size_t middle = from + (to - from + 1) / 2;
    Expr* left = balanced(function, terms, offsets, from, middle);
    Expr* right = balanced(function, terms, offsets, middle, to);
    return ast_.call(offsets[middle - 1], function, {left, right});
  }

  struct Operator {
    std::string_view symbol;
    const char* function;
    int precedence;
  };
  static const Operator* find(const Token& t, int least) {
    static constexpr std::array operators_by_precedence{
        Operator{"<", operators::less, 0},
        Operator{"<=", operators::less_equals, 0},
        Operator{">=", operators::greater_equals, 0},
        Operator{">", operators::greater, 0},
        Operator{"==", operators::equals, 0},
        Operator{"!=", operators::not_equals, 0},
        Operator{"in", operators::in, 0},
        Operator{"+", operators::add, 1},
        Operator{"-", operators::subtract, 1},
        Operator{"*", operators::multiply, 2},
        Operator{"/", operators::divide, 2},
        Operator{"%", operators::modulo, 2},
    };
    for (const Operator& o : operators_by_precedence)
      if (o.precedence >= least && t.is(o.symbol)) return &o;
    return nullptr;
  }

  /// Relations and arithmetic, all left-associative; operators of at least the precedence `least`.
  Expr* relation(int least) {
    Depth depth(*this, relation_depth_);
    if (!depth.ok()) return nullptr;
    Expr* left = unary();
    while (left) {
      const Operator* o = find(token(), least);
      if (!o) return left;
      const std::size_t offset = take().offset;
      Expr* right = relation(o->precedence + 1);
      if (!right || !depth.deeper()) return nullptr;
      left = ast_.call(offset, o->function, {left, right});
    }
    return nullptr;
  }

  Expr* unary() {
    if (!at("!") && !at("-")) return member();
    if (at("-") && negative_number_follows()) return member();
    const Token sign = token();
    std::size_t signs = 0;
    for (; at(sign.text); ++signs) {
      if (sign.text == "-" && signs > 0 && negative_number_follows()) break;
      take();
    }
    Expr* operand = member();
    if (!operand || signs % 2 == 0) return operand;
    return ast_.call(sign.offset, sign.text == "!" ? operators::negation : operators::negate, {operand});
  }

  bool negative_number_follows() const {
    const TokenKind next = tokens_[at_ + 1].kind;
    return next == TokenKind::integer || next == TokenKind::floating;
  }

  Expr* member() {
    Depth depth(*this, member_depth_);
    if (!depth.ok()) return nullptr;
    Expr* e = primary();
    while (e) {
      if (at(".")) {
        e = field_or_call(e);
      } else if (at("[")) {
        e = index(e);
      } else {
        return e;
      }
      if (e && !depth.deeper()) return nullptr;
    }
    return nullptr;
  }

  Expr* field_or_call(Expr* operand) {
    const std::size_t offset = take().offset;
    const bool optional = accept("?");
    if (token().kind == TokenKind::escaped_identifier) {
      wrong(take().offset, "unsupported syntax: '`'");
      return operand;
    }
    if (token().kind != TokenKind::identifier)
      return syntax_error("no viable alternative at input '." + std::string(token().text) + "'");
    const Token name = take();
    if (optional)
      return ast_.call(offset, operators::optional_select,
                       {operand, ast_.literal(name.offset, Literal::of(std::string(name.text)))});
    if (!at("(")) return ast_.select(offset, operand, std::string(name.text));
    return call(std::string(name.text), operand);
  }

  Expr* index(Expr* operand) {
    const std::size_t offset = take().offset;
    const bool optional = accept("?");
    Expr* key = expr();
    if (!key || !expect("]")) return nullptr;
    return ast_.call(offset, optional ? operators::optional_index : operators::index, {operand, key});
  }

  /// At the '(' of a call.
  Expr* call(const std::string& function, Expr* target) {
    const std::size_t offset = take().offset;
    std::vector<Expr*> args;
    if (!at(")")) {
      do {
        Expr* a = expr();
        if (!a) return nullptr;
        args.push_back(a);
      } while (accept(","));
    }
    if (!expect(")")) return nullptr;
    const auto expansion = expand_macro(ast_, offset, function, target, args, issues_);
    if (!expansion) return ast_.call(offset, function, std::move(args), target);
    return *expansion ? *expansion : ast_.literal(offset, {});
  }

  Expr* primary() {
    const Token& t = token();
    if (t.kind == TokenKind::symbol) {
      if (t.is("(")) return nested();
      if (t.is("[")) return list();
      if (t.is("{")) return map();
      if (t.is("-") && negative_number_follows()) return number(take());
      if (t.is(".")) return take(), name(true);
      if (t.is("true") || t.is("false")) return boolean();
      if (t.is("null")) return ast_.literal(take().offset, {});
    }
    if (t.kind == TokenKind::identifier) return name(false);
    if (t.kind == TokenKind::integer || t.kind == TokenKind::uinteger || t.kind == TokenKind::floating ||
        t.kind == TokenKind::string || t.kind == TokenKind::bytes)
      return value(t.offset, false);
    return syntax_error("mismatched input " + quoted(t) + " expecting " + expression_start);
  }

  Expr* boolean() {
    const Token t = take();
    return ast_.literal(t.offset, Literal::of(t.text == "true"));
  }

  Expr* nested() {
    take();
    Expr* e = expr();
    return e && expect(")") ? e : nullptr;
  }

  Expr* number(const Token& minus) { return value(minus.offset, true); }

  /// Literals of numbers, strings and bytes.
  Expr* value(std::size_t offset, bool negative) {
    std::string problem;
    auto literal = literal_of(take(), negative, problem);
    return literal ? ast_.literal(offset, std::move(*literal)) : wrong(offset, std::move(problem));
  }

  Expr* name(bool leading_dot) {
    if (token().kind != TokenKind::identifier)
      return syntax_error("mismatched input " + quoted(token()) + " expecting IDENTIFIER");
    const Token first = take();
    const std::string text = (leading_dot ? "." : "") + std::string(first.text);
    if (is_structure()) return structure(text);
    if (reserved(first.text)) {
      wrong(first.offset, "reserved identifier: " + std::string(first.text));
      if (!at("(")) return ast_.literal(first.offset, {});
    }
    return at("(") ? call(text, nullptr) : ast_.ident(first.offset, text);
  }

  /// After a name: ".name.name{" follows.
  bool is_structure() const {
    std::size_t i = at_;
    while (tokens_[i].is(".") && tokens_[i + 1].kind == TokenKind::identifier)
      i += 2;
    return tokens_[i].is("{");
  }

  Expr* structure(std::string type_name) {
    while (accept("."))
      type_name += "." + std::string(take().text);
    const std::size_t offset = take().offset;
    std::vector<Expr*> values;
    while (!at("}")) {
      accept("?");
      if (token().kind != TokenKind::identifier)
        return syntax_error("mismatched input " + quoted(token()) + " expecting IDENTIFIER");
      take();
      if (!expect(":")) return nullptr;
      Expr* v = expr();
      if (!v) return nullptr;
      values.push_back(v);
      if (!accept(",")) break;
    }
    return expect("}") ? ast_.structure(offset, std::move(type_name), std::move(values)) : nullptr;
  }

  Expr* list() {
    const std::size_t offset = take().offset;
    std::vector<Expr*> elements;
    std::vector<bool> optional;
    while (!at("]")) {
      optional.push_back(accept("?"));
      Expr* e = expr();
      if (!e) return nullptr;
      elements.push_back(e);
      if (!accept(",")) break;
    }
    if (!expect("]")) return nullptr;
    Expr* out = ast_.list(offset, std::move(elements));
    out->optional = std::move(optional);
    return out;
  }

  Expr* map() {
    const std::size_t offset = take().offset;
    std::vector<Expr*> entries;
    std::vector<bool> optional;
    while (!at("}")) {
      optional.push_back(accept("?"));
      Expr* key = expr();
      if (!key || !expect(":")) return nullptr;
      Expr* v = expr();
      if (!v) return nullptr;
      entries.insert(entries.end(), {key, v});
      if (!accept(",")) break;
    }
    if (!expect("}")) return nullptr;
    Expr* out = ast_.map(offset, std::move(entries));
    out->optional = std::move(optional);
    return out;
  }

  Ast& ast_;
  std::vector<Issue>& issues_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  bool gave_up_ = false;
  int expr_depth_ = 0, relation_depth_ = 0, member_depth_ = 0;
};

}  // namespace

std::unique_ptr<Ast> parse(std::string_view source, std::vector<Issue>& issues) {
  if (const std::size_t size = utf8::count(source); size > expression_code_points_max) {
    issues.push_back(
        {Issue::nowhere, "expression code point size exceeds limit: size: " + std::to_string(size) +
                             ", limit " + std::to_string(expression_code_points_max)});
    return nullptr;
  }
  auto ast = std::make_unique<Ast>();
  ast->root = Parser(source, *ast, issues).start();
  if (issues.empty() && ast->too_deep()) issues.push_back({Issue::nowhere, "max recursion depth exceeded"});
  if (issues.empty() && ast->overgrown()) issues.push_back({Issue::nowhere, "expression has too many parts"});
  return issues.empty() && ast->root ? std::move(ast) : nullptr;
}

}  // namespace cel
