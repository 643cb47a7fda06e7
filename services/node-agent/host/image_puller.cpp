#include "node-agent/host/image_puller.hpp"
#include <algorithm>
#include "base/flags.hpp"
#include "node-agent/host/container_config.hpp"

namespace node_agent::host {

namespace core = api::core::v1;
using status::WaitingReason;
using PodPtr = std::shared_ptr<const core::Pod>;

namespace {

constexpr std::chrono::seconds delay_first{10}, delay_max{300};

/// The API server sets the policy; a pod from elsewhere may lack it.
std::string policy_of(const core::Container& c) {
  if (!c.image_pull_policy.empty()) return c.image_pull_policy;
  const auto name = c.image.substr(c.image.find_last_of('/') + 1);
  const bool latest = name.ends_with(":latest") || name.find_first_of(":@") == std::string::npos;
  return latest ? "Always" : "IfNotPresent";
}

}  // namespace

base::Awaitable<WaitingReason> ImagePuller::ensure(PodPtr pod, core::Container c) {
  const auto policy = policy_of(c);
  const auto path = field_path(*pod, c.name);
  if (policy != "Always") {
    const auto present = co_await runtime_.image_status(c.image);
    if (!present) {
      const auto text = "Failed to inspect image \"" + c.image + "\": " + present.error().message;
      events_(*pod, path, "Warning", "InspectFailed", text);
      co_return WaitingReason{"ImageInspectError", text};
    }
    if (!present->empty()) {
      events_(*pod, path, "Normal", "Pulled",
              "Container image \"" + c.image + "\" already present on machine");
      co_return WaitingReason();
    }
    if (policy == "Never") {
      const auto text = "Container image \"" + c.image + "\" is not present with pull policy of Never";
      events_(*pod, path, "Warning", "ErrImageNeverPull", text);
      co_return WaitingReason{"ErrImageNeverPull", text};
    }
  }
  co_return co_await pull(pod, path, c.image);
}

base::Awaitable<WaitingReason> ImagePuller::pull(PodPtr pod, std::string path, std::string image) {
  const Key key(pod->metadata.uid, image);
  const auto known = backoff_.find(key);
  if (known != backoff_.end() && clock_.steady_now() < known->second.until) {
    const auto text = "Back-off pulling image \"" + image + "\"";
    events_(*pod, path, "Normal", "BackOff", text);
    co_return WaitingReason{"ImagePullBackOff", text + ": ErrImagePull: " + known->second.error};
  }
  events_(*pod, path, "Normal", "Pulling", "Pulling image \"" + image + "\"");
  const auto began = clock_.steady_now();
  auto pulled = co_await runtime_.pull_image(image);
  const auto now = clock_.steady_now();
  if (pulled) {
    backoff_.erase(key);
    const auto took = base::format_duration(std::chrono::floor<std::chrono::milliseconds>(now - began));
    events_(*pod, path, "Normal", "Pulled",
            "Successfully pulled image \"" + image + "\" in " + took + " (" + took + " including waiting)");
    co_return WaitingReason();
  }
  const auto& error = pulled.error().message;
  events_(*pod, path, "Warning", "Failed", "Failed to pull image \"" + image + "\": " + error);
  auto& b = backoff_[key];
  b.delay = b.delay.count() == 0 ? delay_first : std::min(b.delay * 2, delay_max);
  b.until = now + b.delay;
  b.error = error;
  co_return WaitingReason{"ErrImagePull", error};
}

void ImagePuller::forget(const std::string& pod_uid) {
  for (auto it = backoff_.lower_bound(Key(pod_uid, "")); it != backoff_.end() && it->first.first == pod_uid;)
    it = backoff_.erase(it);
}

}  // namespace node_agent::host
