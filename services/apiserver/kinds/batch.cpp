#include "api/selector.hpp"
#include "apiserver/kinds/batch_rules.hpp"
#include "apiserver/kinds/groups.hpp"
#include "apiserver/kinds/pod_spec.hpp"

namespace apiserver::kinds {
namespace {

const Object& template_spec(const Object& o) {
  static const Object none;
  const auto* spec = api::get_object(o, {"spec", "template", "spec"});
  return spec ? *spec : none;
}

/// A rule about a condition means that it holds.
void default_failure_policy(Object& spec) {
  if (!api::get_object(spec, {"podFailurePolicy"})) return;
  each(api::ensure_object(spec, {"podFailurePolicy"}), "rules", [](Object& rule) {
    each(rule, "onPodConditions", [](Object& c) { api::set_default(c, {"status"}, "True"); });
  });
}

void default_job_spec(Object& spec) {
  default_failure_policy(spec);
  // One pod to completion when neither number is given; a work queue when only parallelism is.
  if (!spec.contains("completions") && !spec.contains("parallelism")) spec["completions"] = 1;
  api::set_default(spec, {"parallelism"}, 1);
  api::set_default(spec, {"backoffLimit"}, api::get_int(spec, {"backoffLimitPerIndex"}) ? 2147483647 : 6);
  api::set_default(spec, {"completionMode"}, "NonIndexed");
  api::set_default(spec, {"suspend"}, false);
  api::set_default(spec, {"manualSelector"}, false);
  api::set_default(spec, {"podReplacementPolicy"},
                   api::get_object(spec, {"podFailurePolicy"}) ? "Failed" : "TerminatingOrFailed");
  default_pod_template(api::ensure_object(spec, {"template"}));
}

void default_job(Object& o) {
  default_job_spec(api::ensure_object(o, {"spec"}));
}

/// A job owns its pods by its uid, unless the selector is manual. The uid is set before this runs.
void prepare_job(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  if (api::get_bool(spec, {"manualSelector"})) return;
  const std::string uid(api::uid_of(o)), name(api::name_of(o));
  auto& labels = api::ensure_object(spec, {"template", "metadata", "labels"});
  for (auto key : {"controller-uid", "batch.kubernetes.io/controller-uid"})
    labels[key] = uid;
  for (auto key : {"job-name", "batch.kubernetes.io/job-name"})
    labels[key] = name;
  api::ensure_object(spec, {"selector", "matchLabels"})["batch.kubernetes.io/controller-uid"] = uid;
}

std::string job_condition(const Object& o) {
  std::string status = "Running";
  if (api::get_bool(o, {"spec", "suspend"})) status = "Suspended";
  if (const auto* s = api::get_object(o, {"status"}))
    each(*s, "conditions", Path(), [&](const Object& c, const Path&) {
      if (api::get_string(c, {"status"}) != "True") return;
      const auto type = api::get_string(c, {"type"});
      if (type == "Complete" || type == "Failed" || type == "Suspended" || type == "FailureTarget" ||
          type == "SuccessCriteriaMet")
        status = std::string(type);
    });
  if (api::is_deleting(o) && status == "Running") status = "Terminating";
  return status;
}

std::string completions_cell(const Object& o) {
  const std::string done = std::to_string(number(o, {"status", "succeeded"}));
  if (const auto wanted = api::get_int(o, {"spec", "completions"}))
    return done + "/" + std::to_string(*wanted);
  const auto parallelism = number(o, {"spec", "parallelism"}, 1);
  return parallelism > 1 ? done + "/1 of " + std::to_string(parallelism) : done + "/1";
}

std::string job_duration(const Object& o, base::SystemTime now) {
  const auto start = at(o, {"status", "startTime"});
  if (start.empty()) return "";
  const auto end = base::parse_rfc3339(at(o, {"status", "completionTime"}));
  return since(start, end ? *end : now);
}

const Column job_columns[] = {{"Name", "string", "name"},
                              {"Status"},
                              {"Completions"},
                              {"Duration"},
                              {"Age"},
                              {"Containers", "string", "", "", 1},
                              {"Images", "string", "", "", 1},
                              {"Selector", "string", "", "", 1}};

json::array job_cells(const Object& o, base::SystemTime now) {
  return {text(name_cell(o)),
          text(job_condition(o)),
          text(completions_cell(o)),
          text(job_duration(o, now)),
          text(age(o, now)),
          text(container_names(template_spec(o))),
          text(container_images(template_spec(o))),
          text(selector_text(api::get_object(o, {"spec", "selector"})))};
}

// cronjobs

void default_cronjob(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  api::set_default(spec, {"concurrencyPolicy"}, "Allow");
  api::set_default(spec, {"suspend"}, false);
  api::set_default(spec, {"successfulJobsHistoryLimit"}, 3);
  api::set_default(spec, {"failedJobsHistoryLimit"}, 1);
  default_failure_policy(api::ensure_object(spec, {"jobTemplate", "spec"}));
  default_pod_template(api::ensure_object(spec, {"jobTemplate", "spec", "template"}));
}

const Column cronjob_columns[] = {{"Name", "string", "name"},
                                  {"Schedule"},
                                  {"Timezone"},
                                  {"Suspend", "boolean"},
                                  {"Active", "integer"},
                                  {"Last Schedule"},
                                  {"Age"},
                                  {"Containers", "string", "", "", 1},
                                  {"Images", "string", "", "", 1},
                                  {"Selector", "string", "", "", 1}};

json::array cronjob_cells(const Object& o, base::SystemTime now) {
  static const Object none;
  const auto* pod = api::get_object(o, {"spec", "jobTemplate", "spec", "template", "spec"});
  const auto* active = api::get_array(o, {"status", "active"});
  const auto last = at(o, {"status", "lastScheduleTime"});
  return {text(name_cell(o)),
          text(at(o, {"spec", "schedule"})),
          text(or_none(at(o, {"spec", "timeZone"}))),
          text(api::get_bool(o, {"spec", "suspend"}) ? "True" : "False"),
          static_cast<std::int64_t>(active ? active->size() : 0),
          text(last.empty() ? "<none>" : since(last, now)),
          text(age(o, now)),
          text(container_names(pod ? *pod : none)),
          text(container_images(pod ? *pod : none)),
          text(selector_text(api::get_object(o, {"spec", "jobTemplate", "spec", "selector"})))};
}

const SelectableField job_fields[] = {{"status.successful", [](const Object& o) {
                                         return std::to_string(number(o, {"status", "succeeded"}));
                                       }}};

const KindRecord records[] = {
    {.group = "batch",
     .resource = "jobs",
     .defaults = default_job,
     .prepare_create = prepare_job,
     .validate = validate_job,
     .validate_update = validate_job_update,
     .validate_status = validate_job_status,
     .table = {job_columns, job_cells},
     .selectable_fields = job_fields,
     .generation = true,
     .default_propagation = "orphan"},
    {.group = "batch",
     .resource = "cronjobs",
     .defaults = default_cronjob,
     .validate = validate_cronjob,
     .table = {cronjob_columns, cronjob_cells},
     .generation = true},
};

}  // namespace

std::span<const KindRecord> batch_records() {
  return records;
}

}  // namespace apiserver::kinds
