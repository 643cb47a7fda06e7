#pragma once
#include <optional>
#include <string>
#include <vector>
#include "api/status.hpp"
#include "apiserver/authentication/user.hpp"
#include "http/message.hpp"

/// Impersonate-User, -Group, -Uid and -Extra-* headers. Source: Kubernetes documentation, "User
/// impersonation".
namespace apiserver::authentication {

/// One right the requester must hold: verb "impersonate" on it. `group` is "" for users, groups and
/// serviceaccounts and "authentication.k8s.io" for uids and userextras/KEY.
struct ImpersonationCheck {
  std::string group, resource, subresource, namespace_, name;
};

struct Impersonation {
  UserInfo user;                           ///< Who the request goes on as, groups completed as upstream does.
  std::vector<ImpersonationCheck> checks;  ///< All must be allowed to the requester before `user` is used.
};

/// What the headers ask for; nothing if there are none.
/// Error: BadRequest (groups, uid or extra without a user).
api::StatusOr<std::optional<Impersonation>> requested_impersonation(const http::Headers& headers);

/// The request's headers without any of these, for handing on (proxies).
void remove_impersonation_headers(http::Headers& headers);

}  // namespace apiserver::authentication
