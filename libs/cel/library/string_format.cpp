#include "cel/string_format.hpp"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include "base/encoding.hpp"
#include "cel/collections.hpp"
#include "cel/convert.hpp"
#include "cel/function.hpp"
#include "cel/limits.hpp"

/// "%s of %d".format([...]): cel-go's string formatting.
namespace cel {

namespace {

constexpr int precision_default = 6;
constexpr int precision_max = 1000;  // ours: upstream has no bound in this version of the library

using Text = std::optional<std::string>;

/// Formats one value for one clause; empty with `problem` set where it cannot.
class Formatter {
 public:
  Formatter(Evaluation& e, std::string& problem) : e_(e), problem_(problem) {}

  Text format(const FormatClause& clause, const Value& v) {
    switch (clause.letter) {
      case 's':
        return string(v);
      case 'd':
        return decimal(v);
      case 'f':
      case 'e':
        return floating(clause, v);
      case 'b':
        return binary(v);
      case 'o':
        return octal(v);
      default:
        return hexadecimal(v, clause.letter == 'X');
    }
  }

 private:
  Text fail(std::string message) {
    problem_ = std::move(message);
    return std::nullopt;
  }
  Text wrong(char letter, const Value& v) { return fail(format_clause_error(letter, type_name(v))); }

  Text string(const Value& v) {
    switch (v.kind()) {
      case Kind::list:
        return list(v);
      case Kind::map:
        return map(v);
      case Kind::optional:
      case Kind::opaque:
        return wrong('s', v);
      case Kind::error:
        return fail(text_of(v));
      default:
        return text_of(v);
    }
  }

  /// As part of a list or map: strings quoted, doubles with six digits, times as calls.
  Text nested(const Value& v) {
    switch (v.kind()) {
      case Kind::string:
        return quoted(v.as_text());
      case Kind::bytes:
        return "b" + quoted(v.as_text());
      case Kind::floating: {
        const double d = v.as_floating();
        const std::string text = fixed(d, precision_default, std::chars_format::fixed);
        return std::isfinite(d) ? text : quoted(text);
      }
      case Kind::timestamp:
        return "timestamp(" + quoted(text_of(v)) + ")";
      case Kind::duration:
        return "duration(" + quoted(text_of(v)) + ")";
      case Kind::optional:
      case Kind::opaque:
        return fail("no formatting function for " + std::string(type_name(v)));
      default:
        return string(v);
    }
  }

  static std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
      static constexpr std::string_view plain = "\a\b\f\n\r\t\v\\\"", letters = "abfnrtv\\\"";
      if (const auto i = plain.find(c); i != std::string_view::npos) {
        out += {'\\', letters[i]};
      } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
        out += "\\x" + base::hex_encode({&c, 1});
      } else {
        out += c;
      }
    }
    return out + "\"";
  }

  Text list(const Value& v) {
    std::string out = "[";
    for (const Value& item : list_items(e_, v)) {
      const Text text = nested(item);
      if (!text) return text;
      out += (out.size() > 1 ? ", " : "") + *text;
    }
    return out + "]";
  }

  Text map(const Value& v) {
    std::vector<std::pair<std::string, std::string>> entries;
    for (const Value& key : map_keys(e_, v)) {
      if (!is_key(key))
        return fail("no formatting function for map key of type " + std::string(type_name(key)));
      const auto value = map_find(e_, v, key);
      const Text text = nested(value.value_or(Value()));
      if (!text) return text;
      entries.emplace_back(*nested(key), *text);
    }
    std::sort(entries.begin(), entries.end());
    std::string out = "{";
    for (const auto& [key, value] : entries)
      out += (out.size() > 1 ? ", " : "") + key + ":" + value;
    return out + "}";
  }

  Text decimal(const Value& v) {
    if (v.is(Kind::integer) || v.is(Kind::uinteger)) return text_of(v);
    return wrong('d', v);
  }

  Text floating(const FormatClause& clause, const Value& v) {
    double d;
    const auto text = v.is(Kind::string) ? v.as_text() : std::string_view();
    if (v.is(Kind::floating)) {
      d = v.as_floating();
    } else if (text == "NaN") {
      d = std::nan("");
    } else if (text == "Infinity" || text == "-Infinity") {
      d = text[0] == '-' ? -INFINITY : INFINITY;
    } else {
      return wrong(clause.letter, v);
    }
    const auto form = clause.letter == 'f' ? std::chars_format::fixed : std::chars_format::scientific;
    return fixed(d, clause.precision.value_or(precision_default), form);
  }

  static std::string fixed(double d, int precision, std::chars_format form) {
    if (std::isnan(d)) return "NaN";
    if (std::isinf(d)) return d > 0 ? "\xE2\x88\x9E" : "-\xE2\x88\x9E";
    std::string buffer(static_cast<std::size_t>(precision) + 330, '\0');
    const auto [end, ec] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), d, form, precision);
    buffer.resize(static_cast<std::size_t>(end - buffer.data()));
    if (form == std::chars_format::fixed) {
      group(buffer);
      return buffer;
    }
    return with_power(buffer);
  }

  /// "1.5e+03" as American English writes it: 1.5 × 10⁰³, with narrow spaces.
  static std::string with_power(const std::string& text) {
    static constexpr const char* digits[] = {"\xE2\x81\xB0", "\xC2\xB9",     "\xC2\xB2",     "\xC2\xB3",
                                             "\xE2\x81\xB4", "\xE2\x81\xB5", "\xE2\x81\xB6", "\xE2\x81\xB7",
                                             "\xE2\x81\xB8", "\xE2\x81\xB9"};
    const std::size_t e = text.find('e');
    std::string out = text.substr(0, e) + "\xE2\x80\xAF\xC3\x97\xE2\x80\xAF" + "10";
    if (text[e + 1] == '-') out += "\xE2\x81\xBB";
    for (const char c : text.substr(e + 2))
      out += digits[c - '0'];
    return out;
  }

  /// "1,234,567.5": the locale is always American English.
  static void group(std::string& digits) {
    const std::size_t first = digits.starts_with('-') ? 1 : 0;
    for (std::size_t at = std::min(digits.find('.'), digits.size()); at > first + 3;) {
      at -= 3;
      digits.insert(at, 1, ',');
    }
  }

  static std::string in_base(const Value& v, int base) {
    char buffer[70];
    const auto end = v.is(Kind::integer)
                         ? std::to_chars(buffer, buffer + sizeof buffer, v.as_integer(), base).ptr
                         : std::to_chars(buffer, buffer + sizeof buffer, v.as_uinteger(), base).ptr;
    return {buffer, end};
  }

  Text binary(const Value& v) {
    if (v.is(Kind::boolean)) return std::string(v.as_boolean() ? "1" : "0");
    if (v.is(Kind::integer) || v.is(Kind::uinteger)) return in_base(v, 2);
    return wrong('b', v);
  }

  Text octal(const Value& v) {
    if (v.is(Kind::integer) || v.is(Kind::uinteger)) return in_base(v, 8);
    return wrong('o', v);
  }

  Text hexadecimal(const Value& v, bool upper) {
    std::string out;
    if (v.is(Kind::string) || v.is(Kind::bytes)) {
      out = base::hex_encode(v.as_text());
    } else if (v.is(Kind::integer) || v.is(Kind::uinteger)) {
      out = in_base(v, 16);
    } else {
      return wrong('x', v);
    }
    if (upper)
      std::transform(out.begin(), out.end(), out.begin(),
                     [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
    return out;
  }

  Evaluation& e_;
  std::string& problem_;
};

}  // namespace

std::string format_clause_error(char letter, std::string_view type) {
  std::string_view rule;
  switch (letter) {
    case 's':
      rule =
          "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, "
          "durations, and timestamps";
      break;
    case 'd':
      rule = "decimal clause can only be used on integers";
      break;
    case 'f':
      rule = "fixed-point clause can only be used on doubles";
      break;
    case 'e':
      rule = "scientific clause can only be used on doubles";
      break;
    case 'b':
      rule = "only integers and bools can be formatted as binary";
      break;
    case 'o':
      rule = "octal clause can only be used on integers";
      break;
    default:
      rule = "only integers, byte buffers, and strings can be formatted as hex";
  }
  return std::string(rule) + ", was given " + std::string(type);
}

bool parse_format(std::string_view format, const std::function<bool(std::string_view)>& literal,
                  const std::function<bool(const FormatClause&)>& clause, std::string& problem) {
  while (!format.empty()) {
    const std::size_t percent = std::min(format.find('%'), format.size());
    if (!literal(format.substr(0, percent))) return false;
    format.remove_prefix(percent);
    if (format.empty()) return true;
    format.remove_prefix(1);
    if (format.starts_with('%')) {
      if (!literal("%")) return false;
      format.remove_prefix(1);
      continue;
    }
    FormatClause c;
    if (format.starts_with('.')) {
      const std::size_t end = format.find_first_not_of("0123456789", 1);
      if (end == std::string_view::npos) {
        problem =
            "could not parse formatting clause: error while parsing precision: could not find end of "
            "precision specifier";
        return false;
      }
      const auto precision = parse_integer(format.substr(1, end - 1));
      if (!precision || *precision > precision_max) {
        problem =
            "could not parse formatting clause: error while parsing precision: error while converting "
            "precision to integer";
        return false;
      }
      c.precision = static_cast<int>(*precision);
      format.remove_prefix(end);
    }
    if (format.empty()) {
      problem = "unexpected end of string";
      return false;
    }
    c.letter = format[0];
    format.remove_prefix(1);
    if (std::string_view("sdfebxXo").find(c.letter) == std::string_view::npos) {
      problem = "could not parse formatting clause: unrecognized formatting clause \"" +
                std::string(1, c.letter) + "\"";
      return false;
    }
    if (!clause(c)) return false;
  }
  return true;
}

namespace {

Value format(Evaluation& e, std::span<const Value> a) {
  std::string out, problem;
  const auto args = list_items(e, a[1]);
  std::size_t next = 0;
  const auto literal = [&](std::string_view text) {
    out += text;
    return out.size() <= evaluation_text_max;
  };
  const auto clause = [&](const FormatClause& c) {
    if (next == args.size()) {
      problem = "index " + std::to_string(next) + " out of range";
      return false;
    }
    std::string why;
    const auto text = Formatter(e, why).format(c, args[next++]);
    if (!text) {
      problem = "error during formatting: " + why;
      return false;
    }
    return literal(*text);
  };
  if (!parse_format(a[0].as_text(), literal, clause, problem))
    return e.fail(problem.empty() ? "formatted text is too long" : problem);
  return e.string(out);
}

}  // namespace

void add_string_format(FunctionTable& t) {
  t.add("string_format", "string -> format(list(dyn)): string", format);
}

}  // namespace cel
