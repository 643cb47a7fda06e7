#include <algorithm>
#include <charconv>
#include "api/names.hpp"
#include "apiserver/kinds/apps_rules.hpp"
#include "apiserver/kinds/groups.hpp"
#include "apiserver/kinds/pod_spec.hpp"

namespace apiserver::kinds {
namespace {

Object& mutable_spec(Object& o) {
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
  auto& spec = mutable_spec(o);
  api::set_default(spec, {"replicas"}, 1);
  api::set_default(spec, {"revisionHistoryLimit"}, 10);
  api::set_default(spec, {"progressDeadlineSeconds"}, 600);
  default_rolling_update(spec, "strategy", {{"maxUnavailable", "25%"}, {"maxSurge", "25%"}});
  default_template(o);
}

void default_replicaset(Object& o) {
  api::set_default(mutable_spec(o), {"replicas"}, 1);
  default_template(o);
}

void default_statefulset(Object& o) {
  auto& spec = mutable_spec(o);
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
  auto& spec = mutable_spec(o);
  api::set_default(spec, {"revisionHistoryLimit"}, 10);
  default_rolling_update(spec, "updateStrategy", {{"maxUnavailable", 1}, {"maxSurge", 0}});
  default_template(o);
}

/// apps/v1 has no field for it: an annotation counts the templates a DaemonSet had.
constexpr std::string_view template_generation = "deprecated.daemonset.template.generation";

std::int64_t template_generation_of(const Object& o) {
  const auto text = api::get_string(o, {"metadata", "annotations", template_generation});
  std::int64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

void set_template_generation(Object& o, std::int64_t n) {
  api::ensure_object(o, {"metadata", "annotations"})[template_generation] = std::to_string(n);
}

void prepare_daemonset(Object& o) {
  set_template_generation(o, std::max<std::int64_t>(1, template_generation_of(o)));
}

void prepare_daemonset_update(Object& o, const Object& old) {
  const auto before = template_generation_of(old);
  set_template_generation(o, before + (same(o, old, {"spec", "template"}) ? 0 : 1));
}

void validate_revision(const Object& o, Errors& errors) {
  const Part revision = whole(o, errors);
  if (!revision.has("data")) errors.required(Path("data"), "data is mandatory");
  revision.not_negative("revision");
}

void validate_revision_update(const Object& o, const Object& old, Errors& errors) {
  check_immutable(o, old, {"data"}, errors);
}

// Columns and cells.

const Column deployment_columns[] = {{"Name", "string", "name"},
                                     {"Ready"},
                                     {"Up-to-date"},
                                     {"Available"},
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

const Column revision_columns[] = {{"Name", "string", "name"}, {"Controller"}, {"Revision"}, {"Age"}};

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
     .validate_update = check_selector_immutable,
     .validate_status = validate_replica_status,
     .table = {deployment_columns, deployment_cells},
     .scale = workload_scale,
     .generation = true,
     .generation_counts_annotations = true},
    {.group = "apps",
     .resource = "replicasets",
     .defaults = default_replicaset,
     .validate = validate_replicaset,
     .validate_update = check_selector_immutable,
     .validate_status = validate_replica_status,
     .table = {replicaset_columns, replicaset_cells},
     .selectable_fields = replicaset_fields,
     .scale = workload_scale,
     .generation = true},
    {.group = "apps",
     .resource = "statefulsets",
     .defaults = default_statefulset,
     .validate = validate_statefulset,
     .validate_update = validate_statefulset_update,
     .validate_status = validate_statefulset_status,
     .table = {statefulset_columns, statefulset_cells},
     .scale = workload_scale,
     .generation = true,
     .validate_name = api::names::dns1123_label},
    {.group = "apps",
     .resource = "daemonsets",
     .defaults = default_daemonset,
     .prepare_create = prepare_daemonset,
     .prepare_update = prepare_daemonset_update,
     .validate = validate_daemonset,
     .validate_update = check_selector_immutable,
     .validate_status = validate_daemonset_status,
     .table = {daemonset_columns, daemonset_cells},
     .generation = true},
    {.group = "apps",
     .resource = "controllerrevisions",
     .validate = validate_revision,
     .validate_update = validate_revision_update,
     .table = {revision_columns, revision_cells}},
};

}  // namespace

std::span<const KindRecord> apps_records() {
  return records;
}

}  // namespace apiserver::kinds
