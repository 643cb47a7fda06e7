#include "node-agent/volumes/volume_type.hpp"

namespace node_agent::volumes {

namespace core = api::core::v1;
using base::Errc;
using base::Error;
using base::Result;

namespace {

constexpr std::int64_t token_life_seconds = 3600;

/// The user that every container of the pod runs as, if it is the same for all and known.
std::optional<std::int64_t> common_user(const core::Pod& pod) {
  std::optional<std::int64_t> common;
  const auto& spec = pod.spec;
  for (const auto* list : {&spec.init_containers, &spec.containers})
    for (const auto& c : *list) {
      auto user = c.security_context ? c.security_context->run_as_user : std::nullopt;
      if (!user && spec.security_context) user = spec.security_context->run_as_user;
      if (!user || (common && common != user)) return std::nullopt;
      common = user;
    }
  return common;
}

/// For the one user of the pod alone, or for its fsGroup (who gets to read it then), or as the volume says.
base::Awaitable<Result<void>> add_token(const VolumeRequest& request,
                                        const core::ServiceAccountTokenProjection& source, unsigned mode,
                                        Payload& out) {
  if (auto ok = check_path(source.path); !ok) co_return ok;
  const auto life = source.expiration_seconds.value_or(token_life_seconds);
  auto token = co_await request.tokens->token(request.pod, source.audience, life);
  if (!token) co_return token.error().prepend("failed to fetch token");
  const auto user = common_user(*request.pod);
  const auto& security = request.pod->spec.security_context;
  const bool narrow = user || (security && security->fs_group);
  out[source.path] = File{std::move(*token), narrow ? 0600U : mode, user.value_or(-1)};
  co_return Result<void>();
}

base::Awaitable<Result<void>> add_source(const VolumeRequest& request, const core::VolumeProjection& source,
                                         unsigned mode, Payload& out) {
  if (source.config_map) co_return co_await add_config_map(request, *source.config_map, mode, out);
  if (source.secret) co_return co_await add_secret(request, *source.secret, mode, out);
  if (source.downward_api) co_return add_downward_api(request, source.downward_api->items, mode, out);
  if (source.service_account_token)
    co_return co_await add_token(request, *source.service_account_token, mode, out);
  co_return Error(Errc::unsupported, "a source of the projected volume is not supported on this node");
}

}  // namespace

base::Awaitable<Result<VolumePlan>> plan_projected(VolumeRequest request) {
  const auto& volume = *request.volume.projected;
  VolumePlan plan;
  plan.in_memory = true;
  auto& payload = plan.payload.emplace();
  const auto mode = static_cast<unsigned>(volume.default_mode.value_or(mode_default));
  for (const auto& source : volume.sources) {
    auto added = co_await add_source(request, source, mode, payload);
    if (!added) co_return added.error();
  }
  co_return plan;
}

}  // namespace node_agent::volumes
