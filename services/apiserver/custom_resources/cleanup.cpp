#include "apiserver/custom_resources/controller.hpp"
#include "apiserver/kinds/common.hpp"
#include "base/log.hpp"

/// A definition that goes takes its objects with it. Source: upstream's CRD finalizer.
namespace apiserver::custom_resources {
namespace {

using namespace std::chrono_literals;
using api::StatusOr;
using kinds::definitions::Condition;
constexpr auto look_every = 200ms, retry_after = 5000ms;
constexpr int looks_max = 300;  // A minute, as upstream; then the condition says so and it begins again.

}  // namespace

base::Awaitable<StatusOr<void>> Controller::say_terminating(const std::string& name, Condition condition,
                                                            bool let_go) {
  registry::Change how = [condition, let_go, now = parts_.now()](const Object& present) -> StatusOr<Object> {
    Object next = present;
    kinds::definitions::set_condition(next, condition, now);
    if (!let_go) return next;
    boost::json::array kept;
    if (const auto* list = api::get_array(present, {"metadata", "finalizers"}))
      for (const auto& f : *list)
        if (!f.is_string() || f.get_string() != kinds::definitions::cleanup_finalizer) kept.push_back(f);
    api::metadata(next)["finalizers"] = std::move(kept);
    return next;
  };
  // Nothing of its spec changes, so that is not looked at again: "finalize" is the server's own way in.
  co_return co_await change(name, let_go ? "finalize" : "status", std::move(how));
}

base::Awaitable<StatusOr<Controller::Found>> Controller::remove_objects(DefinitionPtr definition) {
  registry::Call call;
  call.resource = call.body = &definition->storage().main();
  call.user = parts_.user;
  call.keep = definition;
  registry::ListRequest everything;
  auto listed = co_await parts_.registry->list(call, std::move(everything));
  if (!listed) co_return listed.error();
  for (const auto& entry : listed->entries) {
    registry::Call one = call;
    one.ns = std::string(entry->ns());
    one.name = std::string(entry->name());
    registry::DeleteOptions options;
    auto removed = co_await parts_.registry->remove(std::move(one), std::move(options));
    if (!removed && removed.error().code != 404 && removed.error().code != 409) co_return removed.error();
  }
  co_return Found{listed->entries.size()};
}

base::Awaitable<void> Controller::clean_up(std::string name) {
  const std::shared_ptr<void> done(nullptr, [this, name](void*) { cleaning_.erase(name); });
  Condition progress{"Terminating", "True", "InstanceDeletionInProgress",
                     "CustomResource deletion is in progress"};
  auto said = co_await say_terminating(name, std::move(progress), false);
  if (!said && said.error().code == 404) co_return;
  Condition outcome{"Terminating", "False", "NeverEstablished", "resource was never established"};
  const auto definition = parts_.catalog->get(name);
  while (definition) {
    StatusOr<Found> left = Found();
    for (int look = 0; look < looks_max && left && left->objects > 0; ++look) {
      left = co_await remove_objects(definition);
      if (!left || left->objects == 0) break;
      const bool slept = co_await base::sleep_for(look_every);
      if (!slept) co_return;
    }
    if (left && left->objects == 0) {
      outcome = {"Terminating", "False", "InstanceDeletionCompleted", "removed all instances"};
      break;
    }
    Condition failed{"Terminating", "True", "InstanceDeletionCheck",
                     "could not confirm zero CustomResources remaining: timed out waiting for the condition"};
    if (!left) {
      failed.reason = "InstanceDeletionFailed";
      failed.message = "could not issue all deletes: " + left.error().message;
    }
    co_await say_terminating(name, failed, false);
    const bool slept = co_await base::sleep_for(retry_after);
    if (!slept) co_return;
  }
  const auto let_go = co_await say_terminating(name, std::move(outcome), true);
  if (!let_go && let_go.error().code != 404)
    base::log::warning("cannot let go of a definition", {{"name", name}, {"error", let_go.error().message}});
}

}  // namespace apiserver::custom_resources
