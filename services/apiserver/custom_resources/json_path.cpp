#include "apiserver/custom_resources/json_path.hpp"
#include <charconv>
#include <optional>

namespace apiserver::custom_resources {
namespace {

namespace json = boost::json;
constexpr std::size_t results_max = 1000;

base::Error wrong(std::string_view text, std::string_view why) {
  return {base::Errc::invalid_argument,
          "unrecognized path \"" + std::string(text) + "\": " + std::string(why)};
}

/// A word in quotes, a number or true, false, null, as the right side of a comparison.
std::optional<json::value> literal(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front())
    return json::string(text.substr(1, text.size() - 2));
  if (text == "true") return true;
  if (text == "false") return false;
  if (text == "null") return nullptr;
  std::int64_t whole = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error == std::errc() && end == text.data() + text.size()) return whole;
  double real = 0;
  auto [end2, error2] = std::from_chars(text.data(), text.data() + text.size(), real);
  if (error2 == std::errc() && end2 == text.data() + text.size()) return real;
  return std::nullopt;
}

}  // namespace

struct JsonPath::Step {
  enum class Kind { member, index, all, where } kind = Kind::member;
  std::string name;
  std::int64_t index = 0;
  // where: `path` of an element `op` `value`; without an operator: it is there.
  std::optional<JsonPath> path;
  std::string op;
  json::value value;

  bool holds(const json::value& element) const {
    const auto* found = path->first(element);
    if (op.empty()) return found != nullptr;
    if (!found) return false;
    if (op == "==") return *found == value;
    if (op == "!=") return *found != value;
    if (!found->is_number() || !value.is_number()) return false;
    const auto a = found->to_number<double>(), b = value.to_number<double>();
    if (op == "<") return a < b;
    if (op == "<=") return a <= b;
    return op == ">" ? a > b : a >= b;
  }

  void follow(const json::value& v, std::vector<const json::value*>& out) const {
    if (kind == Kind::member) {
      const auto* o = v.if_object();
      if (const auto* m = o ? o->if_contains(name) : nullptr) out.push_back(m);
      return;
    }
    if (const auto* o = v.if_object(); o && kind == Kind::all)
      for (const auto& [key, member] : *o)
        if (out.size() < results_max) out.push_back(&member);
    const auto* a = v.if_array();
    if (!a) return;
    if (kind == Kind::index) {
      const auto at = index < 0 ? static_cast<std::int64_t>(a->size()) + index : index;
      if (at >= 0 && at < static_cast<std::int64_t>(a->size()))
        out.push_back(&(*a)[static_cast<std::size_t>(at)]);
      return;
    }
    for (const auto& e : *a)
      if (out.size() < results_max && (kind == Kind::all || holds(e))) out.push_back(&e);
  }

  /// `?(@.type=="Ready")` without the question mark and the parentheses.
  static base::Result<Step> filter(std::string_view text) {
    Step step;
    step.kind = Kind::where;
    auto at = std::string_view::npos;
    std::string op;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size() && at == std::string_view::npos; ++i) {
      if (text[i] == '"' || text[i] == '\'') quoted = !quoted;
      if (quoted) continue;
      for (const std::string_view candidate : {"==", "!=", "<=", ">=", "<", ">"})
        if (text.substr(i).starts_with(candidate)) {
          at = i;
          op = candidate;
          break;
        }
    }
    auto left = text.substr(0, at);
    while (left.starts_with(' '))
      left.remove_prefix(1);
    while (left.ends_with(' '))
      left.remove_suffix(1);
    if (!left.starts_with('@')) return wrong(text, "a filter starts with @");
    auto path = JsonPath::parse(left.substr(1));
    if (!path) return path.error();
    step.path = std::move(*path);
    step.op = op;
    if (op.empty()) return step;
    auto value = literal(text.substr(at + op.size()));
    if (!value) return wrong(text, "a filter compares with a text, a number or a boolean");
    step.value = std::move(*value);
    return step;
  }

  /// What is between brackets.
  static base::Result<Step> bracket(std::string_view inside) {
    Step step;
    if (inside == "*") {
      step.kind = Kind::all;
    } else if (inside.starts_with("?(") && inside.ends_with(')')) {
      return filter(inside.substr(2, inside.size() - 3));
    } else if (inside.size() >= 2 && (inside.front() == '\'' || inside.front() == '"') &&
               inside.back() == inside.front()) {
      step.name = inside.substr(1, inside.size() - 2);
    } else {
      step.kind = Kind::index;
      const auto [end, error] = std::from_chars(inside.data(), inside.data() + inside.size(), step.index);
      if (error != std::errc() || end != inside.data() + inside.size()) return wrong(inside, "is no index");
    }
    return step;
  }
};

namespace {

/// The place of the bracket that closes the one at `text[0]`; npos: there is none.
std::size_t closing(std::string_view text) {
  char quote = 0;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[') {
      ++depth;
    } else if (c == ']' && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

base::Result<JsonPath> JsonPath::parse(std::string_view text) {
  JsonPath path;
  const auto whole = text;
  if (text.starts_with('$')) text.remove_prefix(1);
  while (!text.empty()) {
    Step step;
    if (text.front() == '[') {
      const auto end = closing(text);
      if (end == std::string_view::npos) return wrong(whole, "unterminated array");
      auto inside = Step::bracket(text.substr(1, end - 1));
      if (!inside) return inside.error();
      step = std::move(*inside);
      text.remove_prefix(end + 1);
    } else {
      if (text.front() == '.') text.remove_prefix(1);
      std::string name;
      while (!text.empty() && text.front() != '.' && text.front() != '[') {
        if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
        name += text.front();
        text.remove_prefix(1);
      }
      if (name.empty()) continue;
      if (name == "*") step.kind = Step::Kind::all;
      step.name = std::move(name);
    }
    path.steps_.push_back(std::make_shared<const Step>(std::move(step)));
  }
  return path;
}

std::vector<const json::value*> JsonPath::find(const json::value& root) const {
  std::vector<const json::value*> here{&root};
  for (const auto& step : steps_) {
    std::vector<const json::value*> next;
    for (const auto* v : here)
      step->follow(*v, next);
    here = std::move(next);
  }
  return here;
}

const json::value* JsonPath::first(const json::value& root) const {
  const auto found = find(root);
  return found.empty() ? nullptr : found.front();
}

}  // namespace apiserver::custom_resources
