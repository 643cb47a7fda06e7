#include "controllers/workload/pod.hpp"

namespace controllers::workload {
namespace {
constexpr std::size_t generated_prefix_max = 58;  // 63 of a label, less the five random characters.
}

const api::core::v1::PodCondition* find_condition(const Pod& pod, std::string_view type) noexcept {
  for (const auto& c : pod.status.conditions)
    if (c.type == type) return &c;
  return nullptr;
}

bool is_ready(const Pod& pod) noexcept {
  const auto* c = find_condition(pod, "Ready");
  return c && c->status == "True";
}

bool is_available(const Pod& pod, std::int32_t min_ready_seconds, base::SystemTime now) noexcept {
  const auto* c = find_condition(pod, "Ready");
  if (!c || c->status != "True") return false;
  if (min_ready_seconds == 0) return true;
  return c->last_transition_time &&
         c->last_transition_time->at + std::chrono::seconds(min_ready_seconds) <= now;
}

std::optional<base::SystemTime> available_at(const Pod& pod, std::int32_t min_ready_seconds,
                                             base::SystemTime now) {
  const auto* c = find_condition(pod, "Ready");
  if (!c || c->status != "True" || !c->last_transition_time) return std::nullopt;
  const auto at = c->last_transition_time->at + std::chrono::seconds(min_ready_seconds);
  return at > now ? std::optional(at) : std::nullopt;
}

bool is_finished(const Pod& pod) noexcept {
  return pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
}

bool is_active(const Pod& pod) noexcept {
  return !is_finished(pod) && !pod.metadata.deletion_timestamp;
}

bool is_terminating(const Pod& pod) noexcept {
  return !is_finished(pod) && pod.metadata.deletion_timestamp;
}

const OwnerReference* controller_of(const ObjectMeta& meta) noexcept {
  for (const auto& r : meta.owner_references)
    if (r.controller.value_or(false)) return &r;
  return nullptr;
}

OwnerReference controller_reference(const std::string& api_version, const std::string& kind,
                                    const ObjectMeta& owner) {
  OwnerReference r;
  r.api_version = api_version;
  r.kind = kind;
  r.name = owner.name;
  r.uid = owner.uid;
  r.controller = true;
  r.block_owner_deletion = true;
  return r;
}

Pod pod_from_template(const api::core::v1::PodTemplateSpec& pod_template, const ObjectMeta& parent,
                      OwnerReference controller) {
  Pod pod;
  pod.metadata.namespace_ = parent.namespace_;
  pod.metadata.generate_name = generate_name_prefix(parent.name);
  pod.metadata.labels = pod_template.metadata.labels;
  pod.metadata.annotations = pod_template.metadata.annotations;
  pod.metadata.finalizers = pod_template.metadata.finalizers;
  pod.metadata.owner_references.push_back(std::move(controller));
  pod.spec = pod_template.spec;
  return pod;
}

std::string generate_name_prefix(const std::string& name) {
  auto prefix = name + "-";
  if (prefix.size() > generated_prefix_max) prefix.resize(generated_prefix_max);
  return prefix;
}

}  // namespace controllers::workload
