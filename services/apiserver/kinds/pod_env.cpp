#include <algorithm>
#include "api/names.hpp"
#include "api/quantity.hpp"
#include "apiserver/kinds/pod_rules.hpp"

namespace apiserver::kinds::pod {
namespace {

constexpr std::string_view sources =
    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
constexpr std::string_view one_only = "may not have more than one field specified at a time";

void validate_key_ref(const Part& ref) {
  check_name(ref.text("name"), ref.at("name"), api::names::dns1123_subdomain, ref.errors);
  if (ref.require("key")) ref.syntax("key", api::names::config_map_key);
}

void validate_file_ref(const Part& ref) {
  if (ref.require("key")) ref.syntax("key", api::names::env_var_name);
  if (ref.require("volumeName")) ref.syntax("volumeName", api::names::dns1123_label);
  if (ref.require("path")) check_plain_path(ref.text("path"), ref.at("path"), ref.errors);
}

void validate_value_from(const Part& variable) {
  if (!variable.object("valueFrom")) return;
  const Part from = variable.part("valueFrom");
  int found = 0;
  from.with("fieldRef", [&](const Part& ref) {
    ++found;
    validate_field_ref(
        ref, {"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
              "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"});
  });
  from.with("resourceFieldRef", [&](const Part& ref) {
    ++found;
    validate_resource_field_ref(ref, false);
  });
  for (auto kind : {"configMapKeyRef", "secretKeyRef"})
    from.with(kind, [&](const Part& ref) {
      ++found;
      validate_key_ref(ref);
    });
  from.with("fileKeyRef", [&](const Part& ref) {
    ++found;
    validate_file_ref(ref);
  });
  if (found == 0)
    from.errors.invalid(from.path, "", std::string(sources));
  else if (!variable.text("value").empty())
    from.errors.invalid(from.path, "", "may not be specified when `value` is not empty");
  else if (found > 1)
    from.errors.invalid(from.path, "", std::string(one_only));
}

void validate_env_from(const Part& source, const Path& list) {
  source.syntax("prefix", api::names::env_var_name);
  int found = 0;
  for (auto kind : {"configMapRef", "secretRef"})
    source.with(kind, [&](const Part& ref) {
      ++found;
      if (ref.require("name")) ref.syntax("name", api::names::dns1123_subdomain);
    });
  if (found == 0) source.errors.invalid(list, "", "must specify one of: `configMapRef` or `secretRef`");
  if (found > 1) source.errors.invalid(list, "", std::string(one_only));
}

/// "metadata.labels['app']" as its parts.
struct Subscript {
  std::string_view path, key;
};

std::optional<Subscript> subscript_of(std::string_view text) {
  if (!text.ends_with("']")) return std::nullopt;
  const auto open = text.find("['");
  if (open == std::string_view::npos || open == 0) return std::nullopt;
  return Subscript{text.substr(0, open), text.substr(open + 2, text.size() - open - 4)};
}

constexpr std::string_view downward_labels[] = {"metadata.annotations",
                                                "metadata.labels",
                                                "metadata.name",
                                                "metadata.namespace",
                                                "metadata.uid",
                                                "spec.nodeName",
                                                "spec.host",
                                                "status.phase",
                                                "status.hostIP",
                                                "status.hostIPs",
                                                "spec.serviceAccountName",
                                                "status.podIP",
                                                "status.podIPs",
                                                "spec.restartPolicy",
                                                "spec.schedulerName"};

bool divisor_allowed(std::string_view resource, const api::Quantity& divisor) {
  const auto text = divisor.text();
  if (resource.ends_with(".cpu")) return contains({"1m", "1"}, text);
  return contains({"1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"}, text);
}

void check_divisor(const Part& ref, std::string_view resource) {
  const auto divisor = api::Quantity::parse(ref.text("divisor"));
  if (!divisor || divisor->is_zero() || divisor_allowed(resource, *divisor)) return;
  const auto dot = resource.find('.');
  const auto name = dot == std::string_view::npos ? std::string_view() : resource.substr(dot + 1);
  std::string which;
  if (name == "cpu") which = "1m and 1 are supported with the cpu resource";
  const std::string many = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the ";
  if (name == "memory") which = many + "memory resource";
  if (name == "ephemeral-storage") which = many + "local ephemeral storage resource";
  if (name.starts_with("hugepages-")) which = many + "hugepages resource";
  if (!which.empty())
    ref.errors.invalid(ref.at("divisor"), json::value(resource), "only divisor's values " + which);
}

}  // namespace

void validate_field_ref(const Part& ref, Texts allowed) {
  if (!ref.require("apiVersion") || !ref.require("fieldPath")) return;
  const auto path = ref.text("fieldPath");
  const auto subscript = subscript_of(path);
  const auto label = subscript ? subscript->path : path;
  const auto* end = std::end(downward_labels);
  if (ref.text("apiVersion") != "v1")
    return ref.invalid("fieldPath", "error converting fieldPath: unsupported pod version: " +
                                        std::string(ref.text("apiVersion")));
  if (std::find(std::begin(downward_labels), end, label) == end ||
      (subscript && label != "metadata.labels" && label != "metadata.annotations"))
    return ref.invalid(
        "fieldPath",
        subscript && std::find(std::begin(downward_labels), end, label) != end
            ? "error converting fieldPath: field label does not support subscript: " + std::string(path)
            : "error converting fieldPath: field label not supported: " + std::string(label));
  if (!subscript) {
    if (!contains(allowed, path)) ref.errors.not_supported(ref.at("fieldPath"), json::value(path), allowed);
    return;
  }
  std::string key(subscript->key);
  if (label == "metadata.annotations")
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::tolower(c); });
  check_name(key, ref.path, api::names::qualified_name, ref.errors);
}

void validate_resource_field_ref(const Part& ref, bool in_volume) {
  static const std::initializer_list<std::string_view> known{"limits.cpu",      "limits.ephemeral-storage",
                                                             "limits.memory",   "requests.cpu",
                                                             "requests.memory", "requests.ephemeral-storage"};
  const auto resource = ref.text("resource");
  if (in_volume && ref.text("containerName").empty())
    ref.errors.required(ref.at("containerName"));
  else if (resource.empty())
    ref.errors.required(ref.at("resource"));
  else if (!contains(known, resource) && !resource.starts_with("limits.hugepages-") &&
           !resource.starts_with("requests.hugepages-"))
    ref.errors.not_supported(ref.at("resource"), json::value(resource), known);
  check_divisor(ref, resource);
}

void validate_env(const Part& container) {
  container.each("env", [](const Part& variable) {
    if (variable.require("name")) variable.syntax("name", api::names::env_var_name);
    validate_value_from(variable);
  });
  container.each("envFrom", [&](const Part& source) { validate_env_from(source, container.at("envFrom")); });
}

}  // namespace apiserver::kinds::pod
