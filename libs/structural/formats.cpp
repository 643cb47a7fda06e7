#include <arpa/inet.h>
#include <re2/re2.h>
#include <algorithm>
#include <charconv>
#include <map>
#include "api/names.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "structural/values.hpp"

/// Source: upstream's list of formats (apiextensions formats.go) and what their names mean (go-openapi
/// strfmt).
namespace structural {
namespace {

using Test = bool (*)(std::string_view);

bool matches(std::string_view text, const re2::RE2& re) {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), re);
}

template <int Number>
bool by_pattern(std::string_view text);

#define COX_FORMAT(number, pattern)                \
  template <>                                      \
  bool by_pattern<number>(std::string_view text) { \
    static const re2::RE2 re(pattern);             \
    return matches(text, re);                      \
  }
COX_FORMAT(1, "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
COX_FORMAT(2, "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}")
COX_FORMAT(3, "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}")
COX_FORMAT(4, "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}")
COX_FORMAT(5, R"(#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6}))")
COX_FORMAT(
    6,
    R"(rgb\(\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\))")
COX_FORMAT(7, R"(\d{3}[- ]?\d{2}[- ]?\d{4})")
COX_FORMAT(
    8,
    R"((?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}[:-]){4}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}[:-]){7}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}|(?:[0-9A-Fa-f]{4}\.){3}[0-9A-Fa-f]{4})")
COX_FORMAT(10, R"(([^<>]*<\s*)?[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]+@[A-Za-z0-9\[\]:.\-]+(\s*>)?)")
COX_FORMAT(11, R"([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))")
COX_FORMAT(
    12,
    R"([-+]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+|[-+]?0|[0-9]+\s*(ns|nano|nanosecond|nanoseconds|us|micro|microsecond|microseconds|µs|μs|ms|milli|millisecond|milliseconds|s|sec|second|seconds|m|min|minute|minutes|h|hr|hour|hours|d|day|days|w|week|weeks|wk))")
#undef COX_FORMAT

std::string digits_of(std::string_view text, bool with_x) {
  std::string out;
  for (const char c : text)
    if (std::isdigit(static_cast<unsigned char>(c)) || (with_x && (c == 'X' || c == 'x'))) out += c;
  return out;
}

bool is_isbn10(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != '-' && c != ' ') digits += c;
  if (digits.size() != 10 || !std::all_of(digits.begin(), digits.end() - 1, ::isdigit)) return false;
  int sum = 0;
  for (int i = 0; i < 9; ++i)
    sum += (i + 1) * (digits[static_cast<std::size_t>(i)] - '0');
  if (digits[9] == 'X')
    sum += 100;
  else if (std::isdigit(static_cast<unsigned char>(digits[9])))
    sum += 10 * (digits[9] - '0');
  else
    return false;
  return sum % 11 == 0;
}

bool is_isbn13(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != '-' && c != ' ') digits += c;
  if (digits.size() != 13 || !std::all_of(digits.begin(), digits.end(), ::isdigit)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 12; ++i)
    sum += (i % 2 ? 3 : 1) * (digits[i] - '0');
  return (digits[12] - '0') == (10 - sum % 10) % 10;
}

/// The pattern of upstream, and Luhn's sum.
bool is_credit_card(std::string_view text) {
  static const re2::RE2 re(
      R"((?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|(222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11}|6[27][0-9]{14}))");
  const auto digits = digits_of(text, false);
  if (!matches(digits, re)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int d = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1 && (d *= 2) > 9) d -= 9;
    sum += d;
  }
  return sum % 10 == 0;
}

bool is_ip(int family, std::string_view text) {
  unsigned char bytes[16];
  return inet_pton(family, std::string(text).c_str(), bytes) == 1;
}

/// Leading zeros are let through, as upstream does.
bool is_ipv4(std::string_view text) {
  std::string plain;
  while (true) {
    const auto dot = text.find('.');
    auto part = text.substr(0, dot);
    while (part.size() > 1 && part.front() == '0')
      part.remove_prefix(1);
    plain.append(part);
    if (dot == std::string_view::npos) break;
    plain += '.';
    text.remove_prefix(dot + 1);
  }
  return is_ip(AF_INET, plain);
}

bool is_ipv6(std::string_view text) {
  return text.find(':') != std::string_view::npos && is_ip(AF_INET6, text);
}

bool is_cidr(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const auto address = text.substr(0, slash), bits = text.substr(slash + 1);
  int n = -1;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), n);
  if (error != std::errc() || end != bits.data() + bits.size() || n < 0) return false;
  return (is_ipv4(address) && n <= 32) || (is_ipv6(address) && n <= 128);
}

/// What Go's net/url takes as a request URI: an absolute URI, or an absolute path.
bool is_uri(std::string_view text) {
  static const re2::RE2 absolute(R"([A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20\x7f]+)"),
      path(R"(/[^\x00-\x20\x7f]*)");
  if (!matches(text, absolute) && !matches(text, path)) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '%' && (i + 2 >= text.size() || !std::isxdigit(static_cast<unsigned char>(text[i + 1])) ||
                           !std::isxdigit(static_cast<unsigned char>(text[i + 2]))))
      return false;
  return true;
}

/// Labels of letters, digits and symbols of any script, and dashes inside; a last label of a full name is
/// letters. One expression a label: upstream's for a whole name would be too large a machine.
bool is_hostname(std::string_view text) {
  static const re2::RE2 label(R"([a-zA-Z0-9\p{S}\p{L}]([a-zA-Z0-9\-\p{S}\p{L}]*[a-zA-Z0-9\p{S}\p{L}])?)"),
      last(R"([a-zA-Z\p{L}]{2,})");
  if (text.empty() || text.size() > 255) return false;
  bool first = true;
  while (true) {
    const auto dot = text.find('.');
    const auto part = text.substr(0, dot);
    const bool end = dot == std::string_view::npos;
    if (part.size() > 63 || !matches(part, end && !first ? last : label)) return false;
    if (end) return true;
    first = false;
    text.remove_prefix(dot + 1);
  }
}

bool is_date(std::string_view text) {
  return by_pattern<11>(text) && base::parse_rfc3339(std::string(text) + "T00:00:00Z").has_value();
}

bool is_object_id(std::string_view text) {
  return text.size() == 24 && std::all_of(text.begin(), text.end(), ::isxdigit);
}

bool is_date_time(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
  return base::parse_rfc3339(upper).has_value();
}

bool is_base64(std::string_view text) {
  return !text.empty() && base::base64_decode(text).has_value();
}

const std::map<std::string_view, Test>& tests() {
  static const std::map<std::string_view, Test> all = {
      {"bsonobjectid", is_object_id},
      {"uri", is_uri},
      {"email", by_pattern<10>},
      {"hostname", is_hostname},
      {"ipv4", is_ipv4},
      {"ipv6", is_ipv6},
      {"cidr", is_cidr},
      {"mac", by_pattern<8>},
      {"uuid", by_pattern<1>},
      {"uuid3", by_pattern<2>},
      {"uuid4", by_pattern<3>},
      {"uuid5", by_pattern<4>},
      {"isbn", [](std::string_view t) { return is_isbn10(t) || is_isbn13(t); }},
      {"isbn10", is_isbn10},
      {"isbn13", is_isbn13},
      {"creditcard", is_credit_card},
      {"ssn", by_pattern<7>},
      {"hexcolor", by_pattern<5>},
      {"rgbcolor", by_pattern<6>},
      {"byte", is_base64},
      {"password", [](std::string_view) { return true; }},
      {"date", is_date},
      {"duration", by_pattern<12>},
      {"datetime", is_date_time},
      {"k8sshortname", [](std::string_view t) { return !api::names::dns1123_label(t); }},
      {"k8slongname", [](std::string_view t) { return !api::names::dns1123_subdomain(t); }},
  };
  return all;
}

/// Dashes in the names do not count.
std::string normalized(std::string_view format) {
  std::string out(format);
  std::erase(out, '-');
  return out;
}

}  // namespace

bool is_known_format(std::string_view format) {
  return tests().contains(normalized(format));
}

bool is_format(std::string_view format, std::string_view text) {
  const auto found = tests().find(normalized(format));
  return found == tests().end() || found->second(text);
}

}  // namespace structural
