#include "apiserver/kinds/autoscaling_rules.hpp"
#include "api/names.hpp"
#include "api/quantity.hpp"

namespace apiserver::kinds {
namespace {

void check_reference(const Part& ref) {
  for (auto member : {"kind", "name"})
    if (ref.require(member)) ref.syntax(member, api::names::path_segment);
}

void check_target(const Part& target) {
  if (!target.require("type", "must specify a metric target type")) return;
  if (!contains({"Utilization", "Value", "AverageValue"}, target.text("type")))
    target.invalid("type", "must be either Utilization, Value, or AverageValue");
  for (auto member : {"value", "averageValue"}) {
    const auto q = api::Quantity::parse(target.text(member));
    if (!target.text(member).empty() && q && q->sign() <= 0) target.invalid(member, "must be positive");
  }
  const auto percent = target.number("averageUtilization");
  if (percent && *percent < 1) target.invalid("averageUtilization", "must be greater than 0");
}

void check_metric_name(const Part& metric) {
  if (metric.require("name", "must specify a metric name")) metric.syntax("name", api::names::path_segment);
  check_selector(metric, "selector");
}

void check_resource_metric(const Part& source) {
  source.require("name", "must specify a resource name");
  const Part target = source.part("target");
  check_target(target);
  const bool percent = target.has("averageUtilization"), value = target.has("averageValue");
  if (!percent && !value)
    source.errors.required(target.at("averageUtilization"),
                           "must set either a target raw value or a target utilization");
  if (percent && value)
    target.forbid("averageValue", "may not set both a target raw value and a target utilization");
}

void check_value_metric(std::string_view kind, const Part& source) {
  if (kind == "object") check_reference(source.part("describedObject"));
  check_metric_name(source.part("metric"));
  const Part target = source.part("target");
  check_target(target);
  const bool value = target.has("value"), average = target.has("averageValue");
  if (kind == "pods") {
    if (!average)
      source.errors.required(target.at("averageValue"), "must specify a positive target averageValue");
    return;
  }
  if (!value && !average)
    source.errors.required(target.at("averageValue"),
                           kind == "object"
                               ? "must set either a target value or averageValue"
                               : "must set either a target value for metric or a per-pod target");
  if (kind == "external" && value && average)
    target.forbid("value", "may not set both a target value for metric and a per-pod target");
}

std::string member_of(std::string_view type) {
  std::string member(type);
  if (!member.empty()) member[0] = static_cast<char>(std::tolower(member[0]));
  return member;
}

void check_metric(const Part& metric) {
  constexpr std::string_view kinds[] = {"object", "pods", "resource", "containerResource", "external"};
  const auto type = metric.text("type");
  if (!metric.require("type", "must specify a metric source type")) return;
  if (!metric.one_of_if_set("type", {"ContainerResource", "External", "Object", "Pods", "Resource"})) return;
  const auto wanted = member_of(type);
  if (!metric.object(wanted))
    metric.errors.required(metric.at(wanted), "must populate information for the given metric source");
  for (auto kind : kinds) {
    if (!metric.object(kind)) continue;
    if (kind != wanted) {
      metric.forbid(kind, "must populate the given metric source only");
    } else if (kind == "resource" || kind == "containerResource") {
      if (kind == "containerResource") metric.part(kind).require("container", "must specify a container");
      check_resource_metric(metric.part(kind));
    } else {
      check_value_metric(kind, metric.part(kind));
    }
  }
}

void check_scaling_rules(const Part& rules) {
  constexpr std::int64_t window_max = 3600, period_max = 1800;
  const auto window = rules.number("stabilizationWindowSeconds");
  if (window && *window < 0)
    rules.invalid("stabilizationWindowSeconds", "must be greater than or equal to zero");
  if (window && *window > window_max)
    rules.invalid("stabilizationWindowSeconds", "must be less than or equal to 3600");
  rules.one_of_if_set("selectPolicy", {"Disabled", "Max", "Min"});
  rules.require("policies", "must specify at least one Policy");
  rules.each("policies", [&](const Part& policy) {
    policy.one_of_if_set("type", {"Percent", "Pods"});
    policy.positive("value");
    policy.positive("periodSeconds");
    if (policy.number("periodSeconds").value_or(0) > period_max)
      policy.invalid("periodSeconds", "must be less than or equal to 1800");
  });
}

bool scales_without_pods(const Part& spec) {
  bool found = false;
  spec.each("metrics", [&](const Part& m) {
    found = found || m.text("type") == "Object" || m.text("type") == "External";
  });
  return found;
}

}  // namespace

void validate_autoscaler(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  const auto min = spec.number("minReplicas").value_or(1), max = spec.number("maxReplicas").value_or(0);
  if (min < 1) errors.invalid(spec.at("minReplicas"), min, "must be greater than or equal to 1");
  if (max < 1) errors.invalid(spec.at("maxReplicas"), max, "must be greater than 0");
  if (max < min)
    errors.invalid(spec.at("maxReplicas"), max, "must be greater than or equal to `minReplicas`");
  check_reference(spec.part("scaleTargetRef"));
  spec.each("metrics", check_metric);
  if (min == 0 && !scales_without_pods(spec))
    errors.forbidden(
        spec.at("metrics"),
        "must specify at least one Object or External metric to support scaling to zero replicas");
  for (auto direction : {"scaleUp", "scaleDown"})
    spec.part("behavior").with(direction, check_scaling_rules);
}

void default_behavior(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  if (!api::get_object(spec, {"behavior"})) return;
  auto& behavior = api::ensure_object(spec, {"behavior"});
  const json::value percent = Object{{"type", "Percent"}, {"value", 100}, {"periodSeconds", 15}};
  const json::value pods = Object{{"type", "Pods"}, {"value", 4}, {"periodSeconds", 15}};
  auto& up = api::ensure_object(behavior, {"scaleUp"});
  api::set_default(up, {"stabilizationWindowSeconds"}, 0);
  api::set_default(up, {"selectPolicy"}, "Max");
  api::set_default(up, {"policies"}, json::array{pods, percent});
  auto& down = api::ensure_object(behavior, {"scaleDown"});
  api::set_default(down, {"selectPolicy"}, "Max");
  api::set_default(down, {"policies"}, json::array{percent});
}

}  // namespace apiserver::kinds
