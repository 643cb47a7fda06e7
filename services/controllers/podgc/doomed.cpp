#include "controllers/podgc/doomed.hpp"
#include <algorithm>
#include <iterator>
#include <tuple>

namespace controllers::podgc {
namespace {

constexpr const char* out_of_service_taint = "node.kubernetes.io/out-of-service";

template <class Predicate>
std::vector<PodPtr> only(const std::vector<PodPtr>& pods, Predicate predicate) {
  std::vector<PodPtr> out;
  std::copy_if(pods.begin(), pods.end(), std::back_inserter(out), predicate);
  return out;
}

bool is_evicted(const Pod& pod) noexcept {
  return pod.status.phase == "Failed" && pod.status.reason == "Evicted";
}

auto rank(const Pod& pod) {
  const auto created =
      pod.metadata.creation_timestamp ? pod.metadata.creation_timestamp->at : base::SystemTime{};
  return std::tuple(!is_evicted(pod), created, pod.metadata.namespace_, pod.metadata.name);
}

bool is_ready(const Node& node) noexcept {
  return std::any_of(node.status.conditions.begin(), node.status.conditions.end(),
                     [](const auto& c) { return c.type == "Ready" && c.status == "True"; });
}

bool is_out_of_service(const Node& node) noexcept {
  return std::any_of(node.spec.taints.begin(), node.spec.taints.end(),
                     [](const auto& t) { return t.key == out_of_service_taint; });
}

}  // namespace

std::vector<PodPtr> surplus_finished(const std::vector<PodPtr>& pods, int threshold) {
  if (threshold <= 0) return {};
  auto finished = only(pods, [](const PodPtr& p) { return workload::is_finished(*p); });
  const auto allowed = static_cast<std::size_t>(threshold);
  if (finished.size() <= allowed) return {};
  std::sort(finished.begin(), finished.end(),
            [](const PodPtr& a, const PodPtr& b) { return rank(*a) < rank(*b); });
  finished.resize(finished.size() - allowed);
  return finished;
}

std::vector<PodPtr> unscheduled_terminating(const std::vector<PodPtr>& pods) {
  return only(pods,
              [](const PodPtr& p) { return p->metadata.deletion_timestamp && p->spec.node_name.empty(); });
}

std::vector<PodPtr> out_of_service_terminating(
    const std::vector<PodPtr>& pods, const std::function<const Node*(const std::string&)>& node_of) {
  return only(pods, [&](const PodPtr& p) {
    if (!p->metadata.deletion_timestamp || p->spec.node_name.empty()) return false;
    const auto* node = node_of(p->spec.node_name);
    return node && !is_ready(*node) && is_out_of_service(*node);
  });
}

std::set<std::string> Quarantine::observe(const std::vector<PodPtr>& pods,
                                          const std::function<const Node*(const std::string&)>& node_of,
                                          base::SystemTime now) {
  std::map<std::string, base::SystemTime> missing;
  std::set<std::string> due;
  for (const auto& pod : pods) {
    const auto& name = pod->spec.node_name;
    if (name.empty() || missing.contains(name) || node_of(name)) continue;
    const auto before = missing_since_.find(name);
    const auto since = before == missing_since_.end() ? now : before->second;
    missing.emplace(name, since);
    if (now - since >= time) due.insert(name);
  }
  missing_since_ = std::move(missing);
  return due;
}

}  // namespace controllers::podgc
