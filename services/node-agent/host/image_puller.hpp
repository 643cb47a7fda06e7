#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include "api/types/core_v1.hpp"
#include "base/async.hpp"
#include "base/clock.hpp"
#include "node-agent/pods/pod_worker.hpp"
#include "node-agent/runtime/runtime.hpp"

namespace node_agent::host {

/// Sees that a container's image is here before the container is made, by its imagePullPolicy, with back-off
/// (10 s, doubled up to 5 min) after a pull that failed, and writes the events about it. Belongs to the
/// node's strand. Source: "Images" in the Kubernetes reference.
class ImagePuller {
 public:
  ImagePuller(runtime::Runtime& runtime, const base::Clock& clock, pods::EventSink events)
      : runtime_(runtime), clock_(clock), events_(std::move(events)) {}

  /// Empty reason: the image is here. Else ErrImagePull, ImagePullBackOff, ErrImageNeverPull,
  /// ImageInspectError.
  base::Awaitable<status::WaitingReason> ensure(std::shared_ptr<const api::core::v1::Pod> pod,
                                                api::core::v1::Container container);
  /// The pod has gone.
  void forget(const std::string& pod_uid);

 private:
  struct Backoff {
    base::SteadyTime until{};
    std::chrono::seconds delay{};
    std::string error;  ///< Of the last attempt.
  };
  using Key = std::pair<std::string, std::string>;  ///< Uid of the pod, image.
  base::Awaitable<status::WaitingReason> pull(std::shared_ptr<const api::core::v1::Pod> pod, std::string path,
                                              std::string image);

  runtime::Runtime& runtime_;
  const base::Clock& clock_;
  pods::EventSink events_;
  std::map<Key, Backoff> backoff_;
};

}  // namespace node_agent::host
