#include "apiserver/kinds/autoscaling_rules.hpp"
#include "apiserver/kinds/groups.hpp"

namespace apiserver::kinds {
namespace {

/// The stored form is v2; autoscaling/v1 is a view of it that the registry converts.
void default_hpa(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  api::set_default(spec, {"minReplicas"}, 1);
  default_behavior(o);
  if (spec.contains("metrics") || spec.contains("targetCPUUtilizationPercentage")) return;
  // Without metrics: 80 % of the requested CPU. Source: API reference, HorizontalPodAutoscalerSpec.metrics.
  spec["metrics"] = json::array{Object{
      {"type", "Resource"},
      {"resource",
       Object{{"name", "cpu"}, {"target", Object{{"type", "Utilization"}, {"averageUtilization", 80}}}}}}};
}

std::string current_of(const Object& o, std::string_view resource) {
  std::string found = "<unknown>";
  if (const auto* status = api::get_object(o, {"status"}))
    each(*status, "currentMetrics", Path(), [&](const Object& m, const Path&) {
      const auto percent = api::get_int(m, {"resource", "current", "averageUtilization"});
      if (api::get_string(m, {"resource", "name"}) == resource && percent)
        found = std::to_string(*percent) + "%";
    });
  return found;
}

std::string targets_cell(const Object& o) {
  std::vector<std::string> parts;
  if (const auto* spec = api::get_object(o, {"spec"}))
    each(*spec, "metrics", Path(), [&](const Object& m, const Path&) {
      const auto name = at(m, {"resource", "name"});
      const auto percent = api::get_int(m, {"resource", "target", "averageUtilization"});
      parts.push_back(percent ? name + ": " + current_of(o, name) + "/" + std::to_string(*percent) + "%"
                              : at(m, {"type"}) + ": <unknown>");
    });
  std::string cell;
  for (const auto& p : parts)
    cell += cell.empty() ? p : ", " + p;
  return or_none(cell);
}

const Column hpa_columns[] = {
    {"Name", "string", "name"}, {"Reference"}, {"Targets"}, {"MinPods"}, {"MaxPods"}, {"Replicas"}, {"Age"}};

json::array hpa_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)),
          text(at(o, {"spec", "scaleTargetRef", "kind"}) + "/" + at(o, {"spec", "scaleTargetRef", "name"})),
          text(targets_cell(o)),
          text(std::to_string(number(o, {"spec", "minReplicas"}, 1))),
          text(std::to_string(number(o, {"spec", "maxReplicas"}))),
          number(o, {"status", "currentReplicas"}),
          text(age(o, now))};
}

const KindRecord records[] = {
    {.group = "autoscaling",
     .resource = "horizontalpodautoscalers",
     .defaults = default_hpa,
     .validate = validate_autoscaler,
     .table = {hpa_columns, hpa_cells}},
};

const Column scale_columns[] = {
    {"Name", "string", "name"}, {"Desired", "integer"}, {"Available", "integer"}, {"Age"}};

json::array scale_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)), number(o, {"spec", "replicas"}), number(o, {"status", "replicas"}),
          text(age(o, now))};
}

const KindRecord scale{.group = "autoscaling", .table = {scale_columns, scale_cells}};

}  // namespace

std::span<const KindRecord> autoscaling_records() {
  return records;
}

const KindRecord& scale_record() noexcept {
  return scale;
}

}  // namespace apiserver::kinds
