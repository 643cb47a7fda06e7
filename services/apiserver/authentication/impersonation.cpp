#include "apiserver/authentication/impersonation.hpp"
#include <algorithm>
#include <cctype>
#include "base/encoding.hpp"

namespace apiserver::authentication {
namespace {

constexpr std::string_view user_header = "impersonate-user";
constexpr std::string_view group_header = "impersonate-group";
constexpr std::string_view uid_header = "impersonate-uid";
constexpr std::string_view extra_prefix = "impersonate-extra-";
constexpr const char* authentication_group = "authentication.k8s.io";

std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

/// Every header of the kind, read once.
struct Requested {
  std::string user, uid;
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>> extra;
};

Requested read(const http::Headers& headers) {
  Requested r;
  for (const auto& [raw_name, value] : headers) {
    const auto name = lower(raw_name);
    if (name == user_header && r.user.empty()) r.user = value;
    if (name == uid_header && r.uid.empty()) r.uid = value;
    if (name == group_header) r.groups.push_back(value);
    if (name.starts_with(extra_prefix)) {
      const auto encoded = name.substr(extra_prefix.size());
      const auto key = base::percent_decode(encoded);
      r.extra[key ? lower(*key) : encoded].push_back(value);
    }
  }
  return r;
}

void add_user(Impersonation& out, const std::string& name, bool groups_given) {
  out.user.name = name;
  if (const auto account = parse_service_account(name)) {
    out.checks.push_back({"", "serviceaccounts", "", account->namespace_, account->name});
    if (!groups_given) out.user.groups = service_account_groups(account->namespace_);
  } else {
    out.checks.push_back({"", "users", "", "", name});
  }
}

/// As a real log-in would: everybody but the anonymous user is authenticated.
void complete_groups(UserInfo& user) {
  const auto wanted = user.name == anonymous_user ? all_unauthenticated : all_authenticated;
  if (!user.in_group(all_authenticated) && !user.in_group(all_unauthenticated))
    user.groups.emplace_back(wanted);
}

}  // namespace

api::StatusOr<std::optional<Impersonation>> requested_impersonation(const http::Headers& headers) {
  const auto requested = read(headers);
  const bool anything = !requested.groups.empty() || !requested.uid.empty() || !requested.extra.empty();
  if (requested.user.empty()) {
    if (!anything) return std::optional<Impersonation>();
    return api::StatusError::bad_request("requested groups, uid or extra without impersonating a user");
  }
  Impersonation out;
  add_user(out, requested.user, !requested.groups.empty());
  for (const auto& group : requested.groups) {
    out.user.groups.push_back(group);
    out.checks.push_back({"", "groups", "", "", group});
  }
  for (const auto& [key, values] : requested.extra) {
    for (const auto& v : values)
      out.checks.push_back({authentication_group, "userextras", key, "", v});
  }
  out.user.extra = requested.extra;
  if (!requested.uid.empty()) {
    out.user.uid = requested.uid;
    out.checks.push_back({authentication_group, "uids", "", "", requested.uid});
  }
  complete_groups(out.user);
  return std::optional<Impersonation>(std::move(out));
}

void remove_impersonation_headers(http::Headers& headers) {
  std::vector<std::string> names;
  for (const auto& field : headers) {
    if (lower(field.first).starts_with("impersonate-")) names.push_back(field.first);
  }
  for (const auto& name : names)
    headers.remove(name);
}

}  // namespace apiserver::authentication
