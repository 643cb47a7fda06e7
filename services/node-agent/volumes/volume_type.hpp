#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/async.hpp"
#include "node-agent/environment/field_ref.hpp"
#include "node-agent/objects/object_source.hpp"
#include "node-agent/objects/tokens.hpp"
#include "node-agent/volumes/payload.hpp"

/// What a kind of volume is. A new one is a file with its `plan`, and a line in volume_types.cpp.
namespace node_agent::volumes {

struct VolumeRequest {
  std::shared_ptr<const api::core::v1::Pod> pod;
  api::core::v1::Volume volume;
  environment::PodFacts facts;
  objects::ObjectSource* objects = nullptr;  ///< Both outlive the call.
  objects::Tokens* tokens = nullptr;
};

/// What has to be there. Nothing was done for it yet.
struct VolumePlan {
  /// What must hold of this machine; blocking. Empty: nothing.
  std::function<base::Result<void>()> check;
  std::optional<Payload> payload;     ///< The files; none: the container's own affair.
  bool in_memory = false;             ///< If that is permitted.
  std::int64_t size_limit_bytes = 0;  ///< Of what is in memory; 0: the system's.
};

struct VolumeType {
  std::string field;      ///< In the API's Volume: "configMap".
  std::string plugin;     ///< Its directory below the pod's: "kubernetes.io~configmap"; empty: it needs none.
  bool readonly = false;  ///< Containers may not write to it.
  bool (*is)(const api::core::v1::Volume&) = nullptr;
  /// Reads what is needed from the API. Errors: what stands behind "MountVolume.SetUp failed".
  base::Awaitable<base::Result<VolumePlan>> (*plan)(VolumeRequest) = nullptr;
};

/// The list of kinds.
const std::vector<VolumeType>& volume_types();
/// Null: a kind that this node does not know.
const VolumeType* type_of(const api::core::v1::Volume& volume);

base::Awaitable<base::Result<VolumePlan>> plan_config_map(VolumeRequest request);
base::Awaitable<base::Result<VolumePlan>> plan_downward_api(VolumeRequest request);
base::Awaitable<base::Result<VolumePlan>> plan_empty_dir(VolumeRequest request);
base::Awaitable<base::Result<VolumePlan>> plan_host_path(VolumeRequest request);
base::Awaitable<base::Result<VolumePlan>> plan_projected(VolumeRequest request);
base::Awaitable<base::Result<VolumePlan>> plan_secret(VolumeRequest request);

// What volumes of their own and sources of a projected volume have in common.
inline constexpr unsigned mode_default = 0644;
base::Awaitable<base::Result<void>> add_config_map(const VolumeRequest& request,
                                                   const api::core::v1::ConfigMapProjection& source,
                                                   unsigned mode, Payload& out);
base::Awaitable<base::Result<void>> add_secret(const VolumeRequest& request,
                                               const api::core::v1::SecretProjection& source, unsigned mode,
                                               Payload& out);
base::Result<void> add_downward_api(const VolumeRequest& request,
                                    const std::vector<api::core::v1::DownwardAPIVolumeFile>& items,
                                    unsigned mode, Payload& out);

}  // namespace node_agent::volumes
