#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>
#include "api/types/apps_v1.hpp"
#include "controllers/frame/controller.hpp"

namespace controllers::replicaset {

using api::apps::v1::ReplicaSet;
using SetPtr = std::shared_ptr<const ReplicaSet>;

/// Where the sets come from and their status goes to: ReplicaSets as they are, or ReplicationControllers
/// shown as ReplicaSets. Belongs to the controller's strand.
class Source {
 public:
  /// `old` is null for a new set.
  using OnChange = std::function<void(const SetPtr& old, const SetPtr& now)>;
  virtual ~Source() = default;
  /// `status` without what this kind of set cannot show.
  virtual api::apps::v1::ReplicaSetStatus shown(api::apps::v1::ReplicaSetStatus status) const {
    return status;
  }
  virtual const std::string& kind() const noexcept = 0;
  virtual const std::string& api_version() const noexcept = 0;
  virtual SetPtr get(const std::string& key) const = 0;
  virtual std::vector<SetPtr> list_namespace(const std::string& ns) const = 0;
  virtual void on_change(OnChange changed, std::function<void(const SetPtr&)> deleted) = 0;
  /// From the server, not from the cache.
  virtual base::Awaitable<base::Result<ReplicaSet>> get_live(std::string ns, std::string name) = 0;
  virtual base::Awaitable<base::Result<ReplicaSet>> update_status(ReplicaSet rs) = 0;
};

}  // namespace controllers::replicaset
