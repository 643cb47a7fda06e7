#include "apiserver/kinds/batch_rules.hpp"
#include "api/names.hpp"
#include "api/selector.hpp"
#include "apiserver/kinds/cron.hpp"
#include "apiserver/kinds/pod_spec.hpp"
#include "apiserver/kinds/syntax.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::int64_t indexed_max = 100'000, many_max = 10'000;

bool is_indexed(const Part& spec) {
  return spec.text("completionMode") == "Indexed";
}

void check_at_most(const Part& spec, std::string_view member, std::int64_t most, std::string_view when) {
  const auto n = spec.number(member);
  if (n && *n > most)
    spec.invalid(member, "must be less than or equal to " + std::to_string(most) + std::string(when));
}

void check_failed_indexes(const Part& spec, std::int64_t completions) {
  if (!spec.number("backoffLimitPerIndex")) return;
  const auto failed = spec.number("maxFailedIndexes");
  if (failed && *failed > completions)
    spec.invalid("maxFailedIndexes", "must be less than or equal to completions");
  check_at_most(spec, "maxFailedIndexes", indexed_max, "");
  if (completions <= indexed_max) return;
  constexpr std::string_view when =
      " when completions are above 100000 and used with backoff limit per index";
  if (!failed)
    spec.errors.required(spec.at("maxFailedIndexes"), "must be specified when completions is above 100000");
  check_at_most(spec, "parallelism", many_max, when);
  check_at_most(spec, "maxFailedIndexes", many_max, when);
}

void check_completion_mode(const Part& spec) {
  spec.one_of_if_set("completionMode", {"Indexed", "NonIndexed"});
  if (is_indexed(spec)) {
    if (!spec.number("completions"))
      spec.errors.required(spec.at("completions"), "when completion mode is Indexed");
    check_at_most(spec, "parallelism", indexed_max, " when completion mode is Indexed");
    return check_failed_indexes(spec, spec.number("completions").value_or(0));
  }
  for (auto member : {"backoffLimitPerIndex", "maxFailedIndexes"})
    if (spec.has(member)) spec.invalid(member, "requires indexed completion mode");
}

void check_restart_policy(const Part& spec) {
  const Part pod = spec.part("template").part("spec");
  const auto policy = pod.text("restartPolicy");
  if (policy.empty() || policy == "Always")
    pod.errors.required(pod.at("restartPolicy"), "valid values: \"OnFailure\", \"Never\"");
  else if (policy != "OnFailure" && policy != "Never")
    add_not_supported(pod.at("restartPolicy"), json::value(policy), {"OnFailure", "Never"}, pod.errors);
  else if (spec.object("podFailurePolicy") && policy != "Never")
    pod.invalid("restartPolicy", "only \"Never\" is supported when podFailurePolicy is specified");
}

void check_generated_selector(const Part& job) {
  const Part spec = job.part("spec");
  if (spec.flag("manualSelector") || !spec.object("selector")) return;
  const std::string uid(api::uid_of(job.value)), name(api::name_of(job.value));
  const Object expected{{"controller-uid", uid},
                        {"batch.kubernetes.io/controller-uid", uid},
                        {"job-name", name},
                        {"batch.kubernetes.io/job-name", name}};
  const auto selector = api::LabelSelector::from_json(*spec.object("selector"));
  if (selector && !selector->matches(&expected)) spec.invalid("selector", "`selector` not auto-generated");
}

void check_host_name(const Part& job) {
  const Part spec = job.part("spec");
  const auto completions = spec.number("completions").value_or(0);
  if (!is_indexed(spec) || completions <= 0) return;
  const std::string last = std::string(api::name_of(job.value)) + "-" + std::to_string(completions - 1);
  if (api::names::dns1123_label(last))
    job.errors.invalid(Path("metadata").child("name"), json::value(api::name_of(job.value)),
                       "will not able to create pod with invalid DNS label: " + last);
}

/// What a suspended job's queue may still decide: where its pods may run.
Object with_old_scheduling(const Object& pod_template, const Object& old) {
  Object out = pod_template;
  const auto take = [&](std::initializer_list<std::string_view> path) {
    if (const auto* v = api::get(old, path))
      api::ensure(out, path) = *v;
    else
      api::remove(out, path);
  };
  take({"metadata", "annotations"});
  take({"metadata", "labels"});
  for (auto member : {"nodeSelector", "tolerations", "schedulingGates"})
    take({"spec", member});
  take({"spec", "affinity", "nodeAffinity"});
  for (auto affinity : {"affinity"})
    if (const auto* a = api::get_object(out, {"spec", affinity}); a && a->empty())
      api::remove(out, {"spec", affinity});
  return out;
}

void check_template_unchanged(const Object& o, const Object& old, Errors& errors) {
  const bool not_started =
      api::get_bool(old, {"spec", "suspend"}) && api::get_string(old, {"status", "startTime"}).empty();
  const auto* now = api::get_object(o, {"spec", "template"});
  const auto* before = api::get_object(old, {"spec", "template"});
  if (!not_started || !now || !before) return check_immutable(o, old, {"spec", "template"}, errors);
  if (!api::deep_equal(with_old_scheduling(*now, *before), *before))
    errors.invalid(Path("spec").child("template"), *now, "field is immutable");
}

void check_completions_change(const Part& spec, const Part& old) {
  if (same(spec.value, old.value, {"completions"})) return;
  if (!is_indexed(spec)) return spec.invalid("completions", "field is immutable");
  if (spec.number("completions") != spec.number("parallelism"))
    spec.invalid("completions", "can only be modified in tandem with spec.parallelism");
}

}  // namespace

void validate_job_spec(const Part& spec) {
  constexpr std::size_t managed_by_max = 63;
  for (auto member : {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
                      "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"})
    spec.not_negative(member);
  if (spec.has("maxFailedIndexes") && !spec.has("backoffLimitPerIndex"))
    spec.errors.required(spec.at("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
  if (spec.has("managedBy")) {
    check_name(spec.text("managedBy"), spec.at("managedBy"), syntax::domain_prefixed_path, spec.errors);
    if (spec.text("managedBy").size() > managed_by_max)
      spec.errors.too_long(spec.at("managedBy"), nullptr, managed_by_max);
  }
  check_completion_mode(spec);
  validate_pod_failure_policy(spec);
  validate_success_policy(spec);
  if (spec.object("podFailurePolicy"))
    spec.one_of_if_set("podReplacementPolicy", {"Failed"});
  else
    spec.one_of_if_set("podReplacementPolicy", {"Failed", "TerminatingOrFailed"});
  validate_pod_template(spec.part("template"));
  check_restart_policy(spec);
}

void validate_job(const Object& o, Errors& errors) {
  const Part job = whole(o, errors), spec = job.part("spec");
  check_generated_selector(job);
  validate_job_spec(spec);
  if (!spec.object("selector")) return errors.required(spec.at("selector"));
  check_selector(spec, "selector");
  const auto selector = api::LabelSelector::from_json(*spec.object("selector"));
  const auto* labels = api::get_object(o, {"spec", "template", "metadata", "labels"});
  if (selector && !selector->matches(labels))
    errors.invalid(spec.at("template").child("metadata").child("labels"),
                   labels ? json::value(*labels) : json::value(),
                   "`selector` does not match template `labels`");
  check_host_name(job);
}

void validate_job_update(const Object& o, const Object& old_job, Errors& errors) {
  const Part spec = spec_of(o, errors), old = spec_of(old_job, errors);
  check_completions_change(spec, old);
  check_immutable(o, old_job, {"spec", "selector"}, errors);
  check_template_unchanged(o, old_job, errors);
  for (auto member :
       {"completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"})
    check_immutable(o, old_job, {"spec", member}, errors);
}

void validate_job_status(const Object& o, const Object& old, Errors& errors) {
  const Part status = whole(o, errors).part("status");
  for (auto member : {"active", "succeeded", "failed", "ready", "terminating"})
    status.not_negative(member);
  const auto before = api::get_string(old, {"status", "startTime"});
  const bool suspended = api::get_bool(o, {"spec", "suspend"});
  if (!before.empty() && status.text("startTime").empty() && !suspended)
    errors.required(status.at("startTime"), "startTime cannot be removed for unsuspended job");
}

void validate_cronjob(const Object& o, Errors& errors) {
  constexpr std::size_t name_max = 52;
  const Part spec = spec_of(o, errors);
  const auto schedule = spec.text("schedule");
  if (spec.require("schedule")) {
    spec.syntax("schedule", cron_schedule);
    if (schedule.find("TZ") != std::string_view::npos)
      spec.invalid("schedule", "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  }
  spec.not_negative("startingDeadlineSeconds");
  if (spec.has("timeZone") && spec.text("timeZone").empty())
    spec.invalid("timeZone", "timeZone must be nil or non-empty string");
  spec.syntax("timeZone", time_zone);
  spec.one_of_in_order("concurrencyPolicy", {"Allow", "Forbid", "Replace"});
  const Part job = spec.part("jobTemplate").part("spec");
  validate_job_spec(job);
  if (job.has("selector")) job.invalid("selector", "`selector` will be auto-generated");
  if (job.flag("manualSelector")) add_not_supported(job.at("manualSelector"), true, {"nil", "false"}, errors);
  spec.not_negative("successfulJobsHistoryLimit");
  spec.not_negative("failedJobsHistoryLimit");
  if (api::name_of(o).size() > name_max)
    errors.invalid(Path("metadata").child("name"), json::value(api::name_of(o)),
                   "must be no more than 52 characters");
}

}  // namespace apiserver::kinds
