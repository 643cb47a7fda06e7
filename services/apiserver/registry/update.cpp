#include <optional>
#include "api/decode.hpp"
#include "apiserver/registry/conversion.hpp"
#include "apiserver/registry/registry.hpp"
#include "apiserver/registry/tracking.hpp"

namespace apiserver::registry {
namespace {

using admission::Operation;
using api::StatusError;
using api::StatusOr;
constexpr int passes_max = 10;
constexpr std::string_view modified =
    "the object has been modified; please apply your changes to the latest version and try again";

/// What of an object a way to it may touch.
enum class Part {
  main,    ///< Everything but its status, where that has a subresource of its own.
  status,  ///< Nothing but its status.
  narrow,  ///< What the subresource is for (binding, finalize): the change itself leaves all else alone.
};

Part part_of(const Call& call) {
  if (call.subresource.empty() || call.subresource == "scale") return Part::main;
  return call.subresource == "status" ? Part::status : Part::narrow;
}

const kinds::KindRecord& record_of(const Call& call) {
  return kinds::record_of(*call.resource);
}

StatusError conflict(const Call& call, std::string_view why) {
  return StatusError::conflict(call.resource->group_resource(), call.name, why);
}

/// The new object is about the present one: its place, resourceVersion and uid agree.
StatusOr<void> check_precondition(const Call& call, const Object& object, const Object& old,
                                  storage::Revision revision) {
  const auto version = api::resource_version_of(object);
  if (version.empty() && !record_of(call).allow_unconditional_update) {
    api::field::Errors errors;
    errors.invalid(api::field::Path("metadata").child("resourceVersion"), 0,
                   "must be specified for an update");
    const auto& r = *call.resource;
    return StatusError::invalid({r.kind_group, r.kind_version, r.kind}, call.name, errors);
  }
  if (!version.empty() && version != "0" && version != std::to_string(revision))
    return conflict(call, modified);
  const auto uid = api::uid_of(object);
  if (!uid.empty() && uid != api::uid_of(old))
    return conflict(call, "Precondition failed: UID in precondition: " + std::string(uid) +
                              ", UID in object meta: " + std::string(api::uid_of(old)));
  return {};
}

/// Takes over from `old` what this way to the object may not touch.
void keep_the_rest(const Call& call, Object& object, const Object& old) {
  const auto& kind = record_of(call);
  boost::json::value managers;
  if (const auto* entries = api::get(object, "metadata", "managedFields")) managers = *entries;
  if (part_of(call) == Part::status) {
    keep_all_but_status(object, old);
    if (kind.prepare_status_update) kind.prepare_status_update(object, old);
  } else if (part_of(call) == Part::main && kinds::has_status(*call.resource)) {
    api::remove(object, {"status"});
    if (const auto* status = old.if_contains("status")) object["status"] = *status;
  }
  if (!call.applied) return;
  api::remove(object, {"metadata", "managedFields"});
  if (!managers.is_null()) api::metadata(object)["managedFields"] = std::move(managers);
}

}  // namespace

base::Awaitable<StatusOr<Answer>> Registry::on_present(const Call& call, Attempt attempt) {
  auto* cache = cache_of(*call.resource);
  cache::EntryPtr present = cache->find(object_key(call.ns, call.name));
  bool fresh = false;
  for (int pass = 0; pass < passes_max; ++pass) {
    bool lost = false;
    std::optional<StatusError> refusal;
    if (present || fresh) {
      auto answer = co_await attempt(present, lost);
      if (!lost && (answer || fresh)) co_return answer;
      if (!lost) refusal = answer.error();
    }
    auto read = co_await read_store(call);
    if (!read) co_return read.error();
    // The refusal stands if what was refused is what the store has.
    if (refusal && *read && (*read)->revision() == present->revision()) co_return *refusal;
    present = std::move(*read);
    fresh = true;
  }
  co_return conflict(call, modified);
}

base::Awaitable<StatusOr<Answer>> Registry::update(Call call, Change change) {
  Attempt once = [&](const cache::EntryPtr& present, bool& lost) {
    return update_once(call, change, present, lost);
  };
  co_return co_await on_present(call, std::move(once));
}

base::Awaitable<StatusOr<Answer>> Registry::create_by_update(const Call& call, const Change& change) {
  const bool may_create = record_of(call).allow_create_on_update || call.applied;
  if (!may_create || !call.subresource.empty())
    co_return StatusError::not_found(call.resource->group_resource(), call.name);
  const Object nothing;
  auto made = change(nothing);
  if (!made) co_return made.error();
  // A resourceVersion says that the client has seen one: it is gone.
  if (!api::resource_version_of(*made).empty() && api::resource_version_of(*made) != "0")
    co_return StatusError::not_found(call.resource->group_resource(), call.name);
  if (call.applied && !api::uid_of(*made).empty())
    co_return conflict(call, "uid mismatch: the provided object specified uid " +
                                 std::string(api::uid_of(*made)) + ", and no existing object was found");
  api::remove(*made, {"metadata", "resourceVersion"});
  Call as_create = call;
  co_return co_await create(std::move(as_create), std::move(*made));
}

base::Awaitable<StatusOr<Answer>> Registry::update_once(const Call& call, const Change& change,
                                                        const cache::EntryPtr& present, bool& lost) {
  if (!present) co_return co_await create_by_update(call, change);
  const auto& kind = record_of(call);
  auto known = co_await seen(call, present);
  if (!known) co_return known.error();
  const Object old = std::move(*known);
  auto changed = change(old);
  if (!changed) co_return changed.error();
  Object object = std::move(*changed);
  if (auto placed = place(object, *call.resource, call.ns, call.name); !placed) co_return placed.error();
  if (auto held = check_precondition(call, object, old, present->revision()); !held) co_return held.error();
  keep_the_rest(call, object, old);
  if (kind.defaults) kind.defaults(object);
  record_managers(call, old, object, parts_.now());
  auto admitted = co_await admit(call, Operation::update, &object, &old, false);
  if (!admitted) co_return admitted.error();
  if (kind.defaults) kind.defaults(object);
  // A binding moves no generation: it is the scheduler's word, not a change of what the pod's owner wants.
  if (part_of(call) != Part::status && call.subresource != "binding") carry_over(object, old, kind);
  if (call.subresource.empty() && kind.prepare_update) kind.prepare_update(object, old);
  if (auto valid = validate(call, object, &old); !valid) co_return valid.error();
  auto validated = co_await admit(call, Operation::update, &object, &old, true);
  if (!validated) co_return validated.error();
  co_return co_await store_change(call, present, std::move(object), lost);
}

base::Awaitable<StatusOr<Answer>> Registry::store_change(const Call& call, const cache::EntryPtr& old,
                                                         Object object, bool& lost) {
  const auto& kind = record_of(call);
  SharedObject before = std::make_shared<const Object>(old->parse());
  const auto hook = parts_.hooks.find(std::make_pair(call.resource->group, call.resource->resource));
  std::any ticket;
  if (hook != parts_.hooks.end()) {
    auto begun = co_await hook->second->begin(std::move(object), before, call.dry_run);
    if (!begun) co_return begun.error();
    object = std::move(begun->object);
    ticket = std::move(begun->ticket);
  }
  auto stored_object = co_await to_store(call, std::move(object));
  if (!stored_object) co_return stored_object.error();
  object = storage_form(*stored_object);
  const Object stored_before = storage_form(*before);
  keep_times(stored_before, object);
  auto next = std::make_shared<const Object>(std::move(object));
  const bool released = is_released(*next, kind);
  const bool same = !released && api::deep_equal(stored_before, *next);
  storage::Revision written = old->revision();
  StatusOr<Stored> stored = Stored::yes;
  std::string text = api::encode(*next);
  if (!call.dry_run && same) {
    // The cache may be behind: nothing changed only if this is what the store has.
    auto current = co_await read_store(call);
    const bool behind = current && (!*current || (*current)->revision() != old->revision());
    if (!current)
      stored = current.error();
    else if (behind)
      stored = Stored::lost;
  }
  if (!call.dry_run && !same) {
    std::string key = store_key(*call.resource, call.ns, call.name);
    if (released)
      stored = co_await erase(std::move(key), old->revision(), written);
    else
      stored = co_await put_object(call, std::move(key), *next, text, old->revision(), written);
  }
  const bool kept = stored && *stored == Stored::yes && !call.dry_run;
  if (hook != parts_.hooks.end()) {
    co_await hook->second->end(std::move(ticket), next, kept);
    if (kept && released) co_await hook->second->removed(next);
  }
  if (!stored) co_return stored.error();
  lost = *stored == Stored::lost;
  if (lost) co_return conflict(call, modified);
  cache::EntryPtr entry = old;
  if (!same) {
    auto made = cache::Entry::make(object_key(call.ns, call.name), text, written, {});
    if (!made) co_return StatusError::internal(made.error().message);
    entry = std::move(*made);
  }
  auto json = co_await to_show(call, std::move(entry));
  if (!json) co_return json.error();
  Answer answer;
  answer.json = std::move(*json);
  co_return answer;
}

}  // namespace apiserver::registry
