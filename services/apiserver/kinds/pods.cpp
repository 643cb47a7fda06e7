#include "api/quantity.hpp"
#include "apiserver/kinds/groups.hpp"
#include "apiserver/kinds/pod_printer.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/pod_spec.hpp"

namespace apiserver::kinds {
namespace {

/// A limit without a request is also the request. Source: API concepts, "Resource Management for Pods and
/// Containers".
void default_requests(Object& container) {
  const auto* limits = api::get_object(container, {"resources", "limits"});
  if (!limits) return;
  const Object wanted = *limits;
  for (const auto& [name, value] : wanted)
    api::set_default(container, {"resources", "requests", std::string_view(name)}, value);
}

/// With hostNetwork a container's port is the host's.
void default_host_ports(Object& container) {
  each(container, "ports", [](Object& port) {
    if (api::get_int(port, {"hostPort"}).value_or(0) == 0 && port.contains("containerPort"))
      port["hostPort"] = port["containerPort"];
  });
}

void default_pod(Object& pod) {
  auto& spec = api::ensure_object(pod, {"spec"});
  default_pod_spec(spec);
  api::set_default(spec, {"enableServiceLinks"}, true);
  const bool host_network = api::get_bool(spec, {"hostNetwork"});
  for (auto list : {"containers", "initContainers"})
    each(spec, list, [&](Object& c) {
      default_requests(c);
      if (host_network) default_host_ports(c);
    });
}

void prepare_create(Object& pod) {
  Object status;
  status["phase"] = "Pending";
  if (const auto* spec = api::get_object(pod, {"spec"})) status["qosClass"] = qos_class(*spec);
  pod["status"] = std::move(status);
}

/// A kubelet may leave the class out: it stays.
void prepare_status(Object& pod, const Object& old) {
  const auto qos = api::get_string(old, {"status", "qosClass"});
  if (!qos.empty() && api::get_string(pod, {"status", "qosClass"}).empty())
    api::ensure_object(pod, {"status"})["qosClass"] = qos;
}

void validate(const Object& pod, Errors& errors) {
  const Part spec = spec_of(pod, errors);
  pod::validate_annotations(whole(pod, errors));
  validate_pod_spec(spec, true, api::name_of(pod));
  if (spec.text("serviceAccountName").empty())
    spec.each("volumes", [](const Part& v) {
      v.part("projected").each("sources", [](const Part& source) {
        source.forbid("serviceAccountToken", "must not be specified when serviceAccountName is not set");
      });
    });
  for (auto list : {"containers", "initContainers"})
    spec.each(list, [](const Part& c) {
      const auto image = c.text("image");
      if (!image.empty() && (image.front() == ' ' || image.back() == ' '))
        c.invalid("image", "must not have leading or trailing whitespace");
    });
}

void validate_create(const Object& pod, Errors& errors) {
  const Part spec = spec_of(pod, errors);
  if (spec.count("ephemeralContainers") > 0) spec.forbid("ephemeralContainers", "cannot be set on create");
  if (!spec.text("nodeName").empty() && spec.count("schedulingGates") > 0)
    spec.forbid("nodeName", "cannot be set until all schedulingGates have been cleared");
}

void validate_subresource(std::string_view name, const Object& pod, const Object& old, Errors& errors) {
  if (name == "ephemeralcontainers") validate_ephemeral_update(pod, old, errors);
  if (name == "resize") validate_resize(pod, old, errors);
}

std::int64_t grace_period(const Object& pod, std::optional<std::int64_t> requested) {
  const auto phase = api::get_string(pod, {"status", "phase"});
  // Nobody would wait: never started, or over already.
  if (api::get_string(pod, {"spec", "nodeName"}).empty() || phase == "Failed" || phase == "Succeeded")
    return 0;
  std::int64_t grace =
      requested ? *requested : api::get_int(pod, {"spec", "terminationGracePeriodSeconds"}).value_or(30);
  return grace < 0 ? 1 : grace;
}

template <const char* A, const char* B>
std::string value_at(const Object& o) {
  return std::string(api::get_string(o, {A, B}));
}

constexpr char spec_key[] = "spec", status_key[] = "status";
constexpr char node_name[] = "nodeName", restart_policy[] = "restartPolicy",
               scheduler_name[] = "schedulerName", service_account[] = "serviceAccountName",
               phase[] = "phase", pod_ip[] = "podIP", nominated[] = "nominatedNodeName";

const SelectableField pod_fields[] = {
    {"spec.nodeName", value_at<spec_key, node_name>},
    {"spec.restartPolicy", value_at<spec_key, restart_policy>},
    {"spec.schedulerName", value_at<spec_key, scheduler_name>},
    {"spec.serviceAccountName", value_at<spec_key, service_account>},
    {"spec.hostNetwork",
     [](const Object& o) {
       return std::string(api::get_bool(o, {"spec", "hostNetwork"}) ? "true" : "false");
     }},
    {"status.phase", value_at<status_key, phase>},
    {"status.podIP", value_at<status_key, pod_ip>},
    {"status.podIPs", value_at<status_key, pod_ip>},
    {"status.nominatedNodeName", value_at<status_key, nominated>},
};

const Column pod_columns[] = {
    {"Name", "string", "name"},
    {"Ready"},
    {"Status"},
    {"Restarts"},
    {"Age"},
    {"IP", "string", "", "", 1},
    {"Node", "string", "", "", 1},
    {"Nominated Node", "string", "", "", 1},
    {"Readiness Gates", "string", "", "", 1},
};

const Column template_columns[] = {
    {"Name", "string", "name"},
    {"Containers"},
    {"Images"},
    {"Pod Labels"},
};

json::array template_cells(const Object& o, base::SystemTime) {
  const Object none;
  const auto* spec = api::get_object(o, {"template", "spec"});
  return {json::string(name_cell(o)), json::string(container_names(spec ? *spec : none)),
          json::string(container_images(spec ? *spec : none)),
          json::string(labels_text(api::get_object(o, {"template", "metadata", "labels"})))};
}

const KindRecord records[] = {
    {.group = "",
     .resource = "pods",
     .defaults = default_pod,
     .prepare_create = prepare_create,
     .validate = validate,
     .validate_create = validate_create,
     .validate_update = validate_pod_update,
     .prepare_status_update = prepare_status,
     .validate_status = validate_pod_status,
     .validate_subresource = validate_subresource,
     .table = {pod_columns, pod_cells},
     .selectable_fields = pod_fields,
     .generation = true,
     .grace_period_seconds = grace_period},
    {.group = "",
     .resource = "podtemplates",
     .defaults = [](Object& o) { default_pod_template(api::ensure_object(o, {"template"})); },
     .validate = [](const Object& o,
                    Errors& errors) { validate_pod_template(whole(o, errors).part("template")); },
     .table = {template_columns, template_cells},
     .generation = true},
};

}  // namespace

std::span<const KindRecord> pod_records() {
  return records;
}

}  // namespace apiserver::kinds
