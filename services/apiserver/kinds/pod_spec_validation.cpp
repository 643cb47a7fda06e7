#include "api/names.hpp"
#include "api/selector.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/pod_spec.hpp"
#include "apiserver/kinds/pod_windows.hpp"
#include "apiserver/kinds/resources.hpp"

namespace apiserver::kinds {
namespace {

using pod::Context;
using pod::Place;

std::set<std::string> validate_claims(const Part& spec) {
  std::set<std::string> names, all;
  spec.each("resourceClaims", [&](const Part& claim) {
    const auto name = claim.text("name");
    all.emplace(name);
    if (claim.require("name") && check_unique(names, name, claim.at("name"), claim.errors))
      claim.syntax("name", api::names::dns1123_label);
    const bool direct = claim.has("resourceClaimName"), made = claim.has("resourceClaimTemplateName");
    if (direct && made)
      claim.errors.invalid(
          claim.path, claim.value,
          "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
    if (!direct && !made)
      claim.errors.invalid(claim.path, claim.value,
                           "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
    for (auto member : {"resourceClaimName", "resourceClaimTemplateName"})
      if (claim.has(member))
        check_name(claim.text(member), claim.at(member), api::names::dns1123_subdomain, claim.errors);
  });
  all.erase("");
  return all;
}

/// On the host's network a container's port is the host's.
void check_host_network(const Part& spec, bool is_pod) {
  if (!spec.flag("hostNetwork")) return;
  spec.each("containers", [&](const Part& c) {
    c.each("ports", [&](const Part& port) {
      const auto host = port.number("hostPort").value_or(0);
      if ((is_pod || host != 0) && host != port.number("containerPort").value_or(0))
        port.errors.invalid(port.at("hostPort"), host,
                            "must match `containerPort` when `hostNetwork` is true");
    });
  });
}

void check_gates(const Part& spec) {
  spec.each("readinessGates", [](const Part& gate) {
    check_name(gate.text("conditionType"), gate.at("conditionType"), api::names::qualified_name, gate.errors);
  });
  std::set<std::string> seen;
  spec.each("schedulingGates", [&](const Part& gate) {
    check_name(gate.text("name"), gate.path, api::names::qualified_name, gate.errors);
    check_unique(seen, gate.text("name"), gate.path, gate.errors);
  });
}

void check_host_aliases(const Part& spec) {
  spec.each("hostAliases", [](const Part& alias) {
    check_ip(alias.text("ip"), alias.at("ip"), alias.errors);
    alias.each_text("hostnames", [&](std::string_view name, const Path& path) {
      check_name(name, path, api::names::dns1123_subdomain, alias.errors);
    });
  });
}

void check_names(const Part& spec) {
  spec.syntax("serviceAccountName", api::names::dns1123_subdomain);
  spec.syntax("nodeName", api::names::dns1123_subdomain);
  spec.range("activeDeadlineSeconds", 1, 2147483647);
  spec.syntax("hostname", api::names::dns1123_label);
  spec.syntax("subdomain", api::names::dns1123_label);
  pod::validate_tolerations(spec);
  check_host_aliases(spec);
  spec.syntax("priorityClassName", api::names::dns1123_subdomain);
  if (spec.has("runtimeClassName"))
    check_name(spec.text("runtimeClassName"), spec.at("runtimeClassName"), api::names::dns1123_subdomain,
               spec.errors);
  if (spec.has("preemptionPolicy"))
    spec.one_of_in_order("preemptionPolicy", {"PreemptLowerPriority", "Never"});
}

void check_overhead(const Part& spec) {
  if (!spec.object("overhead")) return;
  const Object limits{{"limits", *spec.object("overhead")}};
  check_overhead_resources(Part{limits, spec.at("overhead"), spec.errors});
}

}  // namespace

void validate_pod_spec(const Part& spec, bool is_pod, std::string_view pod_name) {
  if (!spec.has("terminationGracePeriodSeconds"))
    spec.errors.required(spec.at("terminationGracePeriodSeconds"));
  const auto* own_users = spec.value.if_contains("hostUsers");
  const auto volumes = pod::validate_volumes(spec, Place{is_pod, pod_name});
  const auto claims = validate_claims(spec);
  const Context context{volumes, claims, spec.text("restartPolicy"),
                        spec.number("terminationGracePeriodSeconds"), !own_users || *own_users != false};
  pod::validate_containers(spec, context);
  pod::validate_init_containers(spec, context);
  pod::validate_ephemeral_containers(spec, context);
  pod::validate_pod_resources(spec);
  check_host_network(spec, is_pod);
  spec.one_of_in_order("restartPolicy", {"Always", "OnFailure", "Never"});
  spec.one_of_in_order("dnsPolicy", {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"});
  if (const auto* selector = spec.object("nodeSelector"))
    check_labels(*selector, spec.at("nodeSelector"), spec.errors);
  pod::validate_pod_security(spec);
  pod::validate_affinity(spec);
  pod::validate_dns(spec);
  check_gates(spec);
  pod::validate_topology_spread(spec);
  pod::validate_operating_system(spec);
  check_names(spec);
  check_overhead(spec);
  pod::validate_os(spec);
}

void validate_pod_template(const Part& pod_template) {
  const Part meta = pod_template.part("metadata");
  if (const auto* labels = meta.object("labels"))
    check_labels(*labels, pod_template.at("labels"), pod_template.errors);
  check_annotations(meta.value, pod_template.at("annotations"), pod_template.errors);
  pod::validate_annotations(Part{pod_template.value, pod_template.path, pod_template.errors});
  const Part spec = pod_template.part("spec");
  validate_pod_spec(spec, false, {});
  if (spec.count("ephemeralContainers") > 0)
    spec.errors.forbidden(spec.at("ephemeralContainers"), "ephemeral containers not allowed in pod template");
}

void validate_workload_template(const Part& workload, const Object* selector, std::string_view kind) {
  if (!workload.object("template")) return workload.errors.required(workload.at("template"));
  const Part pod_template = workload.part("template");
  const auto parsed = selector ? api::LabelSelector::from_json(*selector) : api::LabelSelector::everything();
  const auto* labels = pod_template.part("metadata").object("labels");
  if (parsed && !parsed->empty() && !parsed->matches(labels))
    workload.errors.invalid(pod_template.at("metadata").child("labels"),
                            labels ? json::value(*labels) : json::value(),
                            "`selector` does not match template `labels`");
  validate_pod_template(pod_template);
  const Part spec = pod_template.part("spec");
  if (spec.text("restartPolicy") != "Always")
    spec.errors.not_supported(spec.at("restartPolicy"), spec.copy("restartPolicy"), {"Always"});
  if (spec.has("activeDeadlineSeconds"))
    spec.errors.forbidden(spec.at("activeDeadlineSeconds"),
                          "activeDeadlineSeconds in " + std::string(kind) + " is not Supported");
}

}  // namespace apiserver::kinds
