#include "scheduler/service/preemptor.hpp"
#include <boost/json.hpp>
#include "base/log.hpp"

namespace scheduler {

namespace {

using api::core::v1::Pod;

boost::json::value disruption_condition(const std::string& component) {
  boost::json::object condition{
      {"type", "DisruptionTarget"}, {"status", "True"}, {"reason", "PreemptionByScheduler"}};
  condition["message"] = component + ": preempting to accommodate a higher priority pod";
  condition["lastTransitionTime"] = base::format_rfc3339(base::Clock::real().now());
  boost::json::array conditions;
  conditions.push_back(std::move(condition));
  boost::json::object status, patch;
  status["conditions"] = std::move(conditions);
  patch["status"] = std::move(status);
  return patch;
}

base::Awaitable<base::Result<void>> evict_one(std::shared_ptr<client::RestClient> rest, std::string component,
                                              PodInfoPtr victim) {
  const auto& metadata = victim->pod->metadata;
  std::string ns = metadata.namespace_, name = metadata.name, subresource = "status";
  auto patch = disruption_condition(component);
  auto marked = co_await rest->patch<Pod>(std::move(ns), std::move(name), client::PatchType::strategic,
                                          std::move(patch), std::move(subresource));
  if (!marked) co_return marked.error();
  ns = metadata.namespace_;
  name = metadata.name;
  client::DeleteOptions options;
  options.precondition_uid = metadata.uid;
  co_return co_await rest->remove<Pod>(std::move(ns), std::move(name), std::move(options));
}

}  // namespace

std::vector<DisruptionAllowance> allowances_of(
    const client::Store<api::policy::v1::PodDisruptionBudget>& budgets) {
  std::vector<DisruptionAllowance> out;
  for (const auto& b : budgets.list()) {
    if (!b->spec.selector) continue;
    const auto json = api::to_json(*b->spec.selector);
    auto selector = api::LabelSelector::from_json(json.as_object());
    if (!selector || selector->empty()) continue;
    DisruptionAllowance a;
    a.ns = b->metadata.namespace_;
    a.selector = std::move(*selector);
    a.allowed = b->status.disruptions_allowed;
    for (const auto& [name, when] : b->status.disrupted_pods)
      a.disrupted.insert(name);
    out.push_back(std::move(a));
  }
  return out;
}

base::Awaitable<void> evict(std::shared_ptr<client::RestClient> rest, client::EventRecorder& events,
                            std::string component, PodInfoPtr preemptor, std::string node,
                            std::vector<PodInfoPtr> victims) {
  for (const auto& v : victims) {
    if (v->pod->metadata.deletion_timestamp) continue;
    auto gone = co_await evict_one(rest, component, v);
    if (gone) {
      events.event(client::reference_to(*v->pod), "Normal", "Preempted",
                   "Preempted by pod " + preemptor->uid() + " on node " + node);
    } else if (!gone.error().is(base::Errc::not_found)) {
      base::log::warning("a victim of preemption was not deleted",
                         {{"pod", v->key()}, {"error", gone.error()}});
    }
  }
}

}  // namespace scheduler
