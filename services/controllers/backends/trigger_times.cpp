#include "controllers/backends/trigger_times.hpp"
#include <algorithm>

namespace controllers::backends {
namespace {

base::SystemTime trigger_time(const Pod& pod) noexcept {
  const auto* c = workload::find_condition(pod, "Ready");
  return c && c->last_transition_time ? c->last_transition_time->at : base::SystemTime{};
}

}  // namespace

std::optional<base::SystemTime> TriggerTimes::observe(const Service& service,
                                                      const std::vector<PodPtr>& pods) {
  auto& seen = seen_[client::key_of(service)];
  const bool known = seen.service != base::SystemTime{};
  std::optional<base::SystemTime> earliest;
  const auto note = [&](base::SystemTime at, base::SystemTime before) {
    if (at > before) earliest = std::min(earliest.value_or(at), at);
  };
  const auto created =
      service.metadata.creation_timestamp ? service.metadata.creation_timestamp->at : base::SystemTime{};
  note(created, seen.service);
  std::map<std::string, base::SystemTime> times;
  for (const auto& pod : pods) {
    const auto at = trigger_time(*pod);
    if (at == base::SystemTime{}) continue;
    const auto before = seen.pods.find(pod->metadata.name);
    note(at, before == seen.pods.end() ? base::SystemTime{} : before->second);
    times.emplace_hint(times.end(), pod->metadata.name, at);
  }
  seen.service = created;
  seen.pods = std::move(times);
  if (!known && created != base::SystemTime{}) return created;
  return earliest;
}

void annotate_trigger_time(api::meta::v1::ObjectMeta& meta, const std::optional<base::SystemTime>& time) {
  if (time)
    meta.annotations[trigger_time_annotation] = base::format_rfc3339(*time);
  else
    meta.annotations.erase(trigger_time_annotation);
}

}  // namespace controllers::backends
