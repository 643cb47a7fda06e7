#include "node-agent/volumes/volume_type.hpp"

namespace node_agent::volumes {

namespace core = api::core::v1;
using base::Errc;
using base::Error;
using base::Result;

Result<void> add_downward_api(const VolumeRequest& request,
                              const std::vector<core::DownwardAPIVolumeFile>& items, unsigned mode,
                              Payload& out) {
  for (const auto& item : items) {
    Result<std::string> value = Error(Errc::invalid_argument, "no field is named for " + item.path);
    if (item.field_ref)
      value = environment::field_value(*request.pod, item.field_ref->field_path, request.facts);
    else if (item.resource_field_ref)
      value = environment::resource_value(*request.pod, "", *item.resource_field_ref, request.facts);
    if (!value) return value.error();
    if (auto ok = check_path(item.path); !ok) return ok;
    out[item.path] = File{std::move(*value), item.mode ? static_cast<unsigned>(*item.mode) : mode, -1};
  }
  return {};
}

base::Awaitable<Result<VolumePlan>> plan_downward_api(VolumeRequest request) {
  const auto& volume = *request.volume.downward_api;
  VolumePlan plan;
  const auto mode = static_cast<unsigned>(volume.default_mode.value_or(mode_default));
  auto added = add_downward_api(request, volume.items, mode, plan.payload.emplace());
  if (!added) co_return added.error();
  co_return plan;
}

}  // namespace node_agent::volumes
