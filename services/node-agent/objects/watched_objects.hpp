#pragma once
#include <chrono>
#include <memory>
#include <string>
#include "base/clock.hpp"
#include "client/rest.hpp"
#include "node-agent/objects/object_source.hpp"

namespace node_agent::objects {

/// An ObjectSource with one watch for each object that is used (the kubelet's strategy "Watch"): begun when
/// the object is first asked for, ended when no pod refers to it, when it says that it is immutable, or when
/// it was not asked for in five minutes. Bounded by what the pods of the node refer to. Belongs to `strand`.
class WatchedObjects final : public ObjectSource {
 public:
  WatchedObjects(base::Executor strand, std::shared_ptr<client::RestClient> rest, const base::Clock& clock,
                 OnChange on_change);
  ~WatchedObjects() override;

  void retain(const api::core::v1::Pod& pod) override;
  void forget(const std::string& pod_uid) override;
  base::Awaitable<base::Result<ConfigMapPtr>> config_map(std::string ns, std::string name) override;
  base::Awaitable<base::Result<SecretPtr>> secret(std::string ns, std::string name) override;

  /// Ends the watches that were not asked for lately. To be called now and then, once a minute or so.
  void let_go_of_idle();
  /// The number of watches.
  std::size_t watches() const;
  /// Before destruction. Nothing can be asked for afterwards.
  base::Awaitable<void> stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace node_agent::objects
