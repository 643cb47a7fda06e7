#include "node-agent/service/log_choice.hpp"

namespace node_agent {

namespace core = api::core::v1;
using base::Errc;
using base::Error;
using base::Result;

namespace {

Error not_yet(const core::Pod& pod, const std::string& container, const std::string& rest) {
  return {Errc::invalid_argument,
          "container \"" + container + "\" in pod \"" + pod.metadata.name + "\" " + rest};
}

const core::ContainerStatus* status_of(const core::Pod& pod, const std::string& container) {
  for (const auto* list : {&pod.status.init_container_statuses, &pod.status.container_statuses,
                           &pod.status.ephemeral_container_statuses})
    for (const auto& s : *list)
      if (s.name == container) return &s;
  return nullptr;
}

std::string id_of(const std::optional<core::ContainerState>& state) {
  return state && state->terminated ? state->terminated->container_id : "";
}

std::string why_waiting(const std::string& reason) {
  if (reason == "ErrImagePull") return "is waiting to start: image can't be pulled";
  if (reason == "ImagePullBackOff") return "is waiting to start: trying and failing to pull image";
  if (reason.empty()) return "is waiting to start - no logs yet";
  return "is waiting to start: " + reason;
}

}  // namespace

Result<std::string> container_named(const core::Pod& pod, const std::string& name) {
  if (name.empty() && !pod.spec.containers.empty()) return pod.spec.containers.front().name;
  for (const auto* list : {&pod.spec.containers, &pod.spec.init_containers})
    for (const auto& c : *list)
      if (c.name == name) return name;
  return Error(Errc::not_found, "container \"" + name + "\" not found in pod \"" + pod.metadata.name + "\"");
}

Result<std::string> container_of_log(const core::Pod& pod, const std::string& name, bool previous) {
  auto container = container_named(pod, name);
  if (!container) return container.error();
  const auto* status = status_of(pod, *container);
  if (!status) return not_yet(pod, *container, "is not available");
  const auto last = id_of(status->last_state);
  if (previous) {
    if (!last.empty()) return last;
    return Error(Errc::invalid_argument, "previous terminated container \"" + *container + "\" in pod \"" +
                                             pod.metadata.name + "\" not found");
  }
  const auto& state = status->state;
  if (state && state->running) return status->container_id;
  if (const auto ended = id_of(state); !ended.empty()) return ended;
  if (!last.empty()) return last;
  if (state && state->terminated) return not_yet(pod, *container, "is terminated");
  return not_yet(pod, *container, why_waiting(state && state->waiting ? state->waiting->reason : ""));
}

}  // namespace node_agent
