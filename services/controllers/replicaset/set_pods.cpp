#include "controllers/frame/failures.hpp"
#include "controllers/replicaset/set_loop.hpp"

/// Creating and deleting pods.
namespace controllers::replicaset {

using workload::Pod;

base::Awaitable<SetLoop::Failed> SetLoop::manage(SetPtr rs, Plan plan) {
  if (plan.create > 0) co_return co_await create_pods(rs, plan.create);
  if (!plan.remove.empty()) co_return co_await delete_pods(rs, std::move(plan.remove));
  co_return std::nullopt;
}

base::Awaitable<SetLoop::Failed> SetLoop::create_pods(SetPtr rs, int count) {
  const auto key = client::key_of(*rs);
  expectations_.expect_creations(key, count, now());
  const auto failed = std::make_shared<Failed>();
  int tried = 0;
  for (const int batch : slow_start_batches(count)) {
    std::vector<std::function<base::Awaitable<void>()>> tasks;
    for (int i = 0; i < batch; ++i)
      tasks.push_back([this, rs, failed]() -> base::Awaitable<void> {
        auto outcome = co_await create_pod(rs);
        if (outcome && !*failed) *failed = std::move(outcome);
      });
    co_await run_all(std::move(tasks));
    tried += batch;
    if (*failed) break;
  }
  // What was not tried will not be seen.
  expectations_.creation_observed(key, count - tried);
  co_return *failed;
}

base::Awaitable<SetLoop::Failed> SetLoop::create_pod(SetPtr rs) {
  const auto key = client::key_of(*rs);
  auto controller = workload::controller_reference(source_->api_version(), source_->kind(), rs->metadata);
  Pod pod;
  if (rs->spec.template_)
    pod = workload::pod_from_template(*rs->spec.template_, rs->metadata, std::move(controller));
  const auto made = co_await rest().create<Pod>(std::move(pod));
  if (made) {
    record(*rs, "Normal", "SuccessfulCreate", "Created pod: " + made->metadata.name);
    co_return std::nullopt;
  }
  expectations_.creation_observed(key);
  if (is_namespace_terminating(made.error())) co_return std::nullopt;
  record(*rs, "Warning", "FailedCreate", "Error creating: " + made.error().message);
  co_return made.error();
}

base::Awaitable<SetLoop::Failed> SetLoop::delete_pods(SetPtr rs, std::vector<PodPtr> pods) {
  std::set<std::string> keys;
  for (const auto& pod : pods)
    keys.insert(client::key_of(*pod));
  expectations_.expect_deletions(client::key_of(*rs), std::move(keys), now());
  const auto failed = std::make_shared<Failed>();
  std::vector<std::function<base::Awaitable<void>()>> tasks;
  for (const auto& pod : pods)
    tasks.push_back([this, rs, pod, failed]() -> base::Awaitable<void> {
      auto outcome = co_await delete_pod(rs, pod);
      if (outcome && !*failed) *failed = std::move(outcome);
    });
  co_await run_all(std::move(tasks));
  co_return *failed;
}

base::Awaitable<SetLoop::Failed> SetLoop::delete_pod(SetPtr rs, PodPtr pod) {
  const auto done = co_await rest().remove<Pod>(pod->metadata.namespace_, pod->metadata.name);
  if (done) {
    record(*rs, "Normal", "SuccessfulDelete", "Deleted pod: " + pod->metadata.name);
    co_return std::nullopt;
  }
  // The event of a deletion that did not happen will not come.
  expectations_.deletion_observed(client::key_of(*rs), client::key_of(*pod));
  if (done.error().is(base::Errc::not_found)) co_return std::nullopt;
  record(*rs, "Warning", "FailedDelete", "Error deleting: " + done.error().message);
  co_return done.error();
}

}  // namespace controllers::replicaset
