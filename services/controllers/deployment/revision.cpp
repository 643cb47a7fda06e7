#include "controllers/deployment/revision.hpp"
#include <algorithm>
#include <charconv>
#include <limits>
#include "controllers/deployment/scaling.hpp"

namespace controllers::deployment {
namespace {

constexpr std::size_t history_chars_max = 2000;

template <class N>
std::optional<N> number(const std::map<std::string, std::string>& annotations, const char* key) noexcept {
  const auto it = annotations.find(key);
  if (it == annotations.end()) return std::nullopt;
  N n{};
  const auto* last = it->second.data() + it->second.size();
  const auto [end, ec] = std::from_chars(it->second.data(), last, n);
  return ec == std::errc() && end == last ? std::optional(n) : std::nullopt;
}

bool set(std::map<std::string, std::string>& annotations, const std::string& key, const std::string& value) {
  auto& held = annotations[key];
  if (held == value) return false;
  held = value;
  return true;
}

bool is_own(const std::string& annotation) {
  return annotation == "kubectl.kubernetes.io/last-applied-configuration" ||
         annotation == revision_annotation || annotation == revision_history_annotation ||
         annotation == desired_replicas_annotation || annotation == max_replicas_annotation ||
         annotation == "deprecated.deployment.rollback.to";
}

/// `history` with `revision` at its end, cut at its front.
std::string extended(std::string history, const std::string& revision) {
  if (history.empty()) return revision;
  history += "," + revision;
  while (history.size() > history_chars_max) {
    const auto comma = history.find(',');
    if (comma == std::string::npos) break;
    history.erase(0, comma + 1);
  }
  return history;
}

bool set_revision(ReplicaSet& rs, std::int64_t revision, bool exists) {
  auto& annotations = rs.metadata.annotations;
  const auto held = annotations.find(revision_annotation);
  const std::string before = held == annotations.end() ? "" : held->second;
  const auto before_number = number<std::int64_t>(annotations, revision_annotation);
  if (!before.empty() && !before_number) return false;  // Somebody else's words: leave them.
  if (before_number.value_or(0) >= revision) return false;
  annotations[revision_annotation] = std::to_string(revision);
  if (exists && !before.empty())
    annotations[revision_history_annotation] = extended(annotations[revision_history_annotation], before);
  return true;
}

}  // namespace

std::int64_t revision_of(const api::meta::v1::ObjectMeta& meta) noexcept {
  return number<std::int64_t>(meta.annotations, revision_annotation).value_or(0);
}

std::optional<std::int32_t> desired_annotation(const ReplicaSet& rs) noexcept {
  return number<std::int32_t>(rs.metadata.annotations, desired_replicas_annotation);
}

std::optional<std::int32_t> max_annotation(const ReplicaSet& rs) noexcept {
  return number<std::int32_t>(rs.metadata.annotations, max_replicas_annotation);
}

std::int64_t next_revision(const ReplicaSets& sets) noexcept {
  std::int64_t highest = 0;
  for (const auto& rs : sets.old)
    highest = std::max(highest, revision_of(rs->metadata));
  return highest + 1;
}

bool set_size_annotations(const Deployment& d, ReplicaSet& rs) {
  auto& annotations = rs.metadata.annotations;
  const bool desired = set(annotations, desired_replicas_annotation, std::to_string(wanted(d)));
  const bool max = set(annotations, max_replicas_annotation, std::to_string(wanted(d) + fenceposts(d).surge));
  return desired || max;
}

bool set_current_annotations(const Deployment& d, ReplicaSet& rs, std::int64_t revision, bool exists) {
  bool changed = false;
  for (const auto& [key, value] : d.metadata.annotations)
    if (!is_own(key)) changed = set(rs.metadata.annotations, key, value) || changed;
  changed = set_revision(rs, revision, exists) || changed;
  if (!exists) changed = set_size_annotations(d, rs) || changed;
  return changed;
}

std::vector<std::shared_ptr<const ReplicaSet>> plan_cleanup(const Deployment& d, const ReplicaSets& sets) {
  const auto limit = d.spec.revision_history_limit.value_or(std::numeric_limits<std::int32_t>::max());
  if (limit == std::numeric_limits<std::int32_t>::max()) return {};
  std::vector<std::shared_ptr<const ReplicaSet>> candidates, out;
  for (const auto& rs : sets.old)
    if (!rs->metadata.deletion_timestamp) candidates.push_back(rs);
  const auto surplus = static_cast<std::int64_t>(candidates.size()) - limit;
  if (surplus <= 0) return {};
  std::stable_sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
    const auto ra = revision_of(a->metadata), rb = revision_of(b->metadata);
    return ra != rb ? ra < rb : created_before(*a, *b);
  });
  for (std::int64_t i = 0; i < surplus; ++i) {
    const auto& rs = candidates[static_cast<std::size_t>(i)];
    const bool observed = rs->metadata.generation.value_or(0) <= rs->status.observed_generation.value_or(0);
    if (rs->status.replicas == 0 && wanted(*rs) == 0 && observed) out.push_back(rs);
  }
  return out;
}

}  // namespace controllers::deployment
