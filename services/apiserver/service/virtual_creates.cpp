#include "apiserver/service/virtual_creates.hpp"
#include "apiserver/authorization/review.hpp"
#include "base/random.hpp"

namespace apiserver {
namespace {

using api::Object;
using api::StatusOr;
using registry::Call;
using Answer = base::Awaitable<StatusOr<Object>>;

/// Clients may leave out kind and version where the path says them.
Object stamped(const Call& call, Object object) {
  object["kind"] = call.body->kind;
  object["apiVersion"] = api::GroupVersion{call.body->kind_group, call.body->kind_version}.text();
  return object;
}

/// A review that is answered at once.
template <class F>
request::VirtualCreate at_once(F evaluate) {
  return [evaluate](Call call, Object object) -> Answer {
    auto review = stamped(call, std::move(object));
    co_return evaluate(call, std::move(review));
  };
}

/// Tokens are the one create of these that admission has a say in: a node may only ask for its pods'.
StatusOr<void> admit_token(const VirtualCreateParts& parts, const Call& call, Object& object) {
  admission::Attributes a;
  a.operation = admission::Operation::create;
  a.kind = {call.body->kind_group, call.body->kind_version, call.body->kind};
  a.group = call.resource->group;
  a.version = call.resource->version;
  a.resource = call.resource->resource;
  a.subresource = call.subresource;
  a.namespace_ = call.ns;
  a.name = call.name;
  a.object = &object;
  a.options = &call.options;
  a.user = &call.user;
  a.dry_run = call.dry_run;
  const admission::Context context{&parts.registry->caches(), parts.now(), call.warnings.get(),
                                   &base::random_name_suffix};
  if (auto r = parts.admission->admit(a, context); !r) return r.error().status;
  if (auto r = parts.admission->validate(a, context); !r) return r.error().status;
  return {};
}

/// Places the request at the account its path names. Error: BadRequest if it names another.
StatusOr<void> place_token(const Call& call, Object& object) {
  auto& meta = api::metadata(object);
  const auto fits = [&meta](std::string_view member, const std::string& value) {
    const auto* given = meta.if_contains(member);
    return !given || !given->is_string() || given->get_string().empty() || given->get_string() == value;
  };
  if (!fits("name", call.name))
    return api::StatusError::bad_request(
        "metadata.name: Invalid value: must match the service account name if specified");
  if (!fits("namespace", call.ns))
    return api::StatusError::bad_request(
        "metadata.namespace: Invalid value: must match the namespace of the request");
  meta["name"] = call.name;
  meta["namespace"] = call.ns;
  return {};
}

Answer issue_token(VirtualCreateParts parts, Call call, Object object) {
  auto request = stamped(call, std::move(object));
  if (auto placed = place_token(call, request); !placed) co_return placed.error();
  const auto* accounts = api::find_resource("", "v1", "serviceaccounts");
  // A consistent read: after it the caches also have the pod that the token is to be bound to.
  auto account = co_await parts.registry->find(accounts, call.ns, call.name);
  if (!account) co_return account.error();
  if (auto admitted = admit_token(parts, call, request); !admitted) co_return admitted.error();
  co_return parts.issuer->create(std::move(request), (*account)->parse(), parts.registry->caches(),
                                 parts.now());
}

}  // namespace

std::map<std::string, request::VirtualCreate> virtual_creates(const VirtualCreateParts& parts) {
  std::map<std::string, request::VirtualCreate> out;
  const auto* authorizer = parts.authorizer;
  out["authorization.k8s.io/subjectaccessreviews"] = at_once([authorizer](const Call&, Object review) {
    return authorization::subject_access_review(std::move(review), *authorizer);
  });
  out["authorization.k8s.io/localsubjectaccessreviews"] =
      at_once([authorizer](const Call& call, Object review) {
        return authorization::local_subject_access_review(std::move(review), call.ns, *authorizer);
      });
  out["authorization.k8s.io/selfsubjectaccessreviews"] =
      at_once([authorizer](const Call& call, Object review) {
        return authorization::self_subject_access_review(std::move(review), call.user, *authorizer);
      });
  out["authorization.k8s.io/selfsubjectrulesreviews"] =
      at_once([authorizer](const Call& call, Object review) {
        return authorization::self_subject_rules_review(std::move(review), call.user, *authorizer);
      });
  out["authentication.k8s.io/selfsubjectreviews"] = at_once([](const Call& call, Object review) {
    return StatusOr<Object>(authorization::self_subject_review(std::move(review), call.user));
  });
  out["authentication.k8s.io/tokenreviews"] =
      at_once([authenticator = parts.authenticator, now = parts.now](const Call&, Object review) {
        return authenticator->review_token(std::move(review), now());
      });
  out["/serviceaccounts/token"] = [parts](Call call, Object object) {
    return issue_token(parts, std::move(call), std::move(object));
  };
  return out;
}

}  // namespace apiserver
