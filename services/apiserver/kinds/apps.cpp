#include "api/selector.hpp"
#include "apiserver/kinds/groups.hpp"
#include "apiserver/kinds/pod_spec.hpp"

namespace apiserver::kinds {
namespace {

Object& spec_of(Object& o) {
  return api::ensure_object(o, {"spec"});
}

const Object& template_spec(const Object& o) {
  static const Object none;
  const auto* spec = api::get_object(o, {"spec", "template", "spec"});
  return spec ? *spec : none;
}

void default_template(Object& o) {
  default_pod_template(api::ensure_object(o, {"spec", "template"}));
}

void default_rolling_update(Object& spec, std::string_view strategy,
                            std::initializer_list<std::pair<std::string_view, json::value>> members) {
  api::set_default(spec, {strategy, "type"}, "RollingUpdate");
  if (api::get_string(spec, {strategy, "type"}) != "RollingUpdate") return;
  for (const auto& [name, value] : members)
    api::set_default(spec, {strategy, "rollingUpdate", name}, value);
}

void default_deployment(Object& o) {
  auto& spec = spec_of(o);
  api::set_default(spec, {"replicas"}, 1);
  api::set_default(spec, {"revisionHistoryLimit"}, 10);
  api::set_default(spec, {"progressDeadlineSeconds"}, 600);
  default_rolling_update(spec, "strategy", {{"maxUnavailable", "25%"}, {"maxSurge", "25%"}});
  default_template(o);
}

void default_replicaset(Object& o) {
  api::set_default(spec_of(o), {"replicas"}, 1);
  default_template(o);
}

void default_statefulset(Object& o) {
  auto& spec = spec_of(o);
  api::set_default(spec, {"replicas"}, 1);
  api::set_default(spec, {"revisionHistoryLimit"}, 10);
  api::set_default(spec, {"podManagementPolicy"}, "OrderedReady");
  api::set_default(spec, {"persistentVolumeClaimRetentionPolicy", "whenDeleted"}, "Retain");
  api::set_default(spec, {"persistentVolumeClaimRetentionPolicy", "whenScaled"}, "Retain");
  default_rolling_update(spec, "updateStrategy", {{"partition", 0}});
  default_template(o);
  each(spec, "volumeClaimTemplates", [](Object& claim) {
    api::set_default(claim, {"spec", "volumeMode"}, "Filesystem");
    api::set_default(claim, {"status", "phase"}, "Pending");
  });
}

void default_daemonset(Object& o) {
  auto& spec = spec_of(o);
  api::set_default(spec, {"revisionHistoryLimit"}, 10);
  default_rolling_update(spec, "updateStrategy", {{"maxUnavailable", 1}, {"maxSurge", 0}});
  default_template(o);
}

/// A selector that is there, not empty, right, and matched by the template's labels.
void validate_selector(const Object& spec, const Path& path, Errors& errors) {
  const auto* selector = api::get_object(spec, {"selector"});
  if (!selector) return errors.required(path.child("selector"));
  check_label_selector(*selector, path.child("selector"), errors);
  const auto parsed = api::LabelSelector::from_json(*selector);
  if (!parsed) return;
  if (parsed->empty())
    return errors.invalid(path.child("selector"), *selector, "empty selector is invalid for deployment");
  const auto* labels = api::get_object(spec, {"template", "metadata", "labels"});
  if (!parsed->matches(labels))
    errors.invalid(path.child("template").child("metadata").child("labels"),
                   labels ? json::value(*labels) : json::value(),
                   "`selector` does not match template `labels`");
}

void validate_workload(const Object& o, Errors& errors) {
  static const Object none;
  const auto* spec = api::get_object(o, {"spec"});
  const Path path("spec");
  if (!spec) spec = &none;
  for (auto member : {"replicas", "minReadySeconds", "revisionHistoryLimit"})
    check_not_negative(*spec, member, path, errors);
  validate_selector(*spec, path, errors);
  const auto* pod_template = api::get_object(*spec, {"template"});
  validate_pod_template(pod_template ? *pod_template : none, path.child("template"), {"Always"}, errors);
}

/// Negative numbers, percentages that are none, more than 100 %. Returns whether it is zero.
bool check_int_or_percent(const Object& parent, std::string_view member, const Path& parent_path,
                          Errors& errors) {
  const auto* v = parent.if_contains(member);
  if (!v || v->is_null()) return true;
  const Path path = parent_path.child(member);
  if (const auto n = api::get_int(parent, {member})) {
    if (*n < 0) errors.invalid(path, *v, "must be greater than or equal to 0");
    return *n == 0;
  }
  const auto s = api::get_string(parent, {member});
  const bool percent = s.size() > 1 && s.back() == '%' && s.find_first_not_of("0123456789") == s.size() - 1;
  if (!percent)
    errors.invalid(
        path, *v,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%', or '93%')");
  return percent && s.find_first_not_of("0%") == std::string_view::npos;
}

void validate_strategy(const Object& spec, Errors& errors) {
  const Path path = Path("spec").child("strategy");
  const auto* strategy = api::get_object(spec, {"strategy"});
  if (!strategy) return;
  check_one_of(*strategy, "type", path, {"Recreate", "RollingUpdate"}, errors);
  const auto* rolling = api::get_object(*strategy, {"rollingUpdate"});
  if (!rolling) return;
  const Path p = path.child("rollingUpdate");
  if (api::get_string(*strategy, {"type"}) == "Recreate")
    return errors.forbidden(p, "may not be specified when strategy `type` is 'Recreate'");
  const bool no_surge = check_int_or_percent(*rolling, "maxSurge", p, errors);
  const bool no_loss = check_int_or_percent(*rolling, "maxUnavailable", p, errors);
  if (no_surge && no_loss)
    errors.invalid(p.child("maxUnavailable"), copy(*rolling, {"maxUnavailable"}),
                   "may not be 0 when `maxSurge` is 0");
}

void validate_deployment(const Object& o, Errors& errors) {
  validate_workload(o, errors);
  const auto* spec = api::get_object(o, {"spec"});
  if (!spec) return;
  validate_strategy(*spec, errors);
  const Path path("spec");
  check_not_negative(*spec, "progressDeadlineSeconds", path, errors);
  if (number(*spec, {"progressDeadlineSeconds"}, 600) <= number(*spec, {"minReadySeconds"}))
    errors.invalid(path.child("progressDeadlineSeconds"), copy(*spec, {"progressDeadlineSeconds"}),
                   "must be greater than minReadySeconds");
}

void selector_immutable(const Object& o, const Object& old, Errors& errors) {
  check_immutable(o, old, {"spec", "selector"}, errors);
}

void validate_statefulset(const Object& o, Errors& errors) {
  validate_workload(o, errors);
  const auto* spec = api::get_object(o, {"spec"});
  if (spec) check_one_of(*spec, "podManagementPolicy", Path("spec"), {"OrderedReady", "Parallel"}, errors);
}

void statefulset_update(const Object& o, const Object& old, Errors& errors) {
  static const Object none;
  const auto* spec = api::get_object(o, {"spec"});
  const auto* old_spec = api::get_object(old, {"spec"});
  Object a = spec ? *spec : none, b = old_spec ? *old_spec : none;
  for (auto free : {"replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
                    "persistentVolumeClaimRetentionPolicy", "minReadySeconds"}) {
    a.erase(free);
    b.erase(free);
  }
  if (!api::deep_equal(a, b))
    errors.forbidden(Path("spec"),
                     "updates to statefulset spec for fields other than 'replicas', 'ordinals', "
                     "'template', 'updateStrategy', 'revisionHistoryLimit', "
                     "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
}

// Columns and cells.

const Column deployment_columns[] = {{"Name", "string", "name"},
                                     {"Ready"},
                                     {"Up-to-date", "integer"},
                                     {"Available", "integer"},
                                     {"Age"},
                                     {"Containers", "string", "", "", 1},
                                     {"Images", "string", "", "", 1},
                                     {"Selector", "string", "", "", 1}};

json::array deployment_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)),
          text(std::to_string(number(o, {"status", "readyReplicas"})) + "/" +
               std::to_string(number(o, {"spec", "replicas"}))),
          number(o, {"status", "updatedReplicas"}),
          number(o, {"status", "availableReplicas"}),
          text(age(o, now)),
          text(container_names(template_spec(o))),
          text(container_images(template_spec(o))),
          text(selector_text(api::get_object(o, {"spec", "selector"})))};
}

const Column replicaset_columns[] = {{"Name", "string", "name"},
                                     {"Desired", "integer"},
                                     {"Current", "integer"},
                                     {"Ready", "integer"},
                                     {"Age"},
                                     {"Containers", "string", "", "", 1},
                                     {"Images", "string", "", "", 1},
                                     {"Selector", "string", "", "", 1}};

json::array replicaset_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)),
          number(o, {"spec", "replicas"}),
          number(o, {"status", "replicas"}),
          number(o, {"status", "readyReplicas"}),
          text(age(o, now)),
          text(container_names(template_spec(o))),
          text(container_images(template_spec(o))),
          text(selector_text(api::get_object(o, {"spec", "selector"})))};
}

const Column statefulset_columns[] = {{"Name", "string", "name"},
                                      {"Ready"},
                                      {"Age"},
                                      {"Containers", "string", "", "", 1},
                                      {"Images", "string", "", "", 1}};

json::array statefulset_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)),
          text(std::to_string(number(o, {"status", "readyReplicas"})) + "/" +
               std::to_string(number(o, {"spec", "replicas"}))),
          text(age(o, now)), text(container_names(template_spec(o))),
          text(container_images(template_spec(o)))};
}

const Column daemonset_columns[] = {{"Name", "string", "name"},
                                    {"Desired", "integer"},
                                    {"Current", "integer"},
                                    {"Ready", "integer"},
                                    {"Up-to-date", "integer"},
                                    {"Available", "integer"},
                                    {"Node Selector"},
                                    {"Age"},
                                    {"Containers", "string", "", "", 1},
                                    {"Images", "string", "", "", 1},
                                    {"Selector", "string", "", "", 1}};

json::array daemonset_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)),
          number(o, {"status", "desiredNumberScheduled"}),
          number(o, {"status", "currentNumberScheduled"}),
          number(o, {"status", "numberReady"}),
          number(o, {"status", "updatedNumberScheduled"}),
          number(o, {"status", "numberAvailable"}),
          text(labels_text(api::get_object(template_spec(o), {"nodeSelector"}))),
          text(age(o, now)),
          text(container_names(template_spec(o))),
          text(container_images(template_spec(o))),
          text(selector_text(api::get_object(o, {"spec", "selector"})))};
}

const Column revision_columns[] = {
    {"Name", "string", "name"}, {"Controller"}, {"Revision", "integer"}, {"Age"}};

json::array revision_cells(const Object& o, base::SystemTime now) {
  std::string owner = "<none>";
  if (const auto* meta = api::get_object(o, {"metadata"}))
    each(*meta, "ownerReferences", Path(), [&](const Object& r, const Path&) {
      if (api::get_bool(r, {"controller"}))
        owner = std::string(api::get_string(r, {"kind"})) + "/" + std::string(api::get_string(r, {"name"}));
    });
  return {text(name_cell(o)), text(owner), number(o, {"revision"}), text(age(o, now))};
}

const ScalePaths workload_scale{.spec_replicas = {"spec", "replicas"},
                                .status_replicas = {"status", "replicas"},
                                .selector = {"spec", "selector"}};

const SelectableField replicaset_fields[] = {{"status.replicas", [](const Object& o) {
                                                return std::to_string(number(o, {"status", "replicas"}));
                                              }}};

const KindRecord records[] = {
    {.group = "apps",
     .resource = "deployments",
     .defaults = default_deployment,
     .validate = validate_deployment,
     .validate_update = selector_immutable,
     .table = {deployment_columns, deployment_cells},
     .scale = workload_scale,
     .generation = true},
    {.group = "apps",
     .resource = "replicasets",
     .defaults = default_replicaset,
     .validate = validate_workload,
     .validate_update = selector_immutable,
     .table = {replicaset_columns, replicaset_cells},
     .selectable_fields = replicaset_fields,
     .scale = workload_scale,
     .generation = true},
    {.group = "apps",
     .resource = "statefulsets",
     .defaults = default_statefulset,
     .validate = validate_statefulset,
     .validate_update = statefulset_update,
     .table = {statefulset_columns, statefulset_cells},
     .scale = workload_scale,
     .generation = true},
    {.group = "apps",
     .resource = "daemonsets",
     .defaults = default_daemonset,
     .validate = validate_workload,
     .validate_update = selector_immutable,
     .table = {daemonset_columns, daemonset_cells},
     .generation = true},
    {.group = "apps",
     .resource = "controllerrevisions",
     .validate_update = [](const Object& o, const Object& old,
                           Errors& errors) { check_immutable(o, old, {"data"}, errors); },
     .table = {revision_columns, revision_cells}},
};

}  // namespace

std::span<const KindRecord> apps_records() {
  return records;
}

}  // namespace apiserver::kinds
