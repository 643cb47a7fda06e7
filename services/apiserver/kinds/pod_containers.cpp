#include "api/names.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/resources.hpp"

namespace apiserver::kinds::pod {
namespace {

void validate_ports(const Part& container) {
  std::set<std::string> names;
  container.each("ports", [&](const Part& port) {
    if (port.syntax("name", api::names::port_name))
      check_unique(names, port.text("name"), port.at("name"), port.errors);
    if (port.number("containerPort").value_or(0) == 0)
      port.errors.required(port.at("containerPort"));
    else
      port.range("containerPort", 1, 65535);
    if (port.number("hostPort").value_or(0) != 0) port.range("hostPort", 1, 65535);
    port.one_of("protocol", {"SCTP", "TCP", "UDP"});
  });
}

/// No two containers that run at once may want the same port of the host.
void check_host_ports(const Part& container, std::set<std::string>& taken) {
  container.each("ports", [&](const Part& port) {
    const auto n = port.number("hostPort").value_or(0);
    if (n == 0) return;
    const std::string key =
        std::string(port.text("protocol")) + "/" + std::string(port.text("hostIP")) + "/" + std::to_string(n);
    check_unique(taken, key, port.at("hostPort"), port.errors);
  });
}

void validate_resize_policy(const Part& container, const Context& context) {
  const Path list = container.at("resizePolicy");
  std::set<std::string> seen;
  container.each("resizePolicy", [&](const Part& policy) {
    const auto name = policy.text("resourceName"), restart = policy.text("restartPolicy");
    if (!seen.emplace(name).second) policy.errors.duplicate(policy.path, json::value(name));
    if (name.empty())
      policy.errors.required(list);
    else if (name != "cpu" && name != "memory")
      policy.errors.not_supported(list, json::value(name), {"cpu", "memory"});
    if (restart.empty())
      policy.errors.required(list);
    else if (restart != "NotRequired" && restart != "RestartContainer")
      policy.errors.not_supported(list, json::value(restart), {"NotRequired", "RestartContainer"});
    if (context.restart_policy == "Never" && restart != "NotRequired")
      policy.errors.invalid(list, json::value(restart),
                            "must be 'NotRequired' when `restartPolicy` is 'Never'");
  });
}

/// A container's own restart policy, and by which exit codes it differs. Source: KEP-5307.
void validate_restart_rules(const Part& c) {
  constexpr std::size_t rules_max = 20, codes_max = 255;
  if (c.has("restartPolicy")) c.one_of_in_order("restartPolicy", {"Always", "OnFailure", "Never"});
  if (c.count("restartPolicyRules") == 0) return;
  if (c.text("restartPolicy").empty())
    c.errors.required(c.at("restartPolicy"), "must specify restartPolicy when restart rules are used");
  if (c.count("restartPolicyRules") > rules_max)
    c.errors.too_long(c.at("restartPolicyRules"), nullptr, rules_max);
  c.each("restartPolicyRules", [&](const Part& rule) {
    rule.one_of("action", {"Restart"});
    if (!rule.object("exitCodes")) return rule.errors.required(rule.at("exitCodes"), "must be specified");
    const Part codes = rule.part("exitCodes");
    codes.one_of("operator", {"In", "NotIn"});
    if (codes.count("values") > codes_max) codes.errors.too_long(codes.at("values"), nullptr, codes_max);
    codes.require("values", "at least one value must be specified");
  });
}

void validate_common(const Part& c, const Context& context) {
  if (c.require("name")) c.syntax("name", api::names::dns1123_label);
  c.require("image");
  c.one_of_in_order("terminationMessagePolicy", {"File", "FallbackToLogsOnError"});
  validate_ports(c);
  validate_env(c);
  validate_mounts(c, context.volumes);
  c.one_of("imagePullPolicy", {"Always", "IfNotPresent", "Never"});
  check_container_resources(c.part("resources"), context.claims);
  validate_resize_policy(c, context);
  validate_container_security(c, context.host_users);
}

std::set<std::string> names_in(const Part& spec, std::initializer_list<std::string_view> lists) {
  std::set<std::string> names;
  for (auto list : lists)
    spec.each(list, [&](const Part& c) { names.emplace(c.text("name")); });
  names.erase("");
  return names;
}

/// What an ephemeral container may not have: nothing may depend on it.
constexpr std::string_view not_ephemeral[] = {"ports",        "resources", "livenessProbe", "readinessProbe",
                                              "startupProbe", "lifecycle", "resizePolicy",  "restartPolicy"};

void validate_ephemeral(const Part& c) {
  constexpr std::string_view refused = "cannot be set for an Ephemeral Container";
  for (auto member : not_ephemeral)
    if (c.has(member) && !(c.object(member) && c.object(member)->empty()) &&
        !(c.list(member) && c.list(member)->empty()))
      c.errors.forbidden(c.at(member), std::string(refused));
  c.each("volumeMounts", [&](const Part& mount) {
    for (auto member : {"subPath", "subPathExpr"})
      if (!mount.text(member).empty()) mount.errors.forbidden(mount.at(member), std::string(refused));
  });
}

}  // namespace

void validate_containers(const Part& spec, const Context& context) {
  if (!spec.require("containers")) return;
  std::set<std::string> names, ports;
  spec.each("containers", [&](const Part& c) {
    validate_common(c, context);
    check_unique(names, c.text("name"), c.at("name"), c.errors);
    validate_probes(c, context);
    validate_restart_rules(c);
  });
  spec.each("containers", [&](const Part& c) { check_host_ports(c, ports); });
}

void validate_init_containers(const Part& spec, const Context& context) {
  std::set<std::string> names = names_in(spec, {"containers"});
  spec.each("initContainers", [&](const Part& c) {
    validate_common(c, context);
    validate_restart_rules(c);
    check_unique(names, c.text("name"), c.at("name"), c.errors);
    std::set<std::string> ports;  // one after the other: each has the host's ports for itself
    check_host_ports(c, ports);
    if (c.text("restartPolicy") == "Always") return validate_probes(c, context);
    for (auto member : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"})
      c.forbid(member, "may not be set for init containers without restartPolicy=Always");
  });
}

void validate_ephemeral_containers(const Part& spec, const Context& context) {
  const auto targets = names_in(spec, {"containers", "initContainers"});
  auto names = targets;
  spec.each("ephemeralContainers", [&](const Part& c) {
    validate_common(c, context);
    const auto image = c.text("image");
    if (!image.empty() && (image.front() == ' ' || image.back() == ' '))
      c.invalid("image", "must not have leading or trailing whitespace");
    check_unique(names, c.text("name"), c.at("name"), c.errors);
    const std::string target(c.text("targetContainerName"));
    if (!target.empty() && !targets.contains(target))
      c.errors.not_found(c.at("targetContainerName"), json::value(target));
    validate_ephemeral(c);
  });
}

}  // namespace apiserver::kinds::pod
