#include "node-agent/volumes/volume_type.hpp"

namespace node_agent::volumes {

namespace core = api::core::v1;
using base::Errc;
using base::Result;

base::Awaitable<Result<void>> add_secret(const VolumeRequest& request, const core::SecretProjection& source,
                                         unsigned mode, Payload& out) {
  KeyRules rules;
  rules.key_word = "secret";
  rules.mode = mode;
  rules.optional = source.optional.value_or(false);
  auto secret = co_await request.objects->secret(request.pod->metadata.namespace_, source.name);
  if (!secret && secret.error().is(Errc::not_found) && rules.optional) co_return Result<void>();
  if (!secret) co_return secret.error();
  const std::vector<const Data*> data{&(*secret)->data};
  co_return add_keys(data, source.items, rules, out);
}

base::Awaitable<Result<VolumePlan>> plan_secret(VolumeRequest request) {
  const auto& volume = *request.volume.secret;
  core::SecretProjection source;
  source.name = volume.secret_name;
  source.items = volume.items;
  source.optional = volume.optional;
  VolumePlan plan;
  plan.in_memory = true;
  const auto mode = static_cast<unsigned>(volume.default_mode.value_or(mode_default));
  auto added = co_await add_secret(request, source, mode, plan.payload.emplace());
  if (!added) co_return added.error();
  co_return plan;
}

}  // namespace node_agent::volumes
