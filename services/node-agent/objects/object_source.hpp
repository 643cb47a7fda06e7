#pragma once
#include <functional>
#include <memory>
#include <string>
#include "api/types/core_v1.hpp"
#include "base/async.hpp"

namespace node_agent::objects {

/// The ConfigMaps and Secrets that pods of this node refer to. A node may read only those, so every object is
/// asked for by name, and on behalf of a pod that refers to it. Belongs to the node's strand.
class ObjectSource {
 public:
  using ConfigMapPtr = std::shared_ptr<const api::core::v1::ConfigMap>;
  using SecretPtr = std::shared_ptr<const api::core::v1::Secret>;
  /// Something that this pod refers to has changed, come or gone: set it up again.
  using OnChange = std::function<void(const std::string& pod_uid)>;

  virtual ~ObjectSource() = default;
  /// From now on what `pod` refers to may be asked for. Once more for the same pod: nothing happens.
  virtual void retain(const api::core::v1::Pod& pod) = 0;
  /// The pod has gone. What no other pod refers to is let go of.
  virtual void forget(const std::string& pod_uid) = 0;
  /// Errors: not_found ("configmap \"x\" not found"), also when no retained pod refers to it; unavailable
  /// when it could not be read in time.
  virtual base::Awaitable<base::Result<ConfigMapPtr>> config_map(std::string ns, std::string name) = 0;
  /// The same for Secrets.
  virtual base::Awaitable<base::Result<SecretPtr>> secret(std::string ns, std::string name) = 0;
};

}  // namespace node_agent::objects
