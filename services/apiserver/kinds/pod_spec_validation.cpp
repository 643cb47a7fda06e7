#include <set>
#include "api/names.hpp"
#include "api/quantity.hpp"
#include "api/selector.hpp"
#include "apiserver/kinds/pod_spec.hpp"

namespace apiserver::kinds {
namespace {

/// Adds a duplicate error when `value` was seen before.
void check_unique(std::set<std::string>& seen, std::string_view value, const Path& path, Errors& errors) {
  if (!value.empty() && !seen.emplace(value).second) errors.duplicate(path, json::value(value));
}

void check_label_name(const Object& o, const Path& path, Errors& errors) {
  const auto name = api::get_string(o, {"name"});
  if (name.empty()) return errors.required(path.child("name"));
  if (auto wrong = api::names::dns1123_label(name))
    errors.invalid(path.child("name"), json::value(name), *wrong);
}

void validate_http_get(const Object& get, const Path& path, Errors& errors) {
  check_required(get, "path", path, errors);
  check_one_of(get, "scheme", path, {"HTTP", "HTTPS"}, errors);
  if (auto port = api::get_int(get, {"port"}))
    check_port(*port, path.child("port"), errors);
  else if (auto name = api::get_string(get, {"port"}); !name.empty()) {
    if (auto wrong = api::names::port_name(name))
      errors.invalid(path.child("port"), json::value(name), *wrong);
  } else
    errors.required(path.child("port"));
}

void validate_handler(const Object& handler, const Path& path, Errors& errors, bool sleep_allowed) {
  int found = 0;
  for (auto kind : {"exec", "httpGet", "tcpSocket", "grpc", "sleep"}) {
    const auto* h = api::get_object(handler, {kind});
    if (!h || (std::string_view(kind) == "sleep" && !sleep_allowed)) continue;
    if (++found > 1) errors.forbidden(path.child(kind), "may not specify more than 1 handler type");
    if (std::string_view(kind) == "exec") check_required(*h, "command", path.child("exec"), errors);
    if (std::string_view(kind) == "httpGet") validate_http_get(*h, path.child("httpGet"), errors);
    if (std::string_view(kind) == "tcpSocket" || std::string_view(kind) == "grpc")
      if (auto port = api::get_int(*h, {"port"})) check_port(*port, path.child(kind).child("port"), errors);
  }
  if (found == 0) errors.required(path, "must specify a handler type");
}

void validate_probe(const Object& container, std::string_view member, const Path& container_path,
                    Errors& errors) {
  const auto* probe = api::get_object(container, {member});
  if (!probe) return;
  const Path path = container_path.child(member);
  validate_handler(*probe, path, errors, false);
  for (auto field : {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold",
                     "failureThreshold", "terminationGracePeriodSeconds"})
    check_not_negative(*probe, field, path, errors);
  if (member != "readinessProbe" && api::get_int(*probe, {"successThreshold"}).value_or(1) != 1)
    errors.invalid(path.child("successThreshold"), copy(*probe, {"successThreshold"}), "must be 1");
}

void validate_resources(const Object& c, const Path& container_path, Errors& errors) {
  const auto* resources = api::get_object(c, {"resources"});
  if (!resources) return;
  const Path path = container_path.child("resources");
  check_quantity_map(*resources, "limits", path, errors);
  check_quantity_map(*resources, "requests", path, errors);
  const auto* requests = api::get_object(*resources, {"requests"});
  if (!requests) return;
  for (const auto& [name, value] : *requests) {
    const auto limit_text = api::get_string(*resources, {"limits", std::string_view(name)});
    if (limit_text.empty() || !value.is_string()) continue;
    const auto request = api::Quantity::parse(value.get_string());
    const auto limit = api::Quantity::parse(limit_text);
    if (request && limit && *request > *limit)
      errors.invalid(path.child("requests"), value,
                     "must be less than or equal to " + std::string(name) + " limit of " + limit->text());
  }
}

void validate_ports(const Object& c, const Path& path, Errors& errors) {
  std::set<std::string> names;
  each(c, "ports", path, [&](const Object& port, const Path& p) {
    const auto name = api::get_string(port, {"name"});
    if (!name.empty()) {
      if (auto wrong = api::names::port_name(name))
        errors.invalid(p.child("name"), json::value(name), *wrong);
      check_unique(names, name, p.child("name"), errors);
    }
    if (auto n = api::get_int(port, {"containerPort"}); n && *n != 0)
      check_port(*n, p.child("containerPort"), errors);
    else
      errors.required(p.child("containerPort"));
    if (auto n = api::get_int(port, {"hostPort"}); n && *n != 0) check_port(*n, p.child("hostPort"), errors);
    check_one_of(port, "protocol", p, {"TCP", "UDP", "SCTP"}, errors);
  });
}

void validate_env_source(const Object& from, const Path& path, Errors& errors) {
  int found = 0;
  for (auto kind : {"fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"}) {
    const auto* ref = api::get_object(from, {kind});
    if (!ref) continue;
    ++found;
    const Path p = path.child(kind);
    const std::string_view k = kind;
    if (k == "fieldRef") check_required(*ref, "fieldPath", p, errors);
    if (k == "resourceFieldRef") check_required(*ref, "resource", p, errors);
    if (k == "configMapKeyRef" || k == "secretKeyRef") {
      check_required(*ref, "name", p, errors);
      check_required(*ref, "key", p, errors);
    }
  }
  if (found == 0)
    errors.invalid(path, "",
                   "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` "
                   "or `fileKeyRef`");
  if (found > 1) errors.invalid(path, "", "may not have more than one field specified at a time");
}

void validate_env(const Object& c, const Path& path, Errors& errors) {
  each(c, "env", path, [&](const Object& env, const Path& p) {
    const auto name = api::get_string(env, {"name"});
    if (name.empty())
      errors.required(p.child("name"));
    else if (auto wrong = api::names::env_var_name(name))
      errors.invalid(p.child("name"), json::value(name), *wrong);
    const auto* from = api::get_object(env, {"valueFrom"});
    if (!from) return;
    validate_env_source(*from, p.child("valueFrom"), errors);
    if (!api::get_string(env, {"value"}).empty())
      errors.invalid(p.child("valueFrom"), "", "may not be specified when `value` is not empty");
  });
}

void validate_mounts(const Object& c, const Path& path, const std::set<std::string>& volumes,
                     Errors& errors) {
  std::set<std::string> targets;
  each(c, "volumeMounts", path, [&](const Object& mount, const Path& p) {
    const auto name = api::get_string(mount, {"name"});
    if (name.empty())
      errors.required(p.child("name"));
    else if (!volumes.contains(std::string(name)))
      errors.not_found(p.child("name"), json::value(name));
    const auto target = api::get_string(mount, {"mountPath"});
    if (target.empty()) return errors.required(p.child("mountPath"));
    if (!targets.emplace(target).second)
      errors.invalid(p.child("mountPath"), json::value(target), "must be unique");
    if (target.find(':') != std::string_view::npos)
      errors.invalid(p.child("mountPath"), json::value(target), "must not contain ':'");
    const auto sub = api::get_string(mount, {"subPath"});
    if (sub.starts_with("/")) errors.invalid(p.child("subPath"), json::value(sub), "must be a relative path");
    if (("/" + std::string(sub) + "/").find("/../") != std::string::npos)
      errors.invalid(p.child("subPath"), json::value(sub), "must not contain '..'");
  });
}

void validate_container(const Object& c, const Path& path, const std::set<std::string>& volumes,
                        Errors& errors) {
  check_label_name(c, path, errors);
  check_required(c, "image", path, errors);
  const auto image = api::get_string(c, {"image"});
  if (!image.empty() && (image.front() == ' ' || image.back() == ' '))
    errors.invalid(path.child("image"), json::value(image), "must not have leading or trailing whitespace");
  check_one_of(c, "imagePullPolicy", path, {"Always", "IfNotPresent", "Never"}, errors);
  check_one_of(c, "terminationMessagePolicy", path, {"File", "FallbackToLogsOnError"}, errors);
  validate_ports(c, path, errors);
  validate_env(c, path, errors);
  validate_mounts(c, path, volumes, errors);
  validate_resources(c, path, errors);
  for (auto probe : {"livenessProbe", "readinessProbe", "startupProbe"})
    validate_probe(c, probe, path, errors);
  for (auto hook : {"postStart", "preStop"})
    if (const auto* h = api::get_object(c, {"lifecycle", hook}))
      validate_handler(*h, path.child("lifecycle").child(hook), errors, true);
}

std::set<std::string> validate_volumes(const Object& spec, const Path& path, Errors& errors) {
  std::set<std::string> names;
  each(spec, "volumes", path, [&](const Object& v, const Path& p) {
    check_label_name(v, p, errors);
    check_unique(names, api::get_string(v, {"name"}), p.child("name"), errors);
    if (v.size() > 2) errors.forbidden(p, "may not specify more than 1 volume type");
    if (const auto* s = api::get_object(v, {"secret"}))
      check_required(*s, "secretName", p.child("secret"), errors);
    if (const auto* s = api::get_object(v, {"configMap"}))
      check_required(*s, "name", p.child("configMap"), errors);
    if (const auto* s = api::get_object(v, {"hostPath"}))
      check_required(*s, "path", p.child("hostPath"), errors);
    if (const auto* s = api::get_object(v, {"persistentVolumeClaim"}))
      check_required(*s, "claimName", p.child("persistentVolumeClaim"), errors);
  });
  return names;
}

void validate_tolerations(const Object& spec, const Path& path, Errors& errors) {
  each(spec, "tolerations", path, [&](const Object& t, const Path& p) {
    const auto key = api::get_string(t, {"key"});
    const auto op = api::get_string(t, {"operator"});
    if (!key.empty())
      if (auto wrong = api::names::qualified_name(key))
        errors.invalid(p.child("key"), json::value(key), *wrong);
    if (key.empty() && op != "Exists")
      errors.invalid(
          p.child("operator"), json::value(op),
          "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
    if (op == "Exists" && !api::get_string(t, {"value"}).empty())
      errors.invalid(p.child("operator"), copy(t, {"value"}),
                     "value must be empty when `operator` is 'Exists'");
    if (!op.empty()) check_one_of(t, "operator", p, {"Equal", "Exists"}, errors);
    if (!api::get_string(t, {"effect"}).empty())
      check_one_of(t, "effect", p, {"NoSchedule", "PreferNoSchedule", "NoExecute"}, errors);
    if (t.contains("tolerationSeconds") && api::get_string(t, {"effect"}) != "NoExecute")
      errors.invalid(p.child("effect"), copy(t, {"effect"}),
                     "effect must be 'NoExecute' when `tolerationSeconds` is set");
  });
}

}  // namespace

void validate_pod_spec(const Object& spec, const Path& path, Errors& errors) {
  const auto volumes = validate_volumes(spec, path, errors);
  const auto* containers = api::get_array(spec, {"containers"});
  if (!containers || containers->empty()) errors.required(path.child("containers"));
  std::set<std::string> names;
  for (auto list : {"containers", "initContainers", "ephemeralContainers"})
    each(spec, list, path, [&](const Object& c, const Path& p) {
      validate_container(c, p, volumes, errors);
      check_unique(names, api::get_string(c, {"name"}), p.child("name"), errors);
    });
  check_one_of(spec, "restartPolicy", path, {"Always", "OnFailure", "Never"}, errors);
  check_one_of(spec, "dnsPolicy", path, {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"},
               errors);
  check_not_negative(spec, "terminationGracePeriodSeconds", path, errors);
  const auto deadline = api::get_int(spec, {"activeDeadlineSeconds"});
  if (deadline && *deadline < 1)
    errors.invalid(path.child("activeDeadlineSeconds"), *deadline,
                   "must be between 1 and 2147483647, inclusive");
  for (auto name : {"nodeName", "serviceAccountName"})
    if (const auto text = api::get_string(spec, {name}); !text.empty())
      if (auto wrong = api::names::dns1123_subdomain(text))
        errors.invalid(path.child(name), json::value(text), *wrong);
  for (auto name : {"hostname", "subdomain"})
    if (const auto text = api::get_string(spec, {name}); !text.empty())
      if (auto wrong = api::names::dns1123_label(text))
        errors.invalid(path.child(name), json::value(text), *wrong);
  if (const auto* selector = api::get_object(spec, {"nodeSelector"}))
    check_labels(*selector, path.child("nodeSelector"), errors);
  validate_tolerations(spec, path, errors);
}

void validate_pod_template(const Object& pod_template, const Path& path,
                           std::initializer_list<std::string_view> restart_policies, Errors& errors) {
  if (const auto* labels = api::get_object(pod_template, {"metadata", "labels"}))
    check_labels(*labels, path.child("metadata").child("labels"), errors);
  const auto* spec = api::get_object(pod_template, {"spec"});
  const Path spec_path = path.child("spec");
  if (!spec) return errors.required(spec_path.child("containers"));
  validate_pod_spec(*spec, spec_path, errors);
  check_one_of(*spec, "restartPolicy", spec_path, restart_policies, errors);
}

}  // namespace apiserver::kinds
