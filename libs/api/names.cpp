#include "api/names.hpp"
#include <arpa/inet.h>
#include <algorithm>

namespace api::names {
namespace {

using Message = std::optional<std::string>;

bool lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool alnum(char c) {
  return lower(c) || digit(c) || (c >= 'A' && c <= 'Z');
}
bool lower_alnum(char c) {
  return lower(c) || digit(c);
}

Message too_long(std::size_t max) {
  return "must be no more than " + std::to_string(max) + " bytes";
}

template <class Pred>
bool all(std::string_view text, Pred pred) {
  return std::all_of(text.begin(), text.end(), pred);
}

bool label_shape(std::string_view t) {
  return !t.empty() && lower_alnum(t.front()) && lower_alnum(t.back()) &&
         all(t, [](char c) { return lower_alnum(c) || c == '-'; });
}

bool subdomain_shape(std::string_view t) {
  while (true) {
    const auto dot = t.find('.');
    if (!label_shape(t.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    t.remove_prefix(dot + 1);
  }
}

bool qualified_shape(std::string_view t) {
  return !t.empty() && alnum(t.front()) && alnum(t.back()) &&
         all(t, [](char c) { return alnum(c) || c == '-' || c == '_' || c == '.'; });
}

constexpr std::string_view label_text =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and end with an "
    "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view subdomain_text =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end "
    "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view dns1035_text =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
    "character, and end "
    "with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view qualified_text =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character "
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view value_text =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
    "start and end with "
    "an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

}  // namespace

Message dns1123_label(std::string_view t) {
  if (t.size() > 63) return too_long(63);
  return label_shape(t) ? Message() : Message(label_text);
}

Message dns1123_subdomain(std::string_view t) {
  if (t.size() > 253) return too_long(253);
  return subdomain_shape(t) ? Message() : Message(subdomain_text);
}

Message dns1035_label(std::string_view t) {
  if (t.size() > 63) return too_long(63);
  return label_shape(t) && lower(t.front()) ? Message() : Message(dns1035_text);
}

Message qualified_name(std::string_view t) {
  const auto slash = t.find('/');
  std::string_view name = t;
  if (slash != std::string_view::npos) {
    if (t.find('/', slash + 1) != std::string_view::npos)
      return "a qualified name " + std::string(qualified_text).substr(10) +
             " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
    const auto prefix = t.substr(0, slash);
    name = t.substr(slash + 1);
    if (prefix.empty()) return "prefix part must be non-empty";
    if (auto wrong = dns1123_subdomain(prefix)) return "prefix part " + *wrong;
  }
  if (name.empty()) return "name part must be non-empty";
  if (name.size() > 63) return "name part " + *too_long(63);
  return qualified_shape(name) ? Message() : Message(qualified_text);
}

Message label_value(std::string_view t) {
  if (t.size() > 63) return too_long(63);
  return t.empty() || qualified_shape(t) ? Message() : Message(value_text);
}

Message path_segment(std::string_view t) {
  if (t == "." || t == "..") return "may not be '" + std::string(t) + "'";
  for (auto bad : {'/', '%'})
    if (t.find(bad) != std::string_view::npos) return "may not contain '" + std::string(1, bad) + "'";
  return std::nullopt;
}

Message env_var_name(std::string_view t) {
  if (t.empty()) return "environment variable name must not be empty";
  // Source: KEP-4369, relaxed names: printable ASCII but '='.
  if (all(t, [](char c) { return c >= 0x20 && c <= 0x7e && c != '='; })) return std::nullopt;
  return "a valid environment variable name must consist only of printable ASCII characters other than '='";
}

Message config_map_key(std::string_view t) {
  if (t.size() > 253) return too_long(253);
  if (t == "." || t == "..") return "must not be '" + std::string(t) + "'";
  if (t.starts_with("..")) return "must not start with '..'";
  if (!t.empty() && all(t, [](char c) { return alnum(c) || c == '-' || c == '_' || c == '.'; }))
    return std::nullopt;
  return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
         "'KEY_NAME',  or "
         "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
}

Message port_name(std::string_view t) {
  if (t.size() > 15) return "must be no more than 15 characters";
  if (!all(t, [](char c) { return lower_alnum(c) || c == '-'; }))
    return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
  if (std::none_of(t.begin(), t.end(), lower)) return "must contain at least one letter (a-z)";
  if (t.find("--") != std::string_view::npos) return "must not contain consecutive hyphens";
  if (t.front() == '-' || t.back() == '-') return "must not begin or end with a hyphen";
  return std::nullopt;
}

Message ip_address(std::string_view t) {
  const std::string text(t);
  in6_addr buffer{};
  if (inet_pton(AF_INET, text.c_str(), &buffer) == 1 || inet_pton(AF_INET6, text.c_str(), &buffer) == 1)
    return std::nullopt;
  return "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
}

}  // namespace api::names
