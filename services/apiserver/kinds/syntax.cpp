#include "apiserver/kinds/syntax.hpp"
#include <algorithm>
#include <vector>
#include "api/names.hpp"

namespace apiserver::kinds::syntax {
namespace {

bool alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || digit(c);
}

template <class Pred>
bool all(std::string_view text, Pred pred) {
  return std::all_of(text.begin(), text.end(), pred);
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find_first_of(separators);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

/// "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
bool segment(std::string_view t) {
  return !t.empty() && lower_or_digit(t.front()) && lower_or_digit(t.back()) &&
         all(t, [](char c) { return lower_or_digit(c) || c == '-' || c == '_'; });
}

bool segments(std::string_view t, std::string_view separators) {
  const auto parts = split(t, separators);
  return std::all_of(parts.begin(), parts.end(), segment);
}

bool identifier(std::string_view t) {
  return !t.empty() && (alpha(t.front()) || t.front() == '_') &&
         all(t, [](char c) { return alpha(c) || digit(c) || c == '_'; });
}

}  // namespace

Message http_header_name(std::string_view t) {
  if (!t.empty() && all(t, [](char c) { return alpha(c) || digit(c) || c == '-'; })) return std::nullopt;
  return "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex "
         "used for validation is '[-A-Za-z0-9]+')";
}

Message http_path(std::string_view t) {
  const auto rest = std::string_view("/-._~%!$&'()*+,;=:");
  const bool good = t.starts_with("/") && all(t, [&](char c) {
                      return alpha(c) || digit(c) || rest.find(c) != std::string_view::npos;
                    });
  if (good) return std::nullopt;
  return "must start with '/' and consist of the characters of a URL's path";
}

Message cron_job_name(std::string_view t) {
  if (auto wrong = api::names::dns1123_subdomain(t)) return wrong;
  return t.size() > 52 ? Message("must be no more than 52 characters") : Message();
}

Message sysctl_name(std::string_view t) {
  if (t.size() <= 253 && segments(t, "./")) return std::nullopt;
  return "must have at most 253 characters and match regex "
         "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
}

Message search_domain(std::string_view t) {
  if (t == ".") return std::nullopt;
  if (t.ends_with(".")) t.remove_suffix(1);
  if (t.size() > 253) return "must be no more than 253 bytes";
  if (segments(t, ".")) return std::nullopt;
  return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', '_' or "
         "'.', "
         "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
         "validation is '[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
}

Message wildcard_subdomain(std::string_view t) {
  if (t.size() <= 253 && t.starts_with("*.") && !api::names::dns1123_subdomain(t.substr(2)))
    return std::nullopt;
  return "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must "
         "consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character "
         "(e.g. '*.example.com', regex used for validation is "
         "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
}

Message user_or_group_id(std::int64_t id, bool group) {
  if (id >= 0 && id <= 2147483647) return std::nullopt;
  (void)group;
  return "must be between 0 and 2147483647, inclusive";
}

Message fully_qualified_name(std::string_view t) {
  if (auto wrong = api::names::dns1123_subdomain(t)) return wrong;
  if (split(t, ".").size() < 3) return "should be a domain with at least three segments separated by dots";
  return std::nullopt;
}

Message fully_qualified_domain(std::string_view t) {
  if (t.ends_with(".")) t.remove_suffix(1);
  if (auto wrong = api::names::dns1123_subdomain(t)) return wrong;
  if (split(t, ".").size() < 2) return "should be a domain with at least two segments separated by dots";
  for (auto label : split(t, "."))
    if (auto wrong = api::names::dns1123_label(label)) return wrong;
  return std::nullopt;
}

Message domain_prefixed_path(std::string_view t) {
  const auto slash = t.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == t.size())
    return "must be a domain-prefixed path (such as \"acme.io/foo\")";
  if (auto wrong = api::names::dns1123_subdomain(t.substr(0, slash))) return wrong;
  const auto good = [](char c) {
    return alpha(c) || digit(c) || std::string_view("/-._~%!$&'()*+,;=:").find(c) != std::string_view::npos;
  };
  if (!all(t.substr(slash + 1), good))
    return "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')";
  return std::nullopt;
}

Message c_identifier(std::string_view t) {
  if (identifier(t)) return std::nullopt;
  return "a valid C identifier must start with alphabetic character or '_', followed by a string of "
         "alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for "
         "validation is '[A-Za-z_][A-Za-z0-9_]*')";
}

Message qualified_c_identifier(std::string_view t) {
  const auto slash = t.find('/');
  if (slash == std::string_view::npos) return c_identifier(t);
  if (slash == 0) return "prefix part must be non-empty";
  if (auto wrong = api::names::dns1123_subdomain(t.substr(0, slash))) return wrong;
  return c_identifier(t.substr(slash + 1));
}

Message csi_driver_name(std::string_view t) {
  if (t.size() > 63) return "must be no more than 63 characters";
  std::string lower(t);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return api::names::dns1123_subdomain(lower);
}

}  // namespace apiserver::kinds::syntax
