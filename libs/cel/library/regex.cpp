#include "cel/regex.hpp"
#include <re2/re2.h>
#include "cel/collections.hpp"
#include "cel/function.hpp"
#include "cel/utf8.hpp"

/// matches, find, findAll. Patterns that are literals are compiled with the program (planner.cpp).
namespace cel {

void RegexDeleter::operator()(re2::RE2* r) const noexcept {
  delete r;
}

Regex compile_regex(std::string_view pattern, std::string& problem) {
  constexpr std::int64_t bytes_max = 4 << 20;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(bytes_max);
  Regex regex(new re2::RE2(re2::StringPiece(pattern.data(), pattern.size()), options));
  if (regex->ok()) return regex;
  problem = "error parsing regexp: " + regex->error();
  return nullptr;
}

namespace {

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

Value regex_matches(Evaluation&, const re2::RE2& regex, std::string_view text) {
  return Value::boolean(regex.Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0));
}

Value regex_find(Evaluation&, const re2::RE2& regex, std::string_view text) {
  re2::StringPiece found;
  if (!regex.Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, &found, 1)) return Value::string("");
  return Value::string({found.data(), found.size()});
}

Value regex_find_all(Evaluation& e, const re2::RE2& regex, std::string_view text, std::int64_t limit) {
  ListBuilder out;
  std::size_t at = 0;
  std::size_t last_end = std::string_view::npos;
  re2::StringPiece found;
  while (limit != 0 && at <= text.size() &&
         regex.Match(piece(text), at, text.size(), re2::RE2::UNANCHORED, &found, 1)) {
    const auto start = static_cast<std::size_t>(found.data() - text.data());
    // An empty match right after the last one is none (Go's rule).
    if (!found.empty() || start != last_end) {
      out.append(e, Value::string({found.data(), found.size()}));
      --limit;
    }
    last_end = at = start + found.size();
    if (!found.empty()) continue;
    if (at >= text.size()) break;
    std::string_view rest = text.substr(at);
    utf8::next(rest);
    at = text.size() - rest.size();
  }
  return out.value();
}

namespace {

using Args = std::span<const Value>;

template <class Use>
Value with_regex(Evaluation& e, std::string_view pattern, const Use& use) {
  std::string problem;
  const Regex regex = compile_regex(pattern, problem);
  return regex ? use(*regex) : e.fail(problem);
}

Value matches(Evaluation& e, Args a) {
  return with_regex(e, a[1].as_text(),
                    [&](const re2::RE2& r) { return regex_matches(e, r, a[0].as_text()); });
}
Value find(Evaluation& e, Args a) {
  return with_regex(e, a[1].as_text(), [&](const re2::RE2& r) { return regex_find(e, r, a[0].as_text()); });
}
Value find_all(Evaluation& e, Args a) {
  const std::int64_t limit = a.size() > 2 ? a[2].as_integer() : -1;
  return with_regex(e, a[1].as_text(),
                    [&](const re2::RE2& r) { return regex_find_all(e, r, a[0].as_text(), limit); });
}

}  // namespace

void add_regex(FunctionTable& t) {
  t.add("matches", "matches(string, string): bool", matches);
  t.add("matches_string", "string -> matches(string): bool", matches);
  t.add("string_find_string", "string -> find(string): string", find);
  t.add("string_find_all_string", "string -> findAll(string): list(string)", find_all);
  t.add("string_find_all_string_int", "string -> findAll(string, int): list(string)", find_all);
}

}  // namespace cel
