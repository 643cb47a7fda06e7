#include "apiserver/request/budget.hpp"
#include "apiserver/request/handler.hpp"
#include "apiserver/request/pod_condition.hpp"

/// pods/eviction: a delete that asks the pod's disruption budget first.
/// Source: Kubernetes documentation, "API-initiated Eviction".
namespace apiserver::request {

using api::Object;
using api::StatusError;
using api::StatusOr;

base::Awaitable<StatusOr<void>> Handler::spend_budget(const registry::Call& call, const Object& pod) {
  const auto& caches = parts_.registry->caches();
  const auto budgets = budgets_of(pod, caches.list("policy", "poddisruptionbudgets", call.ns));
  if (budgets.empty()) co_return StatusOr<void>();
  if (budgets.size() > 1)
    co_return StatusError::internal(
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
  if (lets_unhealthy_go(*budgets[0], pod)) co_return StatusOr<void>();
  registry::Call spending = call;
  spending.resource = api::find_resource("policy", "v1", "poddisruptionbudgets");
  spending.body = api::find_resource("policy", "v1", "poddisruptionbudgets/status");
  spending.subresource = "status";
  spending.name = api::name_of(*budgets[0]);
  auto shared = std::make_shared<const Object>(pod);
  registry::Change change = [shared, now = parts_.now](const Object& present) {
    return spend(present, *shared, now());
  };
  auto spent = co_await parts_.registry->update(std::move(spending), std::move(change));
  // Deleted meanwhile: nothing holds the pod any more.
  if (!spent && spent.error().code != 404) co_return spent.error();
  co_return StatusOr<void>();
}

base::Awaitable<StatusOr<void>> Handler::evict(Request& r, registry::Call call, Object eviction) {
  const auto name = api::name_of(eviction), ns = api::namespace_of(eviction);
  if (!ns.empty() && ns != call.ns)
    co_return StatusError::bad_request(
        "the namespace of the provided object does not match the namespace sent on the request");
  if (!name.empty() && name != call.name)
    co_return StatusError::bad_request("name in URL does not match name in Eviction object");
  const auto* body = api::get_object(eviction, {"deleteOptions"});
  const Object none;
  auto options = delete_options(body ? *body : none, http::Query());
  if (!options) co_return options.error();
  auto dry_run = is_dry_run(body ? *body : none, r.query);
  if (!dry_run) co_return dry_run.error();
  r.dry_run = call.dry_run = *dry_run;
  call.resource = api::find_resource("", "v1", "pods");
  call.manager.reset();  // What an eviction writes is the server's own.
  // Consistent: the budgets looked at afterwards are as new as the pod.
  auto found = co_await parts_.registry->find(call.resource, call.ns, call.name);
  if (!found) co_return found.error();
  const Object pod = (*found)->parse();
  const auto version = std::to_string((*found)->revision());
  if (auto held = registry::check_preconditions(pod, *options, *call.resource, version); !held)
    co_return held.error();
  if (!ignores_budgets(pod)) {
    auto spent = co_await spend_budget(call, pod);
    if (!spent) co_return spent.error();
  }
  registry::Call marking = call;
  marking.body = api::find_resource("", "v1", "pods/status");
  marking.subresource = "status";
  const std::string uid(api::uid_of(pod));
  registry::Change mark = [uid, now = parts_.now](const Object& present) -> StatusOr<Object> {
    Object out = present;
    api::metadata(out)["uid"] = uid;
    set_pod_condition(out, "DisruptionTarget", "EvictionByEvictionAPI", "Eviction API: evicting", now());
    return out;
  };
  auto marked = co_await parts_.registry->update(std::move(marking), std::move(mark));
  if (!marked) co_return marked.error();
  call.subresource.clear();
  call.body = call.resource;
  if (!options->uid) options->uid = uid;
  options->resource_version.reset();  // It was of the pod before the condition was set.
  auto removed = co_await parts_.registry->remove(std::move(call), std::move(*options));
  if (!removed) co_return removed.error();
  co_await send_object(r, success(201));
  co_return StatusOr<void>();
}

}  // namespace apiserver::request
