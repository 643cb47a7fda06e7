#include "apiserver/kinds/apps_rules.hpp"
#include "api/names.hpp"
#include "api/selector.hpp"
#include "apiserver/kinds/core_rules.hpp"
#include "apiserver/kinds/pod_spec.hpp"

namespace apiserver::kinds {
namespace {

bool is_empty(const Part& spec) {
  const Part selector = spec.part("selector");
  return selector.count("matchLabels") + selector.count("matchExpressions") == 0;
}

/// A selector that is there, right and not empty, and matched by the template.
void check_selector_and_template(const Part& spec, std::string_view kind, std::string_view kind_in_words) {
  const auto* selector = spec.object("selector");
  if (!selector) {
    spec.errors.required(spec.at("selector"));
  } else {
    check_selector(spec, "selector");
    if (is_empty(spec))
      spec.invalid("selector", "empty selector is invalid for " + std::string(kind_in_words));
  }
  validate_workload_template(spec, selector, kind);
}

void check_rolling_deployment(const Part& rolling) {
  check_int_or_percent(rolling, "maxUnavailable", false);
  check_int_or_percent(rolling, "maxSurge", false);
  if (int_or_percent(rolling, "maxUnavailable") == 0 && int_or_percent(rolling, "maxSurge") == 0)
    rolling.invalid("maxUnavailable", "may not be 0 when `maxSurge` is 0");
  if (int_or_percent(rolling, "maxUnavailable") > 100 && !rolling.number("maxUnavailable"))
    rolling.invalid("maxUnavailable", "must not be greater than 100%");
}

void check_deployment_strategy(const Part& spec) {
  const Part strategy = spec.part("strategy");
  const auto type = strategy.text("type");
  if (type == "RollingUpdate") {
    if (!strategy.object("rollingUpdate"))
      return strategy.errors.required(strategy.at("rollingUpdate"),
                                      "this should be defaulted and never be nil");
    return check_rolling_deployment(strategy.part("rollingUpdate"));
  }
  if (type == "Recreate")
    return strategy.forbid("rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
  add_not_supported(strategy.path, strategy.value, {"Recreate", "RollingUpdate"}, spec.errors);
}

void check_rolling_daemonset(const Part& rolling) {
  for (auto member : {"maxUnavailable", "maxSurge"})
    check_int_or_percent(rolling, member, true);
  const bool unavailable = int_or_percent(rolling, "maxUnavailable") != 0;
  const bool surge = int_or_percent(rolling, "maxSurge") != 0;
  if (unavailable && surge) rolling.invalid("maxSurge", "may not be set when maxUnavailable is non-zero");
  if (!unavailable && !surge)
    rolling.errors.required(rolling.at("maxUnavailable"), "cannot be 0 when maxSurge is 0");
}

void check_daemonset_strategy(const Part& strategy) {
  const auto type = strategy.text("type");
  if (type == "OnDelete") return;
  if (type != "RollingUpdate")
    return add_not_supported(strategy.at("type"), json::value(type), {"RollingUpdate", "OnDelete"},
                             strategy.errors);
  if (!strategy.object("rollingUpdate")) return strategy.errors.required(strategy.at("rollingUpdate"));
  check_rolling_daemonset(strategy.part("rollingUpdate"));
}

void check_statefulset_strategy(const Part& spec) {
  const Part strategy = spec.part("updateStrategy");
  const auto type = strategy.text("type");
  if (type.empty()) return spec.errors.required(strategy.path);
  if (type == "OnDelete") {
    if (strategy.has("rollingUpdate"))
      strategy.invalid("rollingUpdate", "only allowed for updateStrategy 'RollingUpdate'");
    return;
  }
  if (type != "RollingUpdate")
    return spec.errors.invalid(strategy.path, strategy.value, "must be 'RollingUpdate' or 'OnDelete'");
  const Part rolling = strategy.part("rollingUpdate");
  rolling.not_negative("partition");
  check_int_or_percent(rolling, "maxUnavailable", true);
  if (rolling.has("maxUnavailable") && int_or_percent(rolling, "maxUnavailable") == 0)
    rolling.invalid("maxUnavailable", "cannot be 0");
}

void check_not_negative(const Part& part, Texts members) {
  for (auto member : members)
    part.not_negative(member);
}

void check_not_above(const Part& status, Texts members, std::string_view most) {
  const auto limit = status.number(most).value_or(0);
  for (auto member : members)
    if (status.number(member).value_or(0) > limit)
      status.invalid(member, "cannot be greater than " + std::string(most == "replicas" ? "status." : "") +
                                 std::string(most));
}

void check_collisions(const Part& status, const Part& old) {
  const auto now = status.number("collisionCount"), before = old.number("collisionCount");
  if (before && now.value_or(0) < *before)
    status.errors.invalid(status.at("collisionCount"), now.value_or(0), "cannot be decremented");
}

}  // namespace

void validate_deployment(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  spec.not_negative("replicas");
  check_selector_and_template(spec, "ReplicaSet", "deployment");
  check_deployment_strategy(spec);
  check_not_negative(spec, {"minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"});
  const auto deadline = spec.number("progressDeadlineSeconds");
  if (deadline && *deadline <= spec.number("minReadySeconds").value_or(0))
    spec.invalid("progressDeadlineSeconds", "must be greater than minReadySeconds");
}

void validate_replicaset(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  check_not_negative(spec, {"replicas", "minReadySeconds"});
  check_selector_and_template(spec, "ReplicaSet", "deployment");
}

void validate_statefulset(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  const auto policy = spec.text("podManagementPolicy");
  if (spec.require("podManagementPolicy") && policy != "OrderedReady" && policy != "Parallel")
    spec.invalid("podManagementPolicy", "must be 'OrderedReady' or 'Parallel'");
  check_statefulset_strategy(spec);
  spec.with("persistentVolumeClaimRetentionPolicy", [](const Part& retention) {
    for (auto member : {"whenDeleted", "whenScaled"})
      if (!contains({"Retain", "Delete"}, retention.text(member)))
        add_not_supported(retention.at(member), json::value(retention.text(member)), {"Retain", "Delete"},
                          retention.errors);
  });
  check_not_negative(spec, {"replicas", "minReadySeconds"});
  spec.part("ordinals").not_negative("start");
  spec.not_negative("revisionHistoryLimit");
  check_selector_and_template(spec, "StatefulSet", "statefulset");
}

void validate_daemonset(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  const auto* selector = spec.object("selector");
  check_selector(spec, "selector");
  if (!selector)
    errors.invalid(spec.at("template").child("metadata").child("labels"),
                   copy(o, {"spec", "template", "metadata", "labels"}),
                   "`selector` does not match template `labels`");
  if (selector && is_empty(spec)) spec.invalid("selector", "empty selector is invalid for daemonset");
  validate_workload_template(spec, selector, "DaemonSet");
  spec.not_negative("minReadySeconds");
  check_daemonset_strategy(spec.part("updateStrategy"));
  spec.not_negative("revisionHistoryLimit");
}

void check_selector_immutable(const Object& o, const Object& old, Errors& errors) {
  check_immutable(o, old, {"spec", "selector"}, errors);
}

void validate_statefulset_update(const Object& o, const Object& old, Errors& errors) {
  Object a = spec_of(o, errors).value, b = spec_of(old, errors).value;
  for (auto free : {"replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
                    "persistentVolumeClaimRetentionPolicy", "minReadySeconds"}) {
    a.erase(free);
    b.erase(free);
  }
  if (!api::deep_equal(a, b))
    errors.forbidden(Path("spec"),
                     "updates to statefulset spec for fields other than 'replicas', 'ordinals', "
                     "'template', 'updateStrategy', 'revisionHistoryLimit', "
                     "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
}

void validate_replica_status(const Object& o, const Object& old, Errors& errors) {
  const Part status = whole(o, errors).part("status");
  check_not_negative(
      status, {"replicas", "fullyLabeledReplicas", "updatedReplicas", "readyReplicas", "availableReplicas",
               "unavailableReplicas", "terminatingReplicas", "observedGeneration", "collisionCount"});
  check_not_above(status, {"fullyLabeledReplicas", "updatedReplicas", "readyReplicas", "availableReplicas"},
                  "replicas");
  check_not_above(status, {"availableReplicas"}, "readyReplicas");
  check_collisions(status, whole(old, errors).part("status"));
}

void validate_statefulset_status(const Object& o, const Object& old, Errors& errors) {
  const Part status = whole(o, errors).part("status");
  check_not_negative(status, {"replicas", "readyReplicas", "currentReplicas", "updatedReplicas",
                              "availableReplicas", "observedGeneration", "collisionCount"});
  check_not_above(status, {"readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"},
                  "replicas");
  if (status.number("availableReplicas").value_or(0) > status.number("readyReplicas").value_or(0))
    status.invalid("availableReplicas", "cannot be greater than status.readyReplicas");
  check_collisions(status, whole(old, errors).part("status"));
}

void validate_daemonset_status(const Object& o, const Object& old, Errors& errors) {
  const Part status = whole(o, errors).part("status");
  check_not_negative(status, {"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled",
                              "numberReady", "observedGeneration", "updatedNumberScheduled",
                              "numberAvailable", "numberUnavailable", "collisionCount"});
  check_collisions(status, whole(old, errors).part("status"));
}

}  // namespace apiserver::kinds
