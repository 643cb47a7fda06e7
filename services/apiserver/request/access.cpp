#include "apiserver/authentication/impersonation.hpp"
#include "apiserver/request/handler.hpp"

/// Who asks, as whom, and whether they may: the steps before a request is looked at.
namespace apiserver::request {
namespace {

using api::StatusError;
using api::StatusOr;
using authorization::Verdict;

authorization::Attributes impersonation_attributes(const authentication::ImpersonationCheck& check,
                                                   const authentication::UserInfo& user) {
  authorization::Attributes a;
  a.user = &user;
  a.verb = "impersonate";
  a.api_group = check.group;
  a.api_version = check.group.empty() ? "v1" : "";
  a.resource = check.resource;
  a.subresource = check.subresource;
  a.namespace_ = check.namespace_;
  a.name = check.name;
  return a;
}

authorization::Attributes attributes_of(const Request& r, const api::FieldSelector* fields) {
  authorization::Attributes a;
  a.user = &r.user;
  a.verb = r.info.verb;
  a.resource_request = r.info.resource_request;
  a.api_group = r.info.group;
  a.api_version = r.info.version;
  a.resource = r.info.resource;
  a.subresource = r.info.subresource;
  a.namespace_ = r.info.ns;
  a.name = r.info.name;
  a.path = r.info.path;
  a.field_selector = fields;
  return a;
}

}  // namespace

StatusOr<void> Handler::authenticate(Request& r) const {
  auto user = parts_.authenticator->authenticate(r.exchange.peer(), r.exchange.request().headers, r.info.path,
                                                 parts_.now());
  if (!user) return user.error();
  r.user = std::move(*user);
  return {};
}

StatusOr<void> Handler::impersonate(Request& r) const {
  auto wish = authentication::requested_impersonation(r.exchange.request().headers);
  if (!wish) return wish.error();
  if (!*wish) return {};
  for (const auto& check : (*wish)->checks) {
    const auto a = impersonation_attributes(check, r.user);
    const auto decision = parts_.authorizer->authorize(a);
    if (decision.verdict != Verdict::allow) return authorization::forbidden(a, decision.reason);
  }
  r.user = std::move((*wish)->user);
  return {};
}

StatusOr<void> Handler::authorize(const Request& r) const {
  // An unreadable selector selects nothing here; the verb refuses it.
  const auto fields = api::FieldSelector::parse(r.query.get("fieldSelector").value_or(""));
  const auto& verb = r.info.verb;
  const bool selects = verb == "list" || verb == "watch" || verb == "deletecollection";
  const auto a = attributes_of(r, selects && fields ? &*fields : nullptr);
  const auto decision = parts_.authorizer->authorize(a);
  if (decision.verdict == Verdict::allow) return {};
  return authorization::forbidden(a, decision.reason);
}

StatusOr<void> Handler::authorize_create(const Request& r) const {
  auto a = attributes_of(r, nullptr);
  a.verb = "create";
  const auto decision = parts_.authorizer->authorize(a);
  if (decision.verdict == Verdict::allow) return {};
  return authorization::forbidden(a, decision.reason);
}

namespace {

/// True if the path is one of the resource's: in a namespace or not, as its objects are.
bool is_placed(const Request& r) {
  const bool in_namespace = !r.info.ns.empty() && r.info.resource != "namespaces";
  if (!r.resource->namespaced) return !in_namespace;
  const bool named = r.info.verb != "list" && r.info.verb != "watch" && !r.info.name.empty();
  return !named || in_namespace;
}

}  // namespace

base::Awaitable<StatusOr<void>> Handler::find_resource(Request& r) const {
  if (!r.resource && parts_.custom) {
    const bool settled = co_await parts_.custom->settle(r.info.group, r.info.resource);
    if (settled) look_up(r);
  }
  if (!r.resource || !r.body || !is_placed(r)) co_return StatusError::path_not_found();
  if (r.resource->extension) {
    const auto& text = registry::custom(*r.resource)->deprecation;
    if (!text.empty()) r.warnings->push_back(text);
  }
  co_return StatusOr<void>();
}

}  // namespace apiserver::request
