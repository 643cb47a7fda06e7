#include "api/quantity.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/pod_spec.hpp"

/// The resize subresource: what may change of a running container's resources. Source: KEP-1287.
namespace apiserver::kinds {
namespace {

bool removed(const Part& now, const Part& before, std::string_view list) {
  bool gone = false;
  before.each_entry(list, [&](std::string_view name, std::string_view, const Path&) {
    const auto* map = now.object(list);
    gone = gone || !map || !map->contains(name);
  });
  return gone;
}

bool restarts_for_memory(const Part& container) {
  bool restarts = false;
  container.each("resizePolicy", [&](const Part& policy) {
    if (policy.text("resourceName") == "memory")
      restarts = policy.text("restartPolicy") == "RestartContainer";
  });
  return restarts;
}

void check_container(const Part& container, const Part& before) {
  const Part now = container.part("resources"), old = before.part("resources");
  if (removed(now, old, "requests"))
    now.errors.forbidden(now.at("requests"), "resource requests cannot be removed");
  if (removed(now, old, "limits"))
    now.errors.forbidden(now.at("limits"), "resource limits cannot be removed");
  const auto limit = api::get_string(now.value, {"limits", "memory"});
  if (limit.empty() || restarts_for_memory(container)) return;
  const Path path = now.at("limits").key("memory");
  const auto old_limit = api::get_string(old.value, {"limits", "memory"});
  if (old_limit.empty())
    return now.errors.forbidden(path,
                                "memory limits cannot be added unless resizePolicy is RestartContainer");
  const auto a = api::Quantity::parse(limit), b = api::Quantity::parse(old_limit);
  if (a && b && *a < *b)
    now.errors.forbidden(path, "memory limits cannot be decreased unless resizePolicy is RestartContainer");
}

void take_resource(Object& container, const Object& before, std::string_view list, std::string_view name) {
  const auto* was = api::get(before, {"resources", list, name});
  if (was)
    api::ensure_object(container, {"resources", list})[name] = *was;
  else
    api::remove(container, {"resources", list, name});
}

/// The container with the CPU and memory it had.
Object without_resize(const Object& container, const Object& before) {
  Object out = container;
  for (auto list : {"requests", "limits"}) {
    for (auto name : {"cpu", "memory"})
      take_resource(out, before, list, name);
    if (const auto* map = api::get_object(out, {"resources", list}); map && map->empty())
      api::remove(out, {"resources", list});
  }
  return out;
}

bool supported_by_node(const Object& pod) {
  bool decided = false, supported = true;
  if (const auto* status = api::get_object(pod, {"status"}))
    each(*status, "containerStatuses", Path(), [&](const Object& c, const Path&) {
      if (decided || !api::get_object(c, {"state", "running"})) return;
      decided = true;
      supported = api::get_object(c, {"resources"}) != nullptr;
    });
  return supported;
}

void check_list(const Part& spec, const Part& old, std::string_view list) {
  const auto* before = old.list(list);
  std::size_t i = 0;
  spec.each(list, [&](const Part& c) {
    const auto at = i++;
    if (!before || at >= before->size() || !(*before)[at].is_object()) return;
    const Object& was = (*before)[at].get_object();
    const bool init = list == "initContainers";
    const bool sidecar = init && api::get_string(was, {"restartPolicy"}) == "Always";
    if (!init || sidecar) check_container(c, Part{was, c.path, c.errors});
    const Object rest = init && !sidecar ? c.value : without_resize(c.value, was);
    if (api::deep_equal(rest, was)) return;
    c.errors.forbidden(spec.path, init && !sidecar ? "resources for non-sidecar init containers are immutable"
                                  : sidecar
                                      ? "only cpu and memory resources for sidecar containers are mutable"
                                      : "only cpu and memory resources are mutable");
  });
}

}  // namespace

void validate_resize(const Object& pod, const Object& old_pod, Errors& errors) {
  if (api::get(old_pod, {"metadata", "annotations", "kubernetes.io/config.mirror"}))
    return errors.forbidden(Path(), "static pods cannot be resized");
  if (api::get_string(old_pod, {"spec", "os", "name"}) == "windows")
    return errors.forbidden(Path(), "windows pods cannot be resized");
  const Part spec = spec_of(pod, errors), old = spec_of(old_pod, errors);
  auto qos = api::get_string(old_pod, {"status", "qosClass"});
  if (qos.empty()) qos = qos_class(old.value);
  if (qos != qos_class(spec.value))
    errors.invalid(spec.path, json::value(qos), "Pod QOS Class may not change as a result of resizing");
  if (!supported_by_node(old_pod))
    errors.forbidden(spec.path, "Pod running on node without support for resize");
  check_list(spec, old, "initContainers");
  check_list(spec, old, "containers");
}

}  // namespace apiserver::kinds
