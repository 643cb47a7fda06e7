#pragma once
#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Who is asking. Source: Kubernetes API reference, authentication.k8s.io/v1 UserInfo; the names of users and
/// groups that the system itself knows.
namespace apiserver::authentication {

inline constexpr std::string_view anonymous_user = "system:anonymous";
inline constexpr std::string_view all_authenticated = "system:authenticated";
inline constexpr std::string_view all_unauthenticated = "system:unauthenticated";
inline constexpr std::string_view privileged_group = "system:masters";
inline constexpr std::string_view nodes_group = "system:nodes";
inline constexpr std::string_view node_user_prefix = "system:node:";
inline constexpr std::string_view service_account_prefix = "system:serviceaccount:";
inline constexpr std::string_view all_service_accounts_group = "system:serviceaccounts";

/// An identity, proven or assumed. A plain value.
struct UserInfo {
  std::string name;
  std::string uid;
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>> extra;

  bool in_group(std::string_view group) const noexcept;
  /// The form of TokenReview, SelfSubjectReview and admission reviews: empty members are left out.
  boost::json::object to_json() const;
  static UserInfo from_json(const boost::json::object& o);
  bool operator==(const UserInfo&) const = default;
};

/// The namespace and name of a service account.
struct ServiceAccountName {
  std::string namespace_, name;
  bool operator==(const ServiceAccountName&) const = default;
};
/// "system:serviceaccount:NAMESPACE:NAME" taken apart; nothing if `user` is not of that form.
std::optional<ServiceAccountName> parse_service_account(std::string_view user);
std::string service_account_user(std::string_view ns, std::string_view name);
/// system:serviceaccounts and system:serviceaccounts:NAMESPACE.
std::vector<std::string> service_account_groups(std::string_view ns);
/// The node a user in group system:nodes named system:node:NAME speaks for; nothing for anybody else.
std::optional<std::string> node_of(const UserInfo& user);

}  // namespace apiserver::authentication
