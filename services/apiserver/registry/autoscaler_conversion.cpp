#include "apiserver/registry/autoscaler_conversion.hpp"
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <span>

namespace apiserver::registry {
namespace {

namespace json = boost::json;
using api::Object;

constexpr std::string_view metrics_note = "autoscaling.alpha.kubernetes.io/metrics";
constexpr std::string_view current_note = "autoscaling.alpha.kubernetes.io/current-metrics";
constexpr std::string_view conditions_note = "autoscaling.alpha.kubernetes.io/conditions";
constexpr std::string_view behavior_note = "autoscaling.alpha.kubernetes.io/behavior";

/// Where a member of a metric is in v1 and in v2.
struct Move {
  std::string_view source, v1;
  std::initializer_list<std::string_view> v2;
};

const Move spec_moves[] = {
    {"resource", "targetAverageUtilization", {"target", "averageUtilization"}},
    {"resource", "targetAverageValue", {"target", "averageValue"}},
    {"containerResource", "targetAverageUtilization", {"target", "averageUtilization"}},
    {"containerResource", "targetAverageValue", {"target", "averageValue"}},
    {"pods", "metricName", {"metric", "name"}},
    {"pods", "selector", {"metric", "selector"}},
    {"pods", "targetAverageValue", {"target", "averageValue"}},
    {"object", "target", {"describedObject"}},
    {"object", "metricName", {"metric", "name"}},
    {"object", "selector", {"metric", "selector"}},
    {"object", "targetValue", {"target", "value"}},
    {"object", "averageValue", {"target", "averageValue"}},
    {"external", "metricName", {"metric", "name"}},
    {"external", "metricSelector", {"metric", "selector"}},
    {"external", "targetValue", {"target", "value"}},
    {"external", "targetAverageValue", {"target", "averageValue"}},
};

const Move status_moves[] = {
    {"resource", "currentAverageUtilization", {"current", "averageUtilization"}},
    {"resource", "currentAverageValue", {"current", "averageValue"}},
    {"containerResource", "currentAverageUtilization", {"current", "averageUtilization"}},
    {"containerResource", "currentAverageValue", {"current", "averageValue"}},
    {"pods", "metricName", {"metric", "name"}},
    {"pods", "selector", {"metric", "selector"}},
    {"pods", "currentAverageValue", {"current", "averageValue"}},
    {"object", "target", {"describedObject"}},
    {"object", "metricName", {"metric", "name"}},
    {"object", "selector", {"metric", "selector"}},
    {"object", "currentValue", {"current", "value"}},
    {"object", "averageValue", {"current", "averageValue"}},
    {"external", "metricName", {"metric", "name"}},
    {"external", "metricSelector", {"metric", "selector"}},
    {"external", "currentValue", {"current", "value"}},
    {"external", "currentAverageValue", {"current", "averageValue"}},
};

Object metric_to_v1(const Object& metric, std::span<const Move> moves) {
  Object out{{"type", api::get_string(metric, {"type"})}};
  for (const char* source : {"resource", "containerResource", "pods", "object", "external"}) {
    const auto* from = api::get_object(metric, {source});
    if (!from) continue;
    Object to;
    for (const char* kept : {"name", "container"})
      if (const auto* v = from->if_contains(kept)) to[kept] = *v;
    for (const auto& m : moves)
      if (m.source == source)
        if (const auto* v = api::get(*from, m.v2)) to[m.v1] = *v;
    out[source] = std::move(to);
  }
  return out;
}

/// The target's type is what is given: v1 does not name it.
void name_target(Object& source) {
  if (auto* target = source.if_contains("target"); target && target->is_object()) {
    auto& t = target->get_object();
    t["type"] = t.contains("averageUtilization") ? "Utilization"
                : t.contains("averageValue")     ? "AverageValue"
                                                 : "Value";
  }
}

Object metric_to_v2(const Object& metric, std::span<const Move> moves) {
  Object out{{"type", api::get_string(metric, {"type"})}};
  for (const char* source : {"resource", "containerResource", "pods", "object", "external"}) {
    const auto* from = api::get_object(metric, {source});
    if (!from) continue;
    Object to;
    for (const char* kept : {"name", "container"})
      if (const auto* v = from->if_contains(kept)) to[kept] = *v;
    for (const auto& m : moves)
      if (m.source == source)
        if (const auto* v = from->if_contains(m.v1)) api::ensure(to, m.v2) = *v;
    name_target(to);
    out[source] = std::move(to);
  }
  return out;
}

/// The annotation's JSON, which then is gone; null when there is none, or none to be read.
json::value take_note(Object& object, std::string_view note) {
  const std::string text(api::get_string(object, {"metadata", "annotations", note}));
  if (text.empty()) return nullptr;
  api::remove(object, {"metadata", "annotations", note});
  if (const auto* rest = api::get_object(object, {"metadata", "annotations"}); rest && rest->empty())
    api::remove(object, {"metadata", "annotations"});
  boost::system::error_code wrong;
  auto value = json::parse(text, wrong);
  return wrong ? json::value() : value;
}

void put_note(Object& object, std::string_view note, const json::value& value) {
  api::ensure_object(object, {"metadata", "annotations"})[note] = json::serialize(value);
}

json::array converted(const json::array& metrics, std::span<const Move> moves, bool to_v2) {
  json::array out;
  for (const auto& m : metrics)
    if (m.is_object())
      out.push_back(to_v2 ? metric_to_v2(m.get_object(), moves) : metric_to_v1(m.get_object(), moves));
  return out;
}

bool is_cpu(const Object& metric, std::string_view of) {
  return api::get_string(metric, {"type"}) == "Resource" &&
         api::get_string(metric, {"resource", "name"}) == "cpu" &&
         api::get_int(metric, {"resource", of, "averageUtilization"});
}

/// Splits the metrics into the CPU's utilization and the others.
json::array others(const json::array& metrics, std::string_view of, json::value& cpu) {
  json::array rest;
  for (const auto& m : metrics) {
    if (m.is_object() && cpu.is_null() && is_cpu(m.get_object(), of))
      cpu = *api::get(m.get_object(), {"resource", of, "averageUtilization"});
    else
      rest.push_back(m);
  }
  return rest;
}

}  // namespace

void autoscaler_to_v2(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  json::array metrics;
  if (const auto target = api::get_int(spec, {"targetCPUUtilizationPercentage"}))
    metrics.push_back(Object{
        {"type", "Resource"},
        {"resource", Object{{"name", "cpu"},
                            {"target", Object{{"type", "Utilization"}, {"averageUtilization", *target}}}}}});
  api::remove(spec, {"targetCPUUtilizationPercentage"});
  if (const auto note = take_note(o, metrics_note); note.is_array())
    for (auto& m : converted(note.get_array(), spec_moves, true))
      metrics.push_back(std::move(m));
  if (!metrics.empty()) spec["metrics"] = std::move(metrics);
  if (auto behavior = take_note(o, behavior_note); behavior.is_object())
    spec["behavior"] = std::move(behavior);
  json::array current;
  if (const auto used = api::get_int(o, {"status", "currentCPUUtilizationPercentage"}))
    current.push_back(Object{
        {"type", "Resource"},
        {"resource", Object{{"name", "cpu"},
                            {"current", Object{{"averageUtilization", *used}, {"averageValue", "0"}}}}}});
  api::remove(o, {"status", "currentCPUUtilizationPercentage"});
  if (const auto note = take_note(o, current_note); note.is_array()) {
    if (!note.get_array().empty()) current.clear();
    for (auto& m : converted(note.get_array(), status_moves, true))
      current.push_back(std::move(m));
  }
  if (!current.empty()) api::ensure_object(o, {"status"})["currentMetrics"] = std::move(current);
  if (auto conditions = take_note(o, conditions_note); conditions.is_array())
    api::ensure_object(o, {"status"})["conditions"] = std::move(conditions);
}

void autoscaler_from_v2(Object& o) {
  json::value cpu, used;
  if (const auto* metrics = api::get_array(o, {"spec", "metrics"})) {
    const auto rest = others(*metrics, "target", cpu);
    if (!rest.empty()) put_note(o, metrics_note, converted(rest, spec_moves, false));
  }
  if (const auto* behavior = api::get(o, "spec", "behavior"))
    put_note(o, behavior_note, json::value(*behavior));
  if (const auto* current = api::get_array(o, {"status", "currentMetrics"})) {
    const json::array all = *current;
    (void)others(all, "current", used);
    if (!all.empty()) put_note(o, current_note, converted(all, status_moves, false));
  }
  if (const auto* conditions = api::get_array(o, {"status", "conditions"});
      conditions && !conditions->empty())
    put_note(o, conditions_note, json::value(*conditions));
  for (const char* member : {"metrics", "behavior"})
    api::remove(o, {"spec", member});
  for (const char* member : {"currentMetrics", "conditions"})
    api::remove(o, {"status", member});
  if (!cpu.is_null()) api::ensure_object(o, {"spec"})["targetCPUUtilizationPercentage"] = cpu;
  if (!used.is_null()) api::ensure_object(o, {"status"})["currentCPUUtilizationPercentage"] = used;
}

}  // namespace apiserver::registry
