#include "controllers/workload/disruption.hpp"
#include <boost/json/array.hpp>

namespace controllers::workload {

namespace json = boost::json;

namespace {

json::value of_status(const Pod& pod, json::object status) {
  json::object metadata{{"uid", pod.metadata.uid}};
  return json::object{{"metadata", std::move(metadata)}, {"status", std::move(status)}};
}

}  // namespace

std::optional<json::value> disruption_patch(const Pod& pod, const char* reason, const char* message,
                                            bool failed, base::SystemTime now) {
  const auto* held = find_condition(pod, "DisruptionTarget");
  const bool said = held && held->status == "True" && held->reason == reason && held->message == message;
  failed = failed && !is_finished(pod);
  if (said && !failed) return std::nullopt;
  json::object status;
  if (failed) status["phase"] = "Failed";
  if (!said) {
    json::object c{
        {"type", "DisruptionTarget"}, {"status", "True"}, {"reason", reason}, {"message", message}};
    if (!held || held->status != "True") c["lastTransitionTime"] = base::format_rfc3339(now);
    if (pod.metadata.generation) c["observedGeneration"] = *pod.metadata.generation;
    json::array conditions;
    conditions.push_back(std::move(c));
    status["conditions"] = std::move(conditions);
  }
  return of_status(pod, std::move(status));
}

std::optional<json::value> failed_patch(const Pod& pod) {
  if (is_finished(pod)) return std::nullopt;
  return of_status(pod, json::object{{"phase", "Failed"}});
}

}  // namespace controllers::workload
