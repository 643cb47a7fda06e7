#include "client/event_recorder.hpp"
#include "controllers/deployment/deployment_loop.hpp"
#include "controllers/deployment/revision.hpp"
#include "controllers/deployment/status.hpp"
#include "controllers/frame/failures.hpp"
#include "controllers/workload/ownership.hpp"

/// What a pass writes: the current set, sizes, the Deployment's revision and status.
namespace controllers::deployment {
namespace {

ReplicaSet new_set(const Deployment& d, const ReplicaSets& sets) {
  const auto hash = template_hash(d.spec.template_, d.status.collision_count.value_or(0));
  ReplicaSet rs;
  rs.metadata.name = replica_set_name(d.metadata.name, hash);
  rs.metadata.namespace_ = d.metadata.namespace_;
  rs.metadata.owner_references.push_back(workload::controller_reference("apps/v1", "Deployment", d.metadata));
  rs.spec.template_ = d.spec.template_;
  rs.spec.template_->metadata.labels[hash_label] = hash;
  rs.metadata.labels = rs.spec.template_->metadata.labels;
  rs.spec.selector = d.spec.selector;
  rs.spec.selector.match_labels[hash_label] = hash;
  rs.spec.min_ready_seconds = d.spec.min_ready_seconds;
  rs.spec.replicas = next_current_size(d, 0, totals(sets.old).wanted);
  set_current_annotations(d, rs, next_revision(sets), false);
  return rs;
}

/// True if the Deployment lacked the condition and got it.
bool note_progress(Deployment& d, const char* reason, std::string message, base::SystemTime now) {
  if (!has_progress_deadline(d)) return false;
  set_condition(d.status, make_condition("Progressing", "True", reason, std::move(message), now));
  return true;
}

}  // namespace

base::Awaitable<base::Result<ReplicaSets>> DeploymentLoop::sync_current(std::shared_ptr<Deployment> d,
                                                                        ReplicaSets sets, bool create) {
  if (!sets.current && !create) co_return sets;
  const auto revision = next_revision(sets);
  if (sets.current) {
    auto current = co_await update_current(d, sets.current, revision);
    if (!current) co_return current.error();
    sets.current = *current;
  } else {
    auto current = co_await make_current(d, sets);
    if (!current) co_return current.error();
    sets.current = *current;
  }

  const auto shown = std::to_string(revision_of(sets.current->metadata));
  if (d->metadata.annotations[revision_annotation] != shown) {
    d->metadata.annotations[revision_annotation] = shown;
    const auto written = co_await rest().update<Deployment>(*d);
    if (!written) co_return written.error();
    d->metadata.resource_version = written->metadata.resource_version;
  }
  co_return sets;
}

base::Awaitable<base::Result<DeploymentLoop::SetPtr>> DeploymentLoop::update_current(
    std::shared_ptr<Deployment> d, SetPtr rs, std::int64_t revision) {
  ReplicaSet next = *rs;
  const bool annotated = set_current_annotations(*d, next, revision, true);
  const bool same_ready = next.spec.min_ready_seconds.value_or(0) == d->spec.min_ready_seconds.value_or(0);
  if (annotated || !same_ready) {
    next.spec.min_ready_seconds = d->spec.min_ready_seconds;
    const auto written = co_await rest().update<ReplicaSet>(next);
    if (!written) co_return written.error();
    co_return std::make_shared<const ReplicaSet>(*written);
  }
  if (!find_condition(d->status, "Progressing") &&
      note_progress(*d, "FoundNewReplicaSet", "Found new replica set \"" + rs->metadata.name + "\"", now())) {
    const auto written = co_await write_status(d);
    if (!written) co_return written.error();
  }
  co_return rs;
}

base::Awaitable<base::Result<DeploymentLoop::SetPtr>> DeploymentLoop::make_current(
    std::shared_ptr<Deployment> d, ReplicaSets sets) {
  auto wanted_set = new_set(*d, sets);
  const auto name = wanted_set.metadata.name;
  const auto size = wanted(wanted_set);
  auto made = co_await rest().create<ReplicaSet>(std::move(wanted_set));
  if (!made && made.error().is(base::Errc::already_exists)) {
    const auto held = co_await rest().get<ReplicaSet>(d->metadata.namespace_, name);
    if (!held) co_return held.error();
    const auto* owner = workload::controller_of(held->metadata);
    // Made by us in a pass whose answer was lost, or not in the cache yet.
    if (owner && owner->uid == d->metadata.uid && held->spec.template_ &&
        same_template(*held->spec.template_, d->spec.template_))
      co_return std::make_shared<const ReplicaSet>(*held);
    // Two templates with one hash: the count goes into the next name.
    d->status.collision_count = d->status.collision_count.value_or(0) + 1;
    const auto written = co_await write_status(d);
    if (!written) co_return written.error();
    co_return made.error();
  }
  if (!made) co_return co_await creation_failed(d, name, made.error());
  if (size > 0)
    context_.event(client::reference_to(*d), "Normal", "ScalingReplicaSet",
                   "Scaled up replica set " + name + " from 0 to " + std::to_string(size));
  if (note_progress(*d, "NewReplicaSetCreated", "Created new replica set \"" + name + "\"", now())) {
    const auto written = co_await write_status(d);
    if (!written) co_return written.error();
  }
  co_return std::make_shared<const ReplicaSet>(*made);
}

base::Awaitable<base::Error> DeploymentLoop::creation_failed(std::shared_ptr<Deployment> d, std::string name,
                                                             base::Error error) {
  if (is_namespace_terminating(error)) co_return error;
  const auto message = "Failed to create new replica set \"" + name + "\": " + error.message;
  context_.event(client::reference_to(*d), "Warning", "ReplicaSetCreateError", message);
  if (has_progress_deadline(*d)) {
    set_condition(d->status, make_condition("Progressing", "False", "ReplicaSetCreateError", message, now()));
    base::ignore_error(co_await write_status(d));
  }
  co_return error;
}

base::Awaitable<base::Result<void>> DeploymentLoop::scale(std::shared_ptr<Deployment> d,
                                                          std::vector<ScaleStep> steps) {
  for (const auto& step : steps) {
    ReplicaSet next = *step.set;
    const auto from = wanted(next);
    const bool annotated = set_size_annotations(*d, next);
    if (from == step.to && !annotated) continue;
    next.spec.replicas = step.to;
    const auto written = co_await rest().update<ReplicaSet>(next);
    if (!written) co_return written.error();
    if (from == step.to) continue;
    const char* direction = step.to > from ? "up" : "down";
    context_.event(client::reference_to(*d), "Normal", "ScalingReplicaSet",
                   std::string("Scaled ") + direction + " replica set " + next.metadata.name + " from " +
                       std::to_string(from) + " to " + std::to_string(step.to));
  }
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> DeploymentLoop::clean_up(std::shared_ptr<Deployment> d,
                                                             ReplicaSets sets) {
  for (const auto& rs : plan_cleanup(*d, sets)) {
    const auto done = co_await rest().remove<ReplicaSet>(rs->metadata.namespace_, rs->metadata.name);
    if (!done && !done.error().is(base::Errc::not_found)) co_return done.error();
  }
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> DeploymentLoop::set_pause_condition(std::shared_ptr<Deployment> d) {
  auto condition = pause_condition(*d, now());
  if (!condition) co_return base::Result<void>();
  set_condition(d->status, std::move(*condition));
  co_return co_await write_status(d);
}

base::Awaitable<base::Result<void>> DeploymentLoop::write_status(std::shared_ptr<Deployment> d) {
  const auto written = co_await rest().update_status<Deployment>(*d);
  if (!written) co_return written.error();
  d->metadata.resource_version = written->metadata.resource_version;
  co_return base::Result<void>();
}

}  // namespace controllers::deployment
