#include "node-agent/volumes/volume_type.hpp"

namespace node_agent::volumes {

using base::Errc;
using base::Error;
using base::Result;

base::Awaitable<Result<VolumePlan>> plan_empty_dir(VolumeRequest request) {
  const auto& volume = *request.volume.empty_dir;
  VolumePlan plan;
  if (volume.medium == "Memory")
    plan.in_memory = true;
  else if (!volume.medium.empty())
    co_return Error(Errc::unsupported,
                    "emptyDir medium \"" + volume.medium + "\" is not supported on this node");
  if (volume.size_limit) plan.size_limit_bytes = volume.size_limit->value();
  co_return plan;
}

}  // namespace node_agent::volumes
