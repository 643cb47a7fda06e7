#include <map>
#include "api/names.hpp"
#include "api/quantity.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/resources.hpp"

namespace apiserver::kinds::pod {
namespace {

using Totals = std::map<std::string, api::Quantity>;

bool is_pod_resource(std::string_view name) {
  return name == "cpu" || name == "memory" || is_hugepages(name);
}

void add(Totals& totals, const Part& c) {
  c.part("resources").each_entry("requests", [&](std::string_view name, std::string_view text, const Path&) {
    if (const auto q = api::Quantity::parse(text)) totals[std::string(name)] += *q;
  });
}

void raise(Totals& totals, const Totals& other) {
  for (const auto& [name, q] : other)
    if (!totals.contains(name) || totals[name] < q) totals[name] = q;
}

/// What the pod needs at its fullest: its containers and sidecars, or one init container beside the sidecars
/// started before it. Source: the API reference, "Resource sharing within containers".
Totals container_requests(const Part& spec) {
  Totals sidecars, at_start;
  spec.each("initContainers", [&](const Part& c) {
    if (c.text("restartPolicy") == "Always") {
      add(sidecars, c);
      return raise(at_start, sidecars);
    }
    Totals now = sidecars;
    add(now, c);
    raise(at_start, now);
  });
  Totals running = sidecars;
  spec.each("containers", [&](const Part& c) { add(running, c); });
  raise(running, at_start);
  return running;
}

void check_names(const Part& resources, std::string_view list) {
  resources.each_entry(list, [&](std::string_view name, std::string_view quantity, const Path& path) {
    if (!is_pod_resource(name))
      resources.errors.not_supported(path, json::value(name), {"cpu", "hugepages-", "memory"});
    check_resource_quantity(name, json::value(quantity), path, resources.errors);
  });
}

void check_against_containers(const Part& spec, const Part& resources) {
  for (const auto& [name, needed] : container_requests(spec)) {
    const auto text = api::get_string(resources.value, {"requests", name});
    const auto own = api::Quantity::parse(text.empty() ? "0" : text);
    if (is_pod_resource(name) && own && needed > *own)
      resources.errors.invalid(
          resources.at("requests").key(name), json::value(own->text()),
          "must be greater than or equal to aggregate container requests of " + needed.text());
  }
  std::size_t i = 0;
  spec.each("containers", [&](const Part& c) {
    const Path path = resources.at("containers").index(i++);
    c.part("resources").each_entry("limits", [&](std::string_view name, std::string_view text, const Path&) {
      const auto pod_text = api::get_string(resources.value, {"limits", name});
      const auto own = api::Quantity::parse(text), of_pod = api::Quantity::parse(pod_text);
      if (!pod_text.empty() && own && of_pod && *own > *of_pod)
        c.errors.invalid(path.key(name).child("limits"), json::value(own->text()),
                         "must be less than or equal to pod limits of " + of_pod->text());
    });
  });
}

}  // namespace

void validate_pod_resources(const Part& spec) {
  if (!spec.object("resources")) return;
  const Part resources = spec.part("resources");
  resources.forbid("claims", "claims cannot be set for Resources at pod-level");
  check_names(resources, "limits");
  check_names(resources, "requests");
  resources.each_entry("requests", [&](std::string_view name, std::string_view text, const Path&) {
    const auto limit_text = api::get_string(resources.value, {"limits", name});
    const auto request = api::Quantity::parse(text), limit = api::Quantity::parse(limit_text);
    if (!limit_text.empty() && request && limit && *request > *limit)
      resources.errors.invalid(
          resources.at("requests"), json::value(request->text()),
          "must be less than or equal to " + std::string(name) + " limit of " + limit->text());
  });
  check_against_containers(spec, resources);
}

}  // namespace apiserver::kinds::pod
