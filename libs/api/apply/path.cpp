#include "api/apply/path.hpp"
#include <algorithm>
#include <charconv>
#include "api/decode.hpp"

namespace api::apply {
namespace {

namespace json = boost::json;
using Kind = PathElement::Kind;
constexpr std::string_view letters = "fkvi";

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::size_t digits_from(std::string_view text, std::size_t at) noexcept {
  std::size_t n = 0;
  while (at + n < text.size() && is_digit(text[at + n]))
    ++n;
  return n;
}

/// What ends comes before what goes on.
int rank(char c) noexcept {
  if (c == '}') return 0;
  return c == '"' ? 1 : static_cast<unsigned char>(c) + 2;
}

/// A run of digits at the start, or after a colon, counts as a number: the one with fewer digits is smaller.
int compare_json(std::string_view a, std::string_view b) noexcept {
  const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  std::size_t at = static_cast<std::size_t>(left - a.begin());
  if (left == a.end() && right == b.end()) return 0;
  while (at > 0 && is_digit(a[at - 1]))
    --at;
  const auto here = digits_from(a, at), there = digits_from(b, at);
  if (here != there && here > 0 && there > 0 && (at == 0 || a[at - 1] == ':')) return here < there ? -1 : 1;
  if (left == a.end() || right == b.end()) return left == a.end() ? -1 : 1;
  return rank(*left) < rank(*right) ? -1 : 1;
}

std::string message_of(const json::value& v) {
  return plain_json(v);
}

base::Error malformed(std::string_view text) {
  return {base::Errc::invalid_argument, "malformed path element: " + std::string(text)};
}

}  // namespace

std::string plain_json(const json::value& v) {
  if (v.is_double()) {
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, v.get_double()).ptr};
  }
  return api::encode(v);
}

PathElement PathElement::key(std::vector<std::pair<std::string_view, const json::value*>> keys) {
  std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  PathElement out{Kind::key, "{"};
  for (const auto& [name, value] : keys) {
    if (out.text.size() > 1) out.text += ',';
    out.text.append("\"").append(name).append("\":").append(plain_json(*value));
  }
  out.text += '}';
  return out;
}

PathElement PathElement::value(const json::value& item) {
  return {Kind::value, plain_json(item)};
}

base::Result<std::optional<PathElement>> PathElement::parse(std::string_view serialized) {
  if (serialized.size() < 2 || serialized[1] != ':') return malformed(serialized);
  const auto rest = serialized.substr(2);
  const auto letter = letters.find(serialized[0]);
  if (letter == std::string_view::npos) return std::optional<PathElement>();
  const auto kind = static_cast<Kind>(letter);
  if (kind == Kind::field) return std::optional<PathElement>(field(rest));
  if (kind == Kind::index) {
    if (rest.empty() || digits_from(rest, 0) != rest.size()) return malformed(serialized);
    return std::optional<PathElement>(PathElement{kind, std::string(rest)});
  }
  auto parsed = api::parse_json(rest);
  if (!parsed) return malformed(serialized);
  if (kind == Kind::value) return std::optional<PathElement>(value(*parsed));
  if (!parsed->is_object()) return malformed(serialized);
  std::vector<std::pair<std::string_view, const json::value*>> keys;
  for (const auto& [name, v] : parsed->get_object())
    keys.emplace_back(name, &v);
  return std::optional<PathElement>(key(std::move(keys)));
}

std::string PathElement::serialized() const {
  std::string out;
  out.reserve(text.size() + 2);
  out += letters[static_cast<std::size_t>(kind)];
  out += ':';
  return out += text;
}

std::string PathElement::message() const {
  if (kind == Kind::field) return "." + text;
  if (kind == Kind::index) return "[" + text + "]";
  if (kind == Kind::value) return "[=" + text + "]";
  std::string out;
  const auto keys = api::parse_json(text);
  if (keys && keys->is_object())
    for (const auto& [name, v] : keys->get_object())
      out.append(out.empty() ? "" : ",").append(name).append("=").append(message_of(v));
  return "[" + out + "]";
}

int compare(const PathElement& a, const PathElement& b) noexcept {
  if (a.kind != b.kind) return a.kind < b.kind ? -1 : 1;
  if (a.kind != Kind::field) return compare_json(a.text, b.text);
  return a.text.compare(b.text);
}

std::string message(const Path& path) {
  std::string out;
  for (const auto& element : path)
    out += element.message();
  return out;
}

}  // namespace api::apply
