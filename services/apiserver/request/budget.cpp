#include "apiserver/request/budget.hpp"
#include "api/selector.hpp"

namespace apiserver::request {
namespace {

using api::Object;
using api::StatusError;
using api::StatusOr;
/// As upstream: more than that the disruption controller has not yet seen.
constexpr std::size_t unseen_disruptions_max = 2000;
constexpr int come_again_seconds = 10;

StatusError would_violate(std::string why, std::optional<int> retry_seconds) {
  auto error =
      StatusError::too_many_requests("Cannot evict pod as it would violate the pod's disruption budget.", 0);
  error.retry_after_seconds = retry_seconds;
  error.causes.push_back({"DisruptionBudget", std::move(why), ""});
  return error;
}

std::int64_t status_number(const Object& budget, std::string_view member) {
  return api::get_int(budget, {"status", member}).value_or(0);
}

bool is_ready(const Object& pod) {
  const auto* conditions = api::get_array(pod, {"status", "conditions"});
  if (!conditions) return false;
  for (const auto& c : *conditions)
    if (c.is_object() && api::get_string(c.get_object(), {"type"}) == "Ready")
      return api::get_string(c.get_object(), {"status"}) == "True";
  return false;
}

}  // namespace

bool ignores_budgets(const Object& pod) {
  const auto phase = api::get_string(pod, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed" || phase == "Pending" || api::is_deleting(pod);
}

std::vector<SharedObject> budgets_of(const Object& pod, const std::vector<SharedObject>& budgets) {
  std::vector<SharedObject> out;
  for (const auto& budget : budgets) {
    // Without a selector it selects nothing, with an empty one every pod of its namespace.
    const auto* json = api::get_object(*budget, {"spec", "selector"});
    const auto selector = json ? api::LabelSelector::from_json(*json) : api::LabelSelector::nothing();
    if (selector && selector->matches(api::labels_of(pod))) out.push_back(budget);
  }
  return out;
}

bool lets_unhealthy_go(const Object& budget, const Object& pod) {
  if (is_ready(pod)) return false;
  if (api::get_string(budget, {"spec", "unhealthyPodEvictionPolicy"}) == "AlwaysAllow") return true;
  const auto desired = status_number(budget, "desiredHealthy");
  return desired > 0 && status_number(budget, "currentHealthy") >= desired;
}

StatusOr<Object> spend(Object budget, const Object& pod, base::SystemTime now) {
  const std::string name(api::name_of(budget));
  if (status_number(budget, "observedGeneration") <
      api::get_int(budget, {"metadata", "generation"}).value_or(0))
    return would_violate("The disruption budget " + name + " is still being processed by the server.",
                         come_again_seconds);
  const api::GroupResource resource{"policy", "poddisruptionbudgets"};
  const auto* unseen = api::get_object(budget, {"status", "disruptedPods"});
  if (unseen && unseen->size() > unseen_disruptions_max)
    return StatusError::forbidden(resource, name,
                                  "DisruptedPods map too big - too many evictions not "
                                  "confirmed by PDB controller");
  const auto allowed = status_number(budget, "disruptionsAllowed");
  if (allowed < 0) return StatusError::forbidden(resource, name, "pdb disruptions allowed is negative");
  if (allowed == 0)
    return would_violate("The disruption budget " + name + " needs " +
                             std::to_string(status_number(budget, "desiredHealthy")) +
                             " healthy pods and has " +
                             std::to_string(status_number(budget, "currentHealthy")) + " currently",
                         std::nullopt);
  auto& status = api::ensure_object(budget, {"status"});
  status["disruptionsAllowed"] = allowed - 1;
  // The controller counts the pod as gone until it sees it go.
  api::ensure_object(status, {"disruptedPods"})[api::name_of(pod)] = base::format_rfc3339(now);
  return budget;
}

}  // namespace apiserver::request
