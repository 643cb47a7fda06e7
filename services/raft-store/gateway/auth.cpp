#include "raft-store/gateway/auth.hpp"

namespace raft_store::gateway {
namespace {

constexpr const char* kService = "etcdserverpb.Auth";

/// A call that is refused whatever it says.
Unary refused(base::Error error) {
  return [error](Form, std::string) -> base::Awaitable<base::Result<std::string>> { co_return error; };
}

base::Error unsupported() {
  return {base::Errc::unsupported,
          "etcdserver: users and roles are not supported; clients are known by their certificates"};
}
base::Error not_found(const char* what) {
  return {base::Errc::conflict, std::string("etcdserver: ") + what + " name not found"};
}

struct Call {
  const char* path;
  const char* method;
  base::Error error;
};

}  // namespace

void AuthService::add_to(Routes& routes) {
  const auto status = [this](wire::EmptyRequest) -> base::Awaitable<base::Result<wire::AuthStatusResponse>> {
    co_return wire::AuthStatusResponse{core_.header(), false, 1};
  };
  const auto nothing = [this](wire::EmptyRequest) -> base::Awaitable<base::Result<wire::HeaderResponse>> {
    co_return wire::HeaderResponse{core_.header()};
  };
  const auto done = unary<wire::EmptyRequest, wire::HeaderResponse>(nothing);
  routes.add("/v3/auth/status", kService, "AuthStatus",
             unary<wire::EmptyRequest, wire::AuthStatusResponse>(status));
  routes.add("/v3/auth/disable", kService, "AuthDisable", done);
  routes.add("/v3/auth/user/list", kService, "UserList", done);
  routes.add("/v3/auth/role/list", kService, "RoleList", done);
  const base::Error off(base::Errc::conflict, "etcdserver: authentication is not enabled");
  const base::Error no_user = not_found("user"), no_role = not_found("role");
  const Call calls[] = {
      {"/v3/auth/enable", "AuthEnable", unsupported()},
      {"/v3/auth/authenticate", "Authenticate", off},
      {"/v3/auth/user/add", "UserAdd", unsupported()},
      {"/v3/auth/user/get", "UserGet", no_user},
      {"/v3/auth/user/delete", "UserDelete", no_user},
      {"/v3/auth/user/changepw", "UserChangePassword", no_user},
      {"/v3/auth/user/grant", "UserGrantRole", no_user},
      {"/v3/auth/user/revoke", "UserRevokeRole", no_user},
      {"/v3/auth/role/add", "RoleAdd", unsupported()},
      {"/v3/auth/role/get", "RoleGet", no_role},
      {"/v3/auth/role/delete", "RoleDelete", no_role},
      {"/v3/auth/role/grant", "RoleGrantPermission", no_role},
      {"/v3/auth/role/revoke", "RoleRevokePermission", no_role},
  };
  for (const Call& call : calls)
    routes.add(call.path, kService, call.method, refused(call.error));
}

}  // namespace raft_store::gateway
