#include "apiserver/kinds/pod_windows.hpp"
#include <algorithm>
#include "api/names.hpp"

namespace apiserver::kinds::pod {
namespace {

constexpr std::size_t credential_bytes_max = 64 * 1024, domain_max = 256, user_max = 104;

bool alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool is_netbios(std::string_view t) {
  return !t.empty() && t.size() <= 15 && t.front() != '.' &&
         t.find_first_of("\\/:*?\"<>|") == std::string_view::npos;
}

bool is_dns(std::string_view t) {
  std::size_t start = 0;
  while (true) {
    const auto dot = t.find('.', start);
    const auto label = t.substr(start, dot == std::string_view::npos ? dot : dot - start);
    if (label.empty() || label.size() > 63 || !alnum(label.front()) || !alnum(label.back()) ||
        !std::all_of(label.begin(), label.end(), [](char c) { return alnum(c) || c == '-'; }))
      return false;
    if (dot == std::string_view::npos) return true;
    start = dot + 1;
  }
}

void validate_user(const Part& options) {
  const auto name = options.text("runAsUserName");
  const auto wrong = [&](std::string why) { options.invalid("runAsUserName", std::move(why)); };
  if (name.empty()) return wrong("runAsUserName cannot be an empty string");
  if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return std::iscntrl(c); }))
    return wrong("runAsUserName cannot contain control characters");
  const auto slash = name.find('\\');
  const bool has_domain = slash != std::string_view::npos;
  const auto domain = has_domain ? name.substr(0, slash) : std::string_view();
  const auto user = has_domain ? name.substr(slash + 1) : name;
  if (user.find('\\') != std::string_view::npos)
    return wrong("runAsUserName cannot contain more than one backslash");
  if (domain.size() >= domain_max) wrong("runAsUserName's Domain length must be under 256 characters");
  if (has_domain && !is_netbios(domain) && !is_dns(domain))
    wrong("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  if (user.empty()) wrong("runAsUserName's User cannot be empty");
  if (user.size() > user_max) wrong("runAsUserName's User length must not be longer than 104 characters");
  if (!user.empty() && user.find_first_not_of(". ") == std::string_view::npos)
    wrong("runAsUserName's User cannot contain only periods or spaces");
  if (user.find_first_of("\"/\\:;|=,+*?<>@[]") != std::string_view::npos)
    wrong("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
}

std::optional<bool> host_process(const Part& part) {
  const auto* v = api::get(part.value, {"securityContext", "windowsOptions", "hostProcess"});
  return v && v->is_bool() ? std::optional<bool>(v->get_bool()) : std::nullopt;
}

void forbid_all(const Part& part, Texts members, std::string_view why) {
  for (auto member : members)
    part.forbid(member, why);
}

void validate_linux(const Part& spec) {
  constexpr std::string_view why = "windows options cannot be set for a linux pod";
  spec.part("securityContext").forbid("windowsOptions", why);
  each_container(spec, [&](const Part& c) { c.part("securityContext").forbid("windowsOptions", why); });
}

void validate_windows(const Part& spec) {
  constexpr std::string_view why = "cannot be set for a windows pod";
  const Part context = spec.part("securityContext");
  forbid_all(context, {"appArmorProfile", "seLinuxOptions"}, why);
  spec.forbid("hostUsers", why);
  for (auto member : {"hostPID", "hostIPC"})
    if (spec.flag(member)) spec.errors.forbidden(spec.at(member), std::string(why));
  forbid_all(context, {"seccompProfile", "fsGroup", "fsGroupChangePolicy"}, why);
  if (context.count("sysctls") > 0) context.forbid("sysctls", why);
  spec.forbid("shareProcessNamespace", why);
  forbid_all(
      context,
      {"runAsUser", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy"},
      why);
  each_container(spec, [&](const Part& c) {
    forbid_all(
        c.part("securityContext"),
        {"appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem",
         "privileged", "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup"},
        why);
  });
}

}  // namespace

void validate_windows_options(const Part& options) {
  if (options.has("gmsaCredentialSpecName"))
    check_name(options.text("gmsaCredentialSpecName"), options.at("gmsaCredentialSpecName"),
               api::names::dns1123_subdomain, options.errors);
  if (options.has("gmsaCredentialSpec")) {
    const auto bytes = options.text("gmsaCredentialSpec").size();
    if (bytes == 0)
      options.invalid("gmsaCredentialSpec", "gmsaCredentialSpec cannot be an empty string");
    else if (bytes > credential_bytes_max)
      options.invalid("gmsaCredentialSpec", "gmsaCredentialSpec size must be under 64 KiB");
  }
  if (options.has("runAsUserName")) validate_user(options);
}

void validate_host_process(const Part& spec) {
  const auto of_pod = host_process(spec);
  std::size_t all = 0, on_host = 0;
  each_container(spec, [&](const Part& c) {
    ++all;
    const auto own = host_process(c);
    if (of_pod && own && *of_pod != *own)
      c.errors.invalid(c.at("securityContext").child("windowsOptions").child("hostProcess"), *own,
                       std::string("pod hostProcess value must be identical if both are specified, was ") +
                           (*of_pod ? "true" : "false"));
    if (own.value_or(of_pod.value_or(false))) ++on_host;
  });
  if (on_host == 0) return;
  if (on_host != all)
    spec.errors.invalid(spec.path, "",
                        "If pod contains any hostProcess containers then all containers must be HostProcess "
                        "containers");
  if (!spec.flag("hostNetwork"))
    spec.errors.invalid(spec.at("hostNetwork"), false,
                        "hostNetwork must be true if pod contains any hostProcess containers");
}

void validate_os(const Part& spec) {
  if (!spec.object("os")) return;
  const auto name = spec.part("os").text("name");
  if (name.empty()) return spec.errors.required(spec.at("os").child("name"), "cannot be empty");
  if (name == "linux") return validate_linux(spec);
  if (name == "windows") return validate_windows(spec);
  spec.errors.not_supported(spec.at("os"), json::value(name), {"linux", "windows"});
}

}  // namespace apiserver::kinds::pod
