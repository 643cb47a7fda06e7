#include <algorithm>
#include "api/quantity.hpp"
#include "apiserver/kinds/pod_spec.hpp"

namespace apiserver::kinds {
namespace {

void default_http_get(Object& holder) {
  auto* v = holder.if_contains("httpGet");
  if (!v || !v->is_object()) return;
  auto& get = v->get_object();
  if (api::get_string(get, {"path"}).empty()) get["path"] = "/";
  if (api::get_string(get, {"scheme"}).empty()) get["scheme"] = "HTTP";
}

void default_probe(Object& container, std::string_view member) {
  auto* v = container.if_contains(member);
  if (!v || !v->is_object()) return;
  auto& probe = v->get_object();
  const auto fill = [&](std::string_view field, int value) {
    if (api::get_int(probe, {field}).value_or(0) == 0) probe[field] = value;
  };
  fill("timeoutSeconds", 1);
  fill("periodSeconds", 10);
  fill("successThreshold", 1);
  fill("failureThreshold", 3);
  default_http_get(probe);
  if (probe.contains("grpc")) api::set_default(probe, {"grpc", "service"}, "");
}

/// Always for ":latest" and untagged images, else IfNotPresent. Source: API reference,
/// Container.imagePullPolicy.
std::string_view pull_policy(std::string_view image) {
  if (image.find('@') != std::string_view::npos) return "IfNotPresent";
  const auto slash = image.rfind('/');
  const auto colon = image.rfind(':');
  const bool tagged = colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  return !tagged || image.substr(colon + 1) == "latest" ? "Always" : "IfNotPresent";
}

void default_container(Object& c) {
  api::set_default(c, {"imagePullPolicy"}, json::string(pull_policy(api::get_string(c, {"image"}))));
  api::set_default(c, {"terminationMessagePath"}, "/dev/termination-log");
  api::set_default(c, {"terminationMessagePolicy"}, "File");
  api::set_default(c, {"resources"}, Object());
  each(c, "ports", [](Object& port) { api::set_default(port, {"protocol"}, "TCP"); });
  each(c, "env", [](Object& env) {
    if (api::get_object(env, {"valueFrom", "fieldRef"}))
      api::set_default(env, {"valueFrom", "fieldRef", "apiVersion"}, "v1");
    if (api::get_object(env, {"valueFrom", "resourceFieldRef"}))
      api::set_default(env, {"valueFrom", "resourceFieldRef", "divisor"}, "0");
  });
  for (auto probe : {"livenessProbe", "readinessProbe", "startupProbe"})
    default_probe(c, probe);
  for (auto hook : {"postStart", "preStop"})
    if (api::get_object(c, {"lifecycle", hook})) default_http_get(api::ensure_object(c, {"lifecycle", hook}));
}

void default_downward_items(Object& source) {
  each(source, "items", [](Object& item) {
    if (api::get_object(item, {"fieldRef"})) api::set_default(item, {"fieldRef", "apiVersion"}, "v1");
  });
}

struct SourceDefault {
  std::string_view source, member;
  const char* value;
};

/// Of types that volumes and persistent volumes have both. Source: the API reference of each.
constexpr SourceDefault source_defaults[] = {{"hostPath", "type", ""},
                                             {"iscsi", "iscsiInterface", "default"},
                                             {"rbd", "pool", "rbd"},
                                             {"rbd", "user", "admin"},
                                             {"rbd", "keyring", "/etc/ceph/keyring"},
                                             {"azureDisk", "cachingMode", "ReadWrite"},
                                             {"azureDisk", "kind", "Shared"},
                                             {"azureDisk", "fsType", "ext4"},
                                             {"scaleIO", "storageMode", "ThinProvisioned"},
                                             {"scaleIO", "fsType", "xfs"}};

void default_volume(Object& v) {
  constexpr int mode = 0644;
  const bool has_source = std::any_of(v.begin(), v.end(), [](const auto& m) { return m.key() != "name"; });
  if (!has_source) v["emptyDir"] = Object();
  for (auto source : {"secret", "configMap", "downwardAPI", "projected"})
    if (api::get_object(v, {source})) api::set_default(v, {source, "defaultMode"}, mode);
  if (api::get_object(v, {"downwardAPI"})) default_downward_items(api::ensure_object(v, {"downwardAPI"}));
  default_volume_source(v);
  if (api::get_object(v, {"image"}))
    api::set_default(v, {"image", "pullPolicy"},
                     json::string(pull_policy(api::get_string(v, {"image", "reference"}))));
  if (api::get_object(v, {"projected"}))
    each(api::ensure_object(v, {"projected"}), "sources", [](Object& source) {
      if (api::get_object(source, {"serviceAccountToken"}))
        api::set_default(source, {"serviceAccountToken", "expirationSeconds"}, 3600);
      if (api::get_object(source, {"downwardAPI"}))
        default_downward_items(api::ensure_object(source, {"downwardAPI"}));
    });
  if (api::get_object(v, {"ephemeral", "volumeClaimTemplate", "spec"}))
    api::set_default(v, {"ephemeral", "volumeClaimTemplate", "spec", "volumeMode"}, "Filesystem");
}

}  // namespace

void default_volume_source(Object& v) {
  for (const auto& d : source_defaults)
    if (api::get_object(v, {d.source})) api::set_default(v, {d.source, d.member}, d.value);
  if (api::get_object(v, {"azureDisk"})) api::set_default(v, {"azureDisk", "readOnly"}, false);
}

void default_pod_spec(Object& spec) {
  api::set_default(spec, {"restartPolicy"}, "Always");
  api::set_default(spec, {"dnsPolicy"}, "ClusterFirst");
  api::set_default(spec, {"schedulerName"}, "default-scheduler");
  api::set_default(spec, {"securityContext"}, Object());
  api::set_default(spec, {"terminationGracePeriodSeconds"}, 30);
  const auto account = api::get_string(spec, {"serviceAccountName"});
  const auto deprecated = api::get_string(spec, {"serviceAccount"});
  // The deprecated alias always mirrors serviceAccountName.
  if (!account.empty())
    spec["serviceAccount"] = json::string(account);
  else if (!deprecated.empty())
    spec["serviceAccountName"] = json::string(deprecated);
  for (auto list : {"containers", "initContainers", "ephemeralContainers"})
    each(spec, list, default_container);
  each(spec, "volumes", default_volume);
}

void default_pod_template(Object& pod_template) {
  default_pod_spec(api::ensure_object(pod_template, {"spec"}));
}

namespace {

bool positive(const Object& resources, std::string_view list, std::string_view name, api::Quantity& out) {
  const auto text = api::get_string(resources, {list, name});
  if (text.empty()) return false;
  const auto q = api::Quantity::parse(text);
  if (!q || q->sign() <= 0) return false;
  out = *q;
  return true;
}

struct QosFacts {
  bool any = false;
  bool guaranteed = true;
};

void add_container(const Object& c, QosFacts& facts) {
  const Object none;
  const auto* resources = api::get_object(c, {"resources"});
  if (!resources) resources = &none;
  for (auto name : {"cpu", "memory"}) {
    api::Quantity limit, request;
    const bool has_limit = positive(*resources, "limits", name, limit);
    const bool has_request = positive(*resources, "requests", name, request);
    facts.any = facts.any || has_limit || has_request;
    if (!has_limit || (has_request && !(request == limit))) facts.guaranteed = false;
  }
}

}  // namespace

std::string_view qos_class(const Object& spec) {
  QosFacts facts;
  for (auto list : {"containers", "initContainers"})
    each(spec, list, Path(), [&](const Object& c, const Path&) { add_container(c, facts); });
  if (!facts.any) return "BestEffort";
  return facts.guaranteed ? "Guaranteed" : "Burstable";
}

namespace {

std::string joined_members(const Object& spec, std::string_view member) {
  std::vector<std::string> parts;
  each(spec, "containers", Path(),
       [&](const Object& c, const Path&) { parts.emplace_back(api::get_string(c, {member})); });
  return join(parts, "");
}

}  // namespace

std::string container_names(const Object& spec) {
  return joined_members(spec, "name");
}
std::string container_images(const Object& spec) {
  return joined_members(spec, "image");
}

}  // namespace apiserver::kinds
