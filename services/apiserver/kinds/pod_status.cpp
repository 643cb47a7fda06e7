#include "api/names.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/pod_spec.hpp"

namespace apiserver::kinds {
namespace {

/// Whether the container itself says that it may start again.
bool restarts(const Object& pod, std::string_view list, std::string_view name) {
  bool again = false;
  if (const auto* spec = api::get_object(pod, {"spec"}))
    each(*spec, list, Path(), [&](const Object& c, const Path&) {
      const auto own = api::get_string(c, {"restartPolicy"});
      if (api::get_string(c, {"name"}) == name)
        again = own == "Always" || own == "OnFailure" || api::get_array(c, {"restartPolicyRules"});
    });
  return again;
}

/// A container that is over stays so, unless something starts it again.
void check_transitions(const Part& status, const Part& old, const Object& pod, std::string_view list,
                       std::string_view restart_policy) {
  if (restart_policy == "Always") return;
  std::size_t i = 0;
  old.each(list, [&](const Part& before) {
    const Path path = status.at(list).index(i++);
    const auto* over = api::get_object(before.value, {"state", "terminated"});
    if (!over) return;
    const auto name = before.text("name");
    if (number(*over, {"exitCode"}) != 0 && restart_policy == "OnFailure") return;
    if (restarts(pod, list == "initContainerStatuses" ? "initContainers" : "containers", name)) return;
    status.each(list, [&](const Part& now) {
      if (now.text("name") == name && !api::get_object(now.value, {"state", "terminated"}))
        status.errors.forbidden(path.child("state"), "may not be transitioned to non-terminated state");
    });
  });
}

void check_ips(const Part& status, std::string_view list) {
  std::size_t v4 = 0, v6 = 0;
  status.each(list, [&](const Part& entry) {
    check_ip(entry.text("ip"), entry.path, entry.errors);
    (is_ipv6(entry.text("ip")) ? v6 : v4) += 1;
  });
  if (v4 > 1 || v6 > 1) status.invalid(list, "may specify no more than one IP for each IP family");
  std::set<std::string> seen;
  if (v4 + v6 > 1)
    status.each(list, [&](const Part& entry) {
      if (!seen.emplace(entry.text("ip")).second) entry.errors.duplicate(entry.path, entry.value);
    });
}

void check_conditions(const Part& status) {
  status.each("conditions", [](const Part& c) {
    const auto type = c.text("type");
    if (contains({"PodScheduled", "Ready", "Initialized"}, type)) return;
    // The path is upstream's: below metadata.
    const Path path("metadata" + c.path.text().substr(std::string_view("status").size()));
    check_name(type, path.child("Type"), api::names::qualified_name, c.errors);
  });
}

}  // namespace

void validate_pod_status(const Object& pod, const Object& old_pod, Errors& errors) {
  const Part status = whole(pod, errors).part("status"), old = whole(old_pod, errors).part("status");
  check_conditions(status);
  if (status.text("nominatedNodeName") != old.text("nominatedNodeName"))
    status.syntax("nominatedNodeName", api::names::dns1123_subdomain);
  if (status.text("qosClass") != old.text("qosClass")) status.invalid("qosClass", "field is immutable");
  const auto policy = api::get_string(old_pod, {"spec", "restartPolicy"});
  check_transitions(status, old, old_pod, "containerStatuses", policy);
  check_transitions(status, old, old_pod, "initContainerStatuses", policy);
  check_transitions(status, old, old_pod, "ephemeralContainerStatuses", "Never");
  check_ips(status, "podIPs");
  if (const auto* ips = status.list("hostIPs"); ips && !ips->empty() && (*ips)[0].is_object()) {
    const auto first = api::get_string((*ips)[0].get_object(), {"ip"});
    if (first != status.text("hostIP"))
      errors.invalid(status.at("hostIPs").index(0).child("ip"), json::value(first),
                     "must be equal to `hostIP`");
    check_ips(status, "hostIPs");
  }
}

}  // namespace apiserver::kinds
