#include "api/selector.hpp"
#include <algorithm>
#include <charconv>
#include "api/names.hpp"
#include "api/object.hpp"

namespace api {
namespace {

using Operator = LabelSelector::Operator;
using Requirement = LabelSelector::Requirement;

base::Error wrong(std::string message) {
  return {base::Errc::invalid_argument, std::move(message)};
}

/// Tokens: names, "=", "==", "!=", "!", ",", "(", ")", "<", ">". Names end at any of the special characters
/// or space.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::string_view peek() {
    if (!ready_) {
      token_ = scan();
      ready_ = true;
    }
    return token_;
  }
  std::string_view next() {
    const auto t = peek();
    ready_ = false;
    return t;
  }
  static bool special(std::string_view t) {
    return t.empty() || std::string_view("=!,()<>").find(t.front()) != std::string_view::npos;
  }

 private:
  std::string_view scan() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])))
      ++at_;
    if (at_ == text_.size()) return {};
    const auto start = at_;
    constexpr std::string_view specials = "=!,()<>";
    if (specials.find(text_[at_]) != std::string_view::npos) {
      const bool pair =
          at_ + 1 < text_.size() && text_[at_ + 1] == '=' && (text_[at_] == '=' || text_[at_] == '!');
      at_ += pair ? 2 : 1;
    } else {
      while (at_ < text_.size() && !std::isspace(static_cast<unsigned char>(text_[at_])) &&
             specials.find(text_[at_]) == std::string_view::npos)
        ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  std::string_view text_, token_;
  std::size_t at_ = 0;
  bool ready_ = false;
};

base::Result<std::vector<std::string>> parse_set(Lexer& in) {
  if (in.next() != "(") return wrong("unable to parse requirement: expected: '('");
  std::vector<std::string> values;
  while (true) {
    const auto token = in.peek();
    // An empty place between commas is the empty value.
    if (token == "," || token == ")")
      values.emplace_back();
    else if (Lexer::special(token))
      return wrong("unable to parse requirement: found '" + std::string(token) + "', expected: ',', or ')'");
    else
      values.emplace_back(in.next());
    const auto end = in.next();
    if (end == ")") break;
    if (end != ",")
      return wrong("unable to parse requirement: found '" + std::string(end) + "', expected: ',' or ')'");
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

base::Result<void> check(const Requirement& r) {
  if (auto bad = names::qualified_name(r.key)) return wrong("key: Invalid value: \"" + r.key + "\": " + *bad);
  const bool number = r.op == Operator::greater || r.op == Operator::less;
  for (const auto& v : r.values) {
    if (auto bad = names::label_value(v))
      return wrong("values[0][" + r.key + "]: Invalid value: \"" + v + "\": " + *bad);
    std::int64_t n = 0;
    if (number && std::from_chars(v.data(), v.data() + v.size(), n).ptr != v.data() + v.size())
      return wrong("values[0]: Invalid value: \"" + v +
                   "\": for 'Gt', 'Lt' operators, the value must be an integer");
  }
  return {};
}

base::Result<Requirement> parse_requirement(Lexer& in) {
  Requirement r;
  bool negated = false;
  if (in.peek() == "!") {
    in.next();
    negated = true;
  }
  if (Lexer::special(in.peek()))
    return wrong("unable to parse requirement: found '" + std::string(in.peek()) + "', expected: identifier");
  r.key = in.next();
  const auto token = in.peek();
  if (negated || token.empty() || token == ",") {
    r.op = negated ? Operator::not_exists : Operator::exists;
    return r;
  }
  const auto op = in.next();
  if (op == "in" || op == "notin") {
    auto values = parse_set(in);
    if (!values) return values.error();
    r.op = op == "in" ? Operator::in : Operator::not_in;
    r.values = std::move(*values);
    return r;
  }
  if (op == "=" || op == "==")
    r.op = Operator::equals;
  else if (op == "!=")
    r.op = Operator::not_equals;
  else if (op == ">")
    r.op = Operator::greater;
  else if (op == "<")
    r.op = Operator::less;
  else
    return wrong("unable to parse requirement: found '" + std::string(op) +
                 "', expected: in, notin, =, ==, !=, gt, lt");
  // "key=" compares with the empty value.
  const auto value = in.peek();
  if (value.empty() || value == ",")
    r.values.emplace_back();
  else if (Lexer::special(value))
    return wrong("unable to parse requirement: found '" + std::string(value) + "', expected: identifier");
  else
    r.values.emplace_back(in.next());
  return r;
}

std::string joined(const std::vector<std::string>& values) {
  std::string out;
  for (const auto& v : values)
    out += (&v == &values.front() ? "" : ",") + v;
  return out;
}

std::string text_of(const Requirement& r) {
  switch (r.op) {
    case Operator::equals:
      return r.key + "=" + r.values[0];
    case Operator::not_equals:
      return r.key + "!=" + r.values[0];
    case Operator::in:
      return r.key + " in (" + joined(r.values) + ")";
    case Operator::not_in:
      return r.key + " notin (" + joined(r.values) + ")";
    case Operator::exists:
      return r.key;
    case Operator::not_exists:
      return "!" + r.key;
    case Operator::greater:
      return r.key + ">" + r.values[0];
    case Operator::less:
      return r.key + "<" + r.values[0];
  }
  return {};
}

bool compare_numbers(std::string_view have, std::string_view want, bool greater) {
  std::int64_t a = 0, b = 0;
  if (std::from_chars(have.data(), have.data() + have.size(), a).ptr != have.data() + have.size())
    return false;
  std::from_chars(want.data(), want.data() + want.size(), b);
  return greater ? a > b : a < b;
}

bool holds(const Requirement& r, std::optional<std::string_view> value) {
  const auto among = [&] {
    return value && std::find(r.values.begin(), r.values.end(), *value) != r.values.end();
  };
  switch (r.op) {
    case Operator::equals:
    case Operator::in:
      return among();
    case Operator::not_equals:
    case Operator::not_in:
      return !among();
    case Operator::exists:
      return value.has_value();
    case Operator::not_exists:
      return !value;
    case Operator::greater:
      return value && compare_numbers(*value, r.values[0], true);
    case Operator::less:
      return value && compare_numbers(*value, r.values[0], false);
  }
  return false;
}

void sort_by_key(std::vector<Requirement>& r) {
  std::stable_sort(r.begin(), r.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
}

base::Result<Requirement> from_expression(const Object& e) {
  Requirement r{std::string(get_string(e, {"key"})), Operator::in, {}};
  const auto op = get_string(e, {"operator"});
  if (op == "NotIn")
    r.op = Operator::not_in;
  else if (op == "Exists")
    r.op = Operator::exists;
  else if (op == "DoesNotExist")
    r.op = Operator::not_exists;
  else if (op != "In")
    return wrong("\"" + std::string(op) + "\" is not a valid label selector operator");
  if (const auto* values = get_array(e, {"values"}))
    for (const auto& v : *values)
      if (v.is_string()) r.values.emplace_back(v.get_string());
  const bool set = r.op == Operator::in || r.op == Operator::not_in;
  if (set && r.values.empty())
    return wrong("values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty");
  if (!set && !r.values.empty())
    return wrong("values: Invalid value: values set must be empty for exists and does not exist");
  std::sort(r.values.begin(), r.values.end());
  return r;
}

}  // namespace

base::Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  LabelSelector out;
  Lexer in(text);
  while (!in.peek().empty()) {
    auto r = parse_requirement(in);
    if (!r) return r.error();
    if (auto ok = check(*r); !ok) return wrong("unable to parse requirement: " + ok.error().message);
    out.requirements_.push_back(std::move(*r));
    const auto separator = in.next();
    if (separator.empty()) break;
    if (separator != ",")
      return wrong("found '" + std::string(separator) + "', expected: ',' or 'end of string'");
    if (in.peek().empty()) return wrong("found '', expected: identifier after ','");
  }
  sort_by_key(out.requirements_);
  return out;
}

base::Result<LabelSelector> LabelSelector::from_json(const boost::json::object& selector) {
  LabelSelector out;
  if (const auto* labels = get_object(selector, {"matchLabels"}))
    for (const auto& [key, value] : *labels)
      if (value.is_string())
        out.requirements_.push_back({std::string(key), Operator::equals, {std::string(value.get_string())}});
  if (const auto* expressions = get_array(selector, {"matchExpressions"}))
    for (const auto& e : *expressions) {
      if (!e.is_object()) continue;
      auto r = from_expression(e.get_object());
      if (!r) return r.error();
      out.requirements_.push_back(std::move(*r));
    }
  for (const auto& r : out.requirements_)
    if (auto ok = check(r); !ok) return ok.error();
  sort_by_key(out.requirements_);
  return out;
}

LabelSelector LabelSelector::from_labels(const std::map<std::string, std::string>& labels) {
  LabelSelector out;
  for (const auto& [key, value] : labels)
    out.requirements_.push_back({key, Operator::equals, {value}});
  return out;
}

LabelSelector LabelSelector::nothing() {
  LabelSelector out;
  out.nothing_ = true;
  return out;
}

bool LabelSelector::matches_with(
    const std::function<std::optional<std::string_view>(std::string_view)>& lookup) const {
  return !nothing_ && std::all_of(requirements_.begin(), requirements_.end(),
                                  [&](const auto& r) { return holds(r, lookup(r.key)); });
}

bool LabelSelector::matches(const std::map<std::string, std::string>& labels) const {
  return matches_with([&](std::string_view key) -> std::optional<std::string_view> {
    const auto hit = labels.find(std::string(key));
    return hit == labels.end() ? std::nullopt : std::optional<std::string_view>(hit->second);
  });
}

bool LabelSelector::matches(const boost::json::object* labels) const {
  return matches_with([&](std::string_view key) -> std::optional<std::string_view> {
    const auto* v = labels ? labels->if_contains(key) : nullptr;
    return v && v->is_string() ? std::optional<std::string_view>(v->get_string()) : std::nullopt;
  });
}

std::string LabelSelector::text() const {
  std::string out;
  for (const auto& r : requirements_)
    out += (out.empty() ? "" : ",") + text_of(r);
  return out;
}

namespace {

/// Undoes "\,", "\=" and "\\" of a field selector's value.
base::Result<std::string> unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      if (text[i] == ',' || text[i] == '=')
        return wrong("invalid field selector: unescaped character in value: " + std::string(1, text[i]));
      out += text[i];
      continue;
    }
    if (++i == text.size() || std::string_view("\\,=").find(text[i]) == std::string_view::npos)
      return wrong("invalid field selector: invalid escape sequence: " + std::string(text.substr(i - 1, 2)));
    out += text[i];
  }
  return out;
}

/// The end of the term that starts at 0: the first comma that is not escaped.
std::size_t term_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == ',')
      return i;
  }
  return text.size();
}

}  // namespace

base::Result<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector out;
  while (!text.empty()) {
    const auto end = term_end(text);
    const auto term = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (term.empty()) continue;
    const auto at = term.find('=');
    if (at == std::string_view::npos)
      return wrong("invalid selector: '" + std::string(term) + "'; can't understand '" + std::string(term) +
                   "'");
    const bool negated = at > 0 && term[at - 1] == '!';
    const bool doubled = !negated && at + 1 < term.size() && term[at + 1] == '=';
    auto value = unescape(term.substr(at + (doubled ? 2 : 1)));
    if (!value) return value.error();
    out.terms_.push_back({std::string(term.substr(0, at - (negated ? 1 : 0))), !negated, std::move(*value)});
  }
  return out;
}

std::optional<std::string_view> FieldSelector::required_value(std::string_view field) const noexcept {
  for (const auto& t : terms_)
    if (t.equals && t.field == field) return t.value;
  return std::nullopt;
}

}  // namespace api
