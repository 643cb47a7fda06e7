#pragma once
#include "apiserver/kinds/checks.hpp"

/// Validation of Jobs and CronJobs.
namespace apiserver::kinds {
void validate_job(const Object& o, Errors& errors);
void validate_job_update(const Object& o, const Object& old, Errors& errors);
void validate_job_status(const Object& o, const Object& old, Errors& errors);
void validate_cronjob(const Object& o, Errors& errors);
/// What jobs and the templates in CronJobs have in common.
void validate_job_spec(const Part& spec);
void validate_pod_failure_policy(const Part& job_spec);
void validate_success_policy(const Part& job_spec);
}  // namespace apiserver::kinds
