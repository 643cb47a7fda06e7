#include "apiserver/kinds/pod_printer.hpp"

namespace apiserver::kinds {
namespace {

struct Summary {
  std::string reason;
  std::size_t total = 0, ready = 0;
  std::int64_t restarts = 0;
  std::string last_restart;  ///< RFC 3339: the texts of one format compare like the times.
  bool initializing = false;
  bool running = false;
};

std::size_t count(const Object& o, std::string_view list) {
  const auto* a = api::get_array(o, {"spec", list});
  return a ? a->size() : 0;
}

void add_restarts(const Object& container, Summary& s) {
  s.restarts += api::get_int(container, {"restartCount"}).value_or(0);
  const auto finished = api::get_string(container, {"lastState", "terminated", "finishedAt"});
  if (finished > s.last_restart) s.last_restart = finished;
}

std::string terminated_reason(const Object& terminated) {
  const auto reason = api::get_string(terminated, {"reason"});
  if (!reason.empty()) return std::string(reason);
  if (const auto signal = api::get_int(terminated, {"signal"}); signal.value_or(0) != 0)
    return "Signal:" + std::to_string(*signal);
  return "ExitCode:" + std::to_string(api::get_int(terminated, {"exitCode"}).value_or(0));
}

bool restartable_init(const Object& pod, std::string_view name) {
  bool found = false;
  if (const auto* spec = api::get_object(pod, {"spec"}))
    each(*spec, "initContainers", Path(), [&](const Object& c, const Path&) {
      if (api::get_string(c, {"name"}) == name) found = api::get_string(c, {"restartPolicy"}) == "Always";
    });
  return found;
}

/// The first init container that is not done decides the reason.
void summarize_init(const Object& pod, const Object& status, Summary& s) {
  std::size_t i = 0;
  const auto total = count(pod, "initContainers");
  each(status, "initContainerStatuses", Path(), [&](const Object& c, const Path&) {
    const auto position = i++;
    const bool sidecar = restartable_init(pod, api::get_string(c, {"name"}));
    if (sidecar) {
      ++s.total;
      if (api::get_bool(c, {"started"}) && api::get_bool(c, {"ready"})) ++s.ready;
    }
    if (s.initializing) return;
    add_restarts(c, s);
    const auto* terminated = api::get_object(c, {"state", "terminated"});
    if (terminated && api::get_int(*terminated, {"exitCode"}).value_or(0) == 0) return;
    if (sidecar && api::get_bool(c, {"started"})) return;
    const auto waiting = api::get_string(c, {"state", "waiting", "reason"});
    if (terminated)
      s.reason = "Init:" + terminated_reason(*terminated);
    else if (!waiting.empty() && waiting != "PodInitializing")
      s.reason = "Init:" + std::string(waiting);
    else
      s.reason = "Init:" + std::to_string(position) + "/" + std::to_string(total);
    s.initializing = true;
  });
}

void summarize_containers(const Object& status, Summary& s) {
  const auto* list = api::get_array(status, {"containerStatuses"});
  if (!list) return;
  s.restarts = 0;
  s.last_restart.clear();
  for (auto it = list->rbegin(); it != list->rend(); ++it) {
    if (!it->is_object()) continue;
    const auto& c = it->get_object();
    add_restarts(c, s);
    const auto waiting = api::get_string(c, {"state", "waiting", "reason"});
    if (!waiting.empty())
      s.reason = waiting;
    else if (const auto* t = api::get_object(c, {"state", "terminated"}))
      s.reason = terminated_reason(*t);
    else if (api::get_bool(c, {"ready"}) && api::get_object(c, {"state", "running"})) {
      s.running = true;
      ++s.ready;
    }
  }
}

bool has_condition(const Object& status, std::string_view type, std::string_view wanted,
                   std::string_view reason = {}) {
  bool found = false;
  each(status, "conditions", Path(), [&](const Object& c, const Path&) {
    if (api::get_string(c, {"type"}) == type && api::get_string(c, {"status"}) == wanted &&
        (reason.empty() || api::get_string(c, {"reason"}) == reason))
      found = true;
  });
  return found;
}

Summary summarize(const Object& pod) {
  static const Object none;
  const auto* status = api::get_object(pod, {"status"});
  if (!status) status = &none;
  Summary s;
  s.total = count(pod, "containers");
  const auto reason = api::get_string(*status, {"reason"});
  s.reason = reason.empty() ? api::get_string(*status, {"phase"}) : reason;
  if (has_condition(*status, "PodScheduled", "False", "SchedulingGated")) s.reason = "SchedulingGated";
  summarize_init(pod, *status, s);
  if (!s.initializing || has_condition(*status, "Initialized", "True")) {
    summarize_containers(*status, s);
    if (s.reason == "Completed" && s.running)
      s.reason = has_condition(*status, "Ready", "True") ? "Running" : "NotReady";
  }
  if (api::is_deleting(pod)) {
    const auto phase = api::get_string(*status, {"phase"});
    if (reason == "NodeLost")
      s.reason = "Unknown";
    else if (phase != "Failed" && phase != "Succeeded")
      s.reason = "Terminating";
  }
  return s;
}

std::string restarts_cell(const Summary& s, base::SystemTime now) {
  std::string text = std::to_string(s.restarts);
  if (s.restarts != 0 && !s.last_restart.empty()) text += " (" + since(s.last_restart, now) + " ago)";
  return text;
}

std::string gates_cell(const Object& pod) {
  const auto* gates = api::get_array(pod, {"spec", "readinessGates"});
  if (!gates || gates->empty()) return "<none>";
  static const Object none;
  const auto* status = api::get_object(pod, {"status"});
  std::size_t met = 0;
  for (const auto& g : *gates)
    if (g.is_object() &&
        has_condition(status ? *status : none, api::get_string(g.get_object(), {"conditionType"}), "True"))
      ++met;
  return std::to_string(met) + "/" + std::to_string(gates->size());
}

}  // namespace

json::array pod_cells(const Object& pod, base::SystemTime now) {
  const Summary s = summarize(pod);
  return {json::string(name_cell(pod)),
          json::string(std::to_string(s.ready) + "/" + std::to_string(s.total)),
          json::string(s.reason),
          json::string(restarts_cell(s, now)),
          json::string(age(pod, now)),
          json::string(or_none(api::get_string(pod, {"status", "podIP"}))),
          json::string(or_none(api::get_string(pod, {"spec", "nodeName"}))),
          json::string(or_none(api::get_string(pod, {"status", "nominatedNodeName"}))),
          json::string(gates_cell(pod))};
}

}  // namespace apiserver::kinds
