#include <algorithm>
#include <optional>
#include "api/decode.hpp"
#include "apiserver/registry/conversion.hpp"
#include "apiserver/registry/registry.hpp"

namespace apiserver::registry {
namespace {

using api::StatusError;
using api::StatusOr;
constexpr int passes_max = 10;
constexpr std::string_view modified =
    "the object has been modified; please apply your changes to the latest version and try again";

const kinds::KindRecord& record_of(const Call& call) {
  return kinds::record_of(*call.resource);
}

/// Kinds whose delete answers with the object instead of a Status, as upstream.
bool answers_with_object(const api::ResourceInfo& r) {
  constexpr std::string_view names[] = {
      "persistentvolumeclaims", "persistentvolumes", "pods",    "podtemplates",
      "resourcequotas",         "serviceaccounts",   "services"};
  return r.group.empty() && std::find(std::begin(names), std::end(names), r.resource) != std::end(names);
}

Answer gone(const Call& call, const Object& object) {
  boost::json::object details{{"name", api::name_of(object)}};
  if (!call.resource->group.empty()) details["group"] = call.resource->group;
  details["kind"] = call.resource->resource;
  details["uid"] = api::uid_of(object);
  boost::json::object status{{"kind", "Status"},
                             {"apiVersion", "v1"},
                             {"metadata", boost::json::object()},
                             {"status", "Success"},
                             {"details", std::move(details)}};
  Answer answer;
  answer.json = http::make_bytes(api::encode(status));
  return answer;
}

}  // namespace

base::Awaitable<StatusOr<Answer>> Registry::remove(Call call, DeleteOptions options) {
  Attempt once = [&](const cache::EntryPtr& present, bool& lost) {
    return remove_once(call, options, present, lost);
  };
  co_return co_await on_present(call, std::move(once));
}

base::Awaitable<StatusOr<Answer>> Registry::remove_once(const Call& call, const DeleteOptions& options,
                                                        const cache::EntryPtr& present, bool& lost) {
  if (!present) co_return StatusError::not_found(call.resource->group_resource(), call.name);
  const Object old = present->parse();
  const std::string version = std::to_string(present->revision());
  if (auto held = check_preconditions(old, options, *call.resource, version); !held) co_return held.error();
  auto admitted = co_await admit(call, admission::Operation::remove, nullptr, &old, false);
  if (!admitted) co_return admitted.error();
  auto validated = co_await admit(call, admission::Operation::remove, nullptr, &old, true);
  if (!validated) co_return validated.error();
  const auto& kind = record_of(call);
  Object going = old;
  if (kind.prepare_delete && !api::is_deleting(old)) kind.prepare_delete(going, parts_.now());
  auto plan = plan_delete(going, kind, options, parts_.now());
  Answer answer;
  if (plan.step == DeletePlan::Step::mark)
    co_return co_await store_mark(call, options, present, plan.marked, lost);
  if (plan.step == DeletePlan::Step::none) {
    auto json = co_await to_show(call, present);
    if (!json) co_return json.error();
    answer.json = std::move(*json);
    answer.status = options.accepted_later ? 202 : 200;
    co_return answer;
  }
  storage::Revision written = present->revision();
  if (!call.dry_run) {
    std::string key = store_key(*call.resource, call.ns, call.name);
    auto erased = co_await erase(std::move(key), present->revision(), written);
    if (!erased) co_return erased.error();
    lost = *erased == Stored::lost;
    if (lost) co_return StatusError::conflict(call.resource->group_resource(), call.name, modified);
    const auto hook = parts_.hooks.find(std::make_pair(call.resource->group, call.resource->resource));
    if (hook != parts_.hooks.end()) {
      SharedObject shared = std::make_shared<const Object>(old);
      co_await hook->second->removed(std::move(shared));
    }
  }
  if (!answers_with_object(*call.resource)) co_return gone(call, old);
  answer.json = registry::present(present->at(written), *call.resource);
  co_return answer;
}

base::Awaitable<StatusOr<Answer>> Registry::store_mark(const Call& call, const DeleteOptions& options,
                                                       const cache::EntryPtr& present, const Object& marked,
                                                       bool& lost) {
  const std::string text = api::encode(storage_form(marked));
  storage::Revision written = present->revision();
  if (!call.dry_run) {
    std::string key = store_key(*call.resource, call.ns, call.name), value = text;
    auto stored = co_await put(call, std::move(key), std::move(value), present->revision(), written);
    if (!stored) co_return stored.error();
    lost = *stored == Stored::lost;
  }
  if (lost) co_return StatusError::conflict(call.resource->group_resource(), call.name, modified);
  auto entry = cache::Entry::make(object_key(call.ns, call.name), text, written, {});
  if (!entry) co_return StatusError::internal(entry.error().message);
  auto json = co_await to_show(call, std::move(*entry));
  if (!json) co_return json.error();
  Answer answer;
  answer.json = std::move(*json);
  answer.status = options.accepted_later ? 202 : 200;
  co_return answer;
}

base::Awaitable<StatusOr<ListAnswer>> Registry::remove_collection(Call call, DeleteOptions options,
                                                                  ListRequest request) {
  auto listed = co_await list(call, std::move(request));
  if (!listed) co_return listed.error();
  for (const auto& entry : listed->entries) {
    Call one = call;
    one.ns = std::string(entry->ns());
    one.name = std::string(entry->name());
    auto removed = co_await remove(std::move(one), options);
    // Somebody else was faster: gone is what was asked for.
    if (!removed && removed.error().code != 404) co_return removed.error();
  }
  co_return listed;
}

}  // namespace apiserver::registry
