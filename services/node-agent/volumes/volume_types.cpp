#include "node-agent/volumes/volume_type.hpp"

namespace node_agent::volumes {

using V = api::core::v1::Volume;

const std::vector<VolumeType>& volume_types() {
  static const std::vector<VolumeType> types = {
      {"configMap", "kubernetes.io~configmap", true, [](const V& v) { return v.config_map.has_value(); },
       plan_config_map},
      {"downwardAPI", "kubernetes.io~downward-api", true,
       [](const V& v) { return v.downward_api.has_value(); }, plan_downward_api},
      {"emptyDir", "kubernetes.io~empty-dir", false, [](const V& v) { return v.empty_dir.has_value(); },
       plan_empty_dir},
      {"hostPath", "", false, [](const V& v) { return v.host_path.has_value(); }, plan_host_path},
      {"projected", "kubernetes.io~projected", true, [](const V& v) { return v.projected.has_value(); },
       plan_projected},
      {"secret", "kubernetes.io~secret", true, [](const V& v) { return v.secret.has_value(); }, plan_secret},
  };
  return types;
}

const VolumeType* type_of(const V& volume) {
  for (const auto& type : volume_types())
    if (type.is(volume)) return &type;
  return nullptr;
}

}  // namespace node_agent::volumes
