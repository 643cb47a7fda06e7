#include <algorithm>
#include "api/names.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/pod_windows.hpp"
#include "apiserver/kinds/syntax.hpp"

namespace apiserver::kinds::pod {
namespace {

constexpr std::int64_t id_max = 2147483647;
constexpr std::size_t profile_bytes_max = 4095;  // PATH_MAX less one

void validate_seccomp(const Part& profile) {
  if (profile.text("type").empty())
    profile.errors.required(profile.at("type"), "type is required when seccompProfile is set");
  else
    profile.one_of_in_order("type", {"Localhost", "RuntimeDefault", "Unconfined"});
  const bool local = profile.text("type") == "Localhost";
  if (local && !profile.has("localhostProfile"))
    profile.errors.required(profile.at("localhostProfile"), "must be set when seccomp type is Localhost");
  else if (local)
    check_descending_path(profile.text("localhostProfile"), profile.at("localhostProfile"), profile.errors);
  else if (profile.has("localhostProfile"))
    profile.errors.invalid(profile.at("localhostProfile"), profile.value,
                           "can only be set when seccomp type is Localhost");
}

std::string_view trimmed(std::string_view s) {
  constexpr std::string_view space = " \t\n\v\f\r";
  const auto first = s.find_first_not_of(space);
  return first == std::string_view::npos ? "" : s.substr(first, s.find_last_not_of(space) - first + 1);
}

void validate_local_app_armor(const Part& profile) {
  constexpr std::string_view needed = "must be set when AppArmor type is Localhost";
  const auto name = profile.text("localhostProfile");
  const Path path = profile.at("localhostProfile");
  if (!profile.has("localhostProfile")) return profile.errors.required(path, std::string(needed));
  if (trimmed(name) != name)
    profile.invalid("localhostProfile", "must not be padded with whitespace");
  else if (name.empty())
    profile.errors.required(path, std::string(needed));
  if (name.size() > profile_bytes_max) profile.errors.too_long(path, nullptr, profile_bytes_max);
}

void validate_app_armor(const Part& profile) {
  const auto type = profile.text("type");
  if (type == "Localhost") return validate_local_app_armor(profile);
  if (type.empty())
    return profile.errors.required(profile.at("type"), "type is required when appArmorProfile is set");
  if (!profile.one_of_in_order("type", {"Localhost", "RuntimeDefault", "Unconfined"})) return;
  if (profile.has("localhostProfile"))
    profile.invalid("localhostProfile", "can only be set when AppArmor type is Localhost");
}

void validate_sysctls(const Part& context) {
  std::set<std::string> seen;
  context.each("sysctls", [&](const Part& s) {
    if (!s.require("name") || !s.syntax("name", syntax::sysctl_name)) return;
    check_unique(seen, s.text("name"), s.at("name"), s.errors);
  });
}

void validate_ids(const Part& context, Texts members) {
  for (auto member : members)
    context.range(member, 0, id_max);
}

/// A pod with users of its own shares no other namespace with its node.
void validate_host_users(const Part& spec) {
  const auto* own = spec.value.if_contains("hostUsers");
  if (!own || *own != false) return;
  constexpr std::string_view why = "when `pod.Spec.HostUsers` is false";
  if (spec.flag("hostNetwork")) spec.errors.forbidden(spec.at("hostNetwork"), std::string(why));
  if (spec.flag("hostPID")) spec.errors.forbidden(spec.at("HostPID"), std::string(why));
  if (spec.flag("hostIPC")) spec.errors.forbidden(spec.at("HostIPC"), std::string(why));
}

}  // namespace

void validate_pod_security(const Part& spec) {
  const Part context = spec.part("securityContext");
  validate_ids(context, {"fsGroup", "runAsUser", "runAsGroup"});
  if (const auto* groups = context.list("supplementalGroups"))
    for (std::size_t i = 0; i < groups->size(); ++i)
      if ((*groups)[i].is_int64())
        check_inclusive((*groups)[i].get_int64(), 0, id_max, context.at("supplementalGroups").index(i),
                        context.errors);
  if (spec.flag("shareProcessNamespace") && spec.flag("hostPID"))
    context.errors.invalid(context.at("shareProcessNamespace"), true,
                           "ShareProcessNamespace and HostPID cannot both be enabled");
  validate_sysctls(context);
  context.one_of_if_set("fsGroupChangePolicy", {"Always", "OnRootMismatch"});
  context.with("seccompProfile", validate_seccomp);
  context.with("windowsOptions", validate_windows_options);
  context.with("appArmorProfile", validate_app_armor);
  context.one_of_if_set("supplementalGroupsPolicy", {"Merge", "Strict"});
  context.one_of_if_set("seLinuxChangePolicy", {"MountOption", "Recursive"});
}

void validate_container_security(const Part& container, bool host_users) {
  if (!container.object("securityContext")) return;
  const Part context = container.part("securityContext");
  validate_ids(context, {"runAsUser", "runAsGroup"});
  if (context.has("procMount")) {
    if (!contains({"Default", "Unmasked"}, context.text("procMount")))
      add_not_supported(context.at("procMount"), context.copy("procMount"), {"Default", "Unmasked"},
                        context.errors);
    if (host_users && context.text("procMount") == "Unmasked")
      context.invalid("procMount", "`hostUsers` must be false to use `Unmasked`");
  }
  context.with("seccompProfile", validate_seccomp);
  const auto* escalation = context.value.if_contains("allowPrivilegeEscalation");
  if (escalation && *escalation == false) {
    constexpr std::string_view cannot = "cannot set `allowPrivilegeEscalation` to false and ";
    if (context.flag("privileged"))
      context.errors.invalid(context.path, context.value, std::string(cannot) + "`privileged` to true");
    context.part("capabilities").each_text("add", [&](std::string_view name, const Path&) {
      if (name == "CAP_SYS_ADMIN")
        context.errors.invalid(context.path, context.value,
                               std::string(cannot) + "`capabilities.Add` CAP_SYS_ADMIN");
    });
  }
  context.with("windowsOptions", validate_windows_options);
  context.with("appArmorProfile", validate_app_armor);
}

void validate_operating_system(const Part& spec) {
  validate_host_process(spec);
  validate_host_users(spec);
}

}  // namespace apiserver::kinds::pod
