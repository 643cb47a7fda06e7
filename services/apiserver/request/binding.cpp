#include "apiserver/request/handler.hpp"
#include "apiserver/request/pod_condition.hpp"

/// pods/binding and bindings: the scheduler's word on where a pod runs. Source: API reference, Binding.
namespace apiserver::request {
namespace {

using api::Object;
using api::StatusError;
using api::StatusOr;

StatusOr<void> check_binding(const Object& binding) {
  api::field::Errors errors;
  const api::field::Path target("target");
  const auto kind = api::get_string(binding, {"target", "kind"});
  if (!kind.empty() && kind != "Node")
    errors.not_supported(target.child("kind"), boost::json::string(kind), {"Node", "<empty>"});
  if (api::get_string(binding, {"target", "name"}).empty()) errors.required(target.child("name"));
  if (errors.empty()) return {};
  return StatusError::invalid({"", "v1", "Binding"}, api::name_of(binding), errors);
}

void merge(Object& pod, const Object& binding, std::string_view member) {
  const auto* from = api::get_object(binding, {"metadata", member});
  if (!from || from->empty()) return;
  auto& to = api::ensure_object(api::metadata(pod), {member});
  for (const auto& [key, value] : *from)
    to[key] = value;
}

StatusOr<Object> bound(const Object& present, const Object& binding, base::SystemTime now) {
  const std::string name(api::name_of(present));
  const auto refuse = [&](const std::string& why) {
    return StatusError::conflict({"", "pods/binding"}, name, why);
  };
  if (api::is_deleting(present))
    return refuse("pod " + name + " is being deleted, cannot be assigned to a host");
  if (const auto node = api::get_string(present, {"spec", "nodeName"}); !node.empty())
    return refuse("pod " + name + " is already assigned to node \"" + std::string(node) + "\"");
  if (const auto* gates = api::get_array(present, {"spec", "schedulingGates"}); gates && !gates->empty())
    return refuse("pod " + name + " has non-empty .spec.schedulingGates");
  Object pod = present;
  for (const char* member : {"uid", "resourceVersion"})
    if (const auto text = api::get_string(binding, {"metadata", member}); !text.empty())
      api::metadata(pod)[member] = text;
  api::ensure_object(pod, {"spec"})["nodeName"] = api::get_string(binding, {"target", "name"});
  merge(pod, binding, "annotations");
  merge(pod, binding, "labels");
  set_pod_condition(pod, "PodScheduled", "", "", now);
  return pod;
}

}  // namespace

base::Awaitable<StatusOr<void>> Handler::bind(Request& r, registry::Call call, Object binding) {
  if (auto valid = check_binding(binding); !valid) co_return valid.error();
  const auto name = api::name_of(binding), ns = api::namespace_of(binding);
  if (!ns.empty() && ns != call.ns)
    co_return StatusError::bad_request(
        "the namespace of the provided object does not match the namespace sent on the request");
  if (!call.name.empty() && !name.empty() && name != call.name)
    co_return StatusError::bad_request("name in URL does not match name in Binding object");
  if (call.name.empty()) call.name = name;
  call.resource = api::find_resource("", "v1", "pods");
  call.subresource = "binding";
  call.manager.reset();  // As upstream: nobody is recorded for a binding.
  auto shared = std::make_shared<const Object>(std::move(binding));
  registry::Change change = [shared, now = parts_.now](const Object& present) {
    return bound(present, *shared, now());
  };
  auto done = co_await parts_.registry->update(std::move(call), std::move(change));
  if (!done) co_return done.error();
  co_await send_object(r, success(201));
  co_return StatusOr<void>();
}

}  // namespace apiserver::request
