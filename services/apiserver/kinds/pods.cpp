#include <algorithm>
#include "api/quantity.hpp"
#include "apiserver/kinds/groups.hpp"
#include "apiserver/kinds/pod_printer.hpp"
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

void default_pod(Object& pod) {
  auto& spec = api::ensure_object(pod, {"spec"});
  default_pod_spec(spec);
  api::set_default(spec, {"enableServiceLinks"}, true);
  for (auto list : {"containers", "initContainers"})
    each(spec, list, default_requests);
}

void prepare_create(Object& pod) {
  Object status;
  status["phase"] = "Pending";
  if (const auto* spec = api::get_object(pod, {"spec"})) status["qosClass"] = qos_class(*spec);
  pod["status"] = std::move(status);
}

void validate(const Object& pod, Errors& errors) {
  const Path path("spec");
  const auto* spec = api::get_object(pod, {"spec"});
  if (!spec) return errors.required(path.child("containers"));
  validate_pod_spec(*spec, path, errors);
}

/// The old tolerations are all still there, in any order.
bool tolerations_only_added(const Object& spec, const Object& old_spec) {
  const auto* now = api::get_array(spec, {"tolerations"});
  const auto* before = api::get_array(old_spec, {"tolerations"});
  if (!before) return true;
  return std::all_of(before->begin(), before->end(), [&](const auto& t) {
    return now && std::any_of(now->begin(), now->end(), [&](const auto& n) { return api::deep_equal(t, n); });
  });
}

void copy_images(Object& spec, const Object& from) {
  for (auto list : {"containers", "initContainers"}) {
    const auto* source = api::get_array(from, {list});
    auto* target = spec.if_contains(list);
    if (!source || !target || !target->is_array() || target->get_array().size() != source->size()) continue;
    for (std::size_t i = 0; i < source->size(); ++i)
      if (target->get_array()[i].is_object())
        target->get_array()[i].get_object()["image"] = copy((*source)[i].get_object(), {"image"});
  }
}

void copy_member(Object& to, const Object& from, std::string_view member) {
  if (const auto* v = from.if_contains(member))
    to[member] = *v;
  else
    to.erase(member);
}

/// What may change in a running pod's spec. Source: API reference, "Pod update and replacement".
void validate_update(const Object& pod, const Object& old, Errors& errors) {
  const auto* spec = api::get_object(pod, {"spec"});
  const auto* old_spec = api::get_object(old, {"spec"});
  if (!spec || !old_spec) return;
  const Path path("spec");
  each(*spec, "containers", path,
       [&](const Object& c, const Path& p) { check_required(c, "image", p, errors); });
  if (!tolerations_only_added(*spec, *old_spec))
    errors.forbidden(path.child("tolerations"),
                     "existing toleration can not be modified except its tolerationSeconds");
  const auto deadline = api::get_int(*spec, {"activeDeadlineSeconds"});
  const auto old_deadline = api::get_int(*old_spec, {"activeDeadlineSeconds"});
  if (old_deadline && (!deadline || *deadline > *old_deadline))
    errors.invalid(path.child("activeDeadlineSeconds"), copy(*spec, {"activeDeadlineSeconds"}),
                   "must be less than or equal to previous value");
  Object rest = *spec;
  copy_images(rest, *old_spec);
  copy_member(rest, *old_spec, "activeDeadlineSeconds");
  copy_member(rest, *old_spec, "tolerations");
  // Ephemeral containers come through their subresource, gates may only go away.
  const auto* gates = api::get_array(*spec, {"schedulingGates"});
  const auto* old_gates = api::get_array(*old_spec, {"schedulingGates"});
  if (!gates || gates->empty() || (old_gates && gates->size() < old_gates->size()))
    copy_member(rest, *old_spec, "schedulingGates");
  if (!api::deep_equal(rest, *old_spec))
    errors.forbidden(
        path,
        "pod updates may not change fields other than `spec.containers[*].image`,"
        "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions "
        "to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it "
        "was previously negative)");
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
     .validate_update = validate_update,
     .table = {pod_columns, pod_cells},
     .selectable_fields = pod_fields,
     .generation = true,
     .grace_period_seconds = grace_period},
    {.group = "",
     .resource = "podtemplates",
     .defaults = [](Object& o) { default_pod_template(api::ensure_object(o, {"template"})); },
     .validate =
         [](const Object& o, Errors& errors) {
           if (const auto* t = api::get_object(o, {"template"}))
             validate_pod_template(*t, Path("template"), {"Always", "OnFailure", "Never"}, errors);
         },
     .table = {template_columns, template_cells},
     .generation = true},
};

}  // namespace

std::span<const KindRecord> pod_records() {
  return records;
}

}  // namespace apiserver::kinds
