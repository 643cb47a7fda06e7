#include <algorithm>
#include "cel/collections.hpp"
#include "cel/function.hpp"
#include "cel/limits.hpp"
#include "cel/utf8.hpp"

/// cel-go's strings extension in its version 2. Positions count code points.
namespace cel {

namespace {

using Args = std::span<const Value>;

Value out_of_range(Evaluation& e, std::int64_t index) {
  return e.fail("index out of range: " + std::to_string(index));
}

/// The offset in bytes of code point `index`, from 0 to the number of code points; empty if beyond.
std::optional<std::size_t> position(std::string_view text, std::int64_t index) {
  if (index < 0) return std::nullopt;
  std::string_view rest = text;
  for (; index > 0; --index) {
    if (rest.empty()) return std::nullopt;
    utf8::next(rest);
  }
  return text.size() - rest.size();
}

Value char_at(Evaluation& e, Args a) {
  const auto at = position(a[0].as_text(), a[1].as_integer());
  if (!at) return out_of_range(e, a[1].as_integer());
  const auto rest = a[0].as_text().substr(*at);
  return Value::string(rest.substr(0, utf8::offset(rest, 1)));
}

Value code_point_index(std::string_view text, std::size_t found) {
  if (found == std::string_view::npos) return Value::integer(-1);
  return Value::integer(static_cast<std::int64_t>(utf8::count(text.substr(0, found))));
}

Value index_of(Evaluation& e, Args a) {
  const auto text = a[0].as_text(), what = a[1].as_text();
  const std::int64_t from = a.size() > 2 ? a[2].as_integer() : 0;
  if (from < 0) return out_of_range(e, from);
  const auto at = position(text, from);
  if (!at) return Value::integer(what.empty() ? static_cast<std::int64_t>(utf8::count(text)) : -1);
  return code_point_index(text, text.find(what, *at));
}

Value last_index_of(Evaluation& e, Args a) {
  const auto text = a[0].as_text(), what = a[1].as_text();
  if (a.size() == 2) return code_point_index(text, text.rfind(what));
  const std::int64_t from = a[2].as_integer();
  if (from < 0) return out_of_range(e, from);
  const auto at = position(text, from);
  if (what.empty()) return Value::integer(at ? from : static_cast<std::int64_t>(utf8::count(text)));
  if (!at || *at >= text.size()) return Value::integer(-1);
  return code_point_index(text, text.rfind(what, *at));
}

template <char first, char last, int shift>
Value shift_ascii(Evaluation& e, Args a) {
  const auto text = a[0].as_text();
  char* out = e.arena.array<char>(text.size());
  std::transform(text.begin(), text.end(), out,
                 [](char c) { return c >= first && c <= last ? static_cast<char>(c + shift) : c; });
  return Value::string({out, text.size()});
}

Value replace(Evaluation& e, Args a) {
  const auto text = a[0].as_text(), from = a[1].as_text(), to = a[2].as_text();
  std::int64_t left = a.size() > 3 ? a[3].as_integer() : -1;
  std::string out;
  std::size_t at = 0;
  // An empty `from` is found before every code point and at the end.
  while (left != 0) {
    const std::size_t found = text.find(from, at);
    if (found == std::string_view::npos) break;
    out += text.substr(at, found - at);
    out += to;
    at = found + from.size();
    --left;
    if (!from.empty()) continue;
    if (at >= text.size()) return e.string(out);
    const std::size_t next = at + utf8::offset(text.substr(at), 1);
    out += text.substr(at, next - at);
    at = next;
    if (out.size() > evaluation_text_max) break;
  }
  out += text.substr(at);
  return e.string(out);
}

Value split(Evaluation& e, Args a) {
  auto text = a[0].as_text();
  const auto separator = a[1].as_text();
  std::int64_t parts = a.size() > 2 ? a[2].as_integer() : -1;
  ListBuilder out;
  if (parts == 0) return out.value();
  if (separator.empty()) {
    while (!text.empty() && parts != 1) {
      const std::size_t size = utf8::offset(text, 1);
      out.append(e, Value::string(text.substr(0, size)));
      text.remove_prefix(size);
      --parts;
    }
    if (!text.empty()) out.append(e, Value::string(text));
    return out.value();
  }
  for (; parts != 1; --parts) {
    const std::size_t found = text.find(separator);
    if (found == std::string_view::npos) break;
    out.append(e, Value::string(text.substr(0, found)));
    text.remove_prefix(found + separator.size());
  }
  out.append(e, Value::string(text));
  return out.value();
}

Value substring(Evaluation& e, Args a) {
  const auto text = a[0].as_text();
  const std::int64_t start = a[1].as_integer();
  if (a.size() > 2 && start > a[2].as_integer())
    return e.fail("invalid substring range. start: " + std::to_string(start) +
                  ", end: " + std::to_string(a[2].as_integer()));
  const auto from = position(text, start);
  if (!from) return out_of_range(e, start);
  if (a.size() == 2) return Value::string(text.substr(*from));
  const auto to = position(text, a[2].as_integer());
  if (!to) return out_of_range(e, a[2].as_integer());
  return Value::string(text.substr(*from, *to - *from));
}

/// Unicode's White_Space.
bool is_space(std::uint32_t c) {
  return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

Value trim(Evaluation&, Args a) {
  std::string_view text = a[0].as_text();
  for (std::string_view rest = text; !rest.empty() && is_space(utf8::next(rest));)
    text = rest;
  std::size_t end = 0;
  for (std::string_view rest = text; !rest.empty();)
    if (!is_space(utf8::next(rest))) end = text.size() - rest.size();
  return Value::string(text.substr(0, end));
}

Value join(Evaluation& e, Args a) {
  const std::string_view separator = a.size() > 1 ? a[1].as_text() : std::string_view();
  std::string out;
  bool first = true;
  for (const Value& v : list_items(e, a[0])) {
    if (v.is_error()) return v;
    if (!v.is(Kind::string)) return e.fail("join: invalid input: " + text_of(v));
    if (!first) out += separator;
    out += v.as_text();
    first = false;
  }
  return e.string(out);
}

Value quote(Evaluation& e, Args a) {
  std::string out = "\"";
  for (std::string_view rest = a[0].as_text(); !rest.empty();) {
    const std::uint32_t c = utf8::next(rest);
    static constexpr std::string_view plain = "\a\b\f\n\r\t\v\\\"", letters = "abfnrtv\\\"";
    const std::size_t i = c < 0x80 ? plain.find(static_cast<char>(c)) : std::string_view::npos;
    if (i == std::string_view::npos) {
      utf8::append(out, c);
    } else {
      out += '\\';
      out += letters[i];
    }
  }
  return e.string(out + "\"");
}

}  // namespace

void add_strings(FunctionTable& t) {
  t.add("string_char_at_int", "string -> charAt(int): string", char_at);
  t.add("string_index_of_string", "string -> indexOf(string): int", index_of);
  t.add("string_index_of_string_int", "string -> indexOf(string, int): int", index_of);
  t.add("string_last_index_of_string", "string -> lastIndexOf(string): int", last_index_of);
  t.add("string_last_index_of_string_int", "string -> lastIndexOf(string, int): int", last_index_of);
  t.add("string_lower_ascii", "string -> lowerAscii(): string", shift_ascii<'A', 'Z', 'a' - 'A'>);
  t.add("string_upper_ascii", "string -> upperAscii(): string", shift_ascii<'a', 'z', 'A' - 'a'>);
  t.add("string_replace_string_string", "string -> replace(string, string): string", replace);
  t.add("string_replace_string_string_int", "string -> replace(string, string, int): string", replace);
  t.add("string_split_string", "string -> split(string): list(string)", split);
  t.add("string_split_string_int", "string -> split(string, int): list(string)", split);
  t.add("string_substring_int", "string -> substring(int): string", substring);
  t.add("string_substring_int_int", "string -> substring(int, int): string", substring);
  t.add("string_trim", "string -> trim(): string", trim);
  t.add("list_join", "list(string) -> join(): string", join);
  t.add("list_join_string", "list(string) -> join(string): string", join);
  t.add("strings_quote", "strings.quote(string): string", quote);
}

}  // namespace cel
