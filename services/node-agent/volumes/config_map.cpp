#include "node-agent/volumes/volume_type.hpp"

namespace node_agent::volumes {

namespace core = api::core::v1;
using base::Errc;
using base::Result;

base::Awaitable<Result<void>> add_config_map(const VolumeRequest& request,
                                             const core::ConfigMapProjection& source, unsigned mode,
                                             Payload& out) {
  KeyRules rules;
  rules.key_word = "config";
  rules.mode = mode;
  rules.optional = source.optional.value_or(false);
  auto map = co_await request.objects->config_map(request.pod->metadata.namespace_, source.name);
  if (!map && map.error().is(Errc::not_found) && rules.optional) co_return Result<void>();
  if (!map) co_return map.error();
  const std::vector<const Data*> data{&(*map)->data, &(*map)->binary_data};
  auto added = add_keys(data, source.items, rules, out);
  if (!added) co_return base::Error(added.error().code, "configmap " + added.error().message);
  co_return added;
}

base::Awaitable<Result<VolumePlan>> plan_config_map(VolumeRequest request) {
  const auto& volume = *request.volume.config_map;
  core::ConfigMapProjection source;
  source.name = volume.name;
  source.items = volume.items;
  source.optional = volume.optional;
  VolumePlan plan;
  const auto mode = static_cast<unsigned>(volume.default_mode.value_or(mode_default));
  auto added = co_await add_config_map(request, source, mode, plan.payload.emplace());
  if (!added) co_return added.error();
  co_return plan;
}

}  // namespace node_agent::volumes
