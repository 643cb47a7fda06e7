#include "api/decode.hpp"
#include "apiserver/registry/conversion.hpp"
#include "apiserver/registry/registry.hpp"
#include "base/log.hpp"

namespace apiserver::registry {
namespace {

using admission::Operation;
using api::StatusError;
using api::StatusOr;
constexpr int generated_names_max = 8, passes_max = 10;
constexpr std::string_view modified =
    "the object has been modified; please apply your changes to the latest version and try again";

std::string full_key(const Call& call, std::string_view name) {
  return cache::storage_prefix(call.resource->group, call.resource->resource) + object_key(call.ns, name);
}

const kinds::KindRecord& record_of(const Call& call) {
  return kinds::find(call.resource->group, call.resource->resource);
}

bool has_status(const api::ResourceInfo& r) {
  return api::find_resource(r.group, r.version, r.resource + "/status") != nullptr;
}

api::GroupVersionKind kind_of(const api::ResourceInfo& r) {
  return {r.kind_group, r.kind_version, r.kind};
}

}  // namespace

StatusError store_error(const base::Error& error) {
  if (error.code == base::Errc::expired)
    return StatusError::expired(
        "The provided continue parameter is too old to display a consistent list result.");
  if (error.code == base::Errc::deadline_exceeded || error.code == base::Errc::unknown_outcome)
    return StatusError::timeout("the store did not answer in time: the write may or may not have happened");
  if (error.code == base::Errc::unavailable)
    return StatusError::service_unavailable("the store cannot serve now");
  if (error.code == base::Errc::resource_exhausted)
    return StatusError::internal("etcdserver: " + error.message);
  return StatusError::internal(error.message);
}

base::Awaitable<StatusOr<void>> Registry::admit(const Call& call, Operation operation, Object* object,
                                                const Object* old, bool validating) {
  admission::Attributes a;
  a.operation = operation;
  a.kind = kind_of(*call.body);
  a.group = call.resource->group;
  a.version = call.resource->version;
  a.resource = call.resource->resource;
  a.subresource = call.subresource;
  a.namespace_ = call.ns;
  const std::string name =
      object && !api::name_of(*object).empty() ? std::string(api::name_of(*object)) : call.name;
  a.name = name;
  a.object = object;
  a.old_object = old;
  a.options = &call.options;
  a.user = &call.user;
  a.dry_run = call.dry_run;
  const admission::Context context{parts_.caches, parts_.now(), call.warnings.get(), parts_.name_suffix};
  for (int pass = 0;; ++pass) {
    const auto outcome =
        validating ? parts_.admission->validate(a, context) : parts_.admission->admit(a, context);
    if (outcome) co_return StatusOr<void>();
    if (pass > 0 || !outcome.error().may_be_stale) co_return outcome.error().status;
    auto caught_up = co_await parts_.feed->catch_up();
    if (!caught_up) co_return store_error(caught_up.error());
  }
}

StatusOr<void> Registry::validate(const Call& call, Object& object, const Object* old) const {
  const auto& kind = record_of(call);
  api::field::Errors errors;
  registry::validate(object, *call.resource, kind, errors);
  if (old) validate_change(object, *old, errors);
  if (call.subresource == "status") {
    if (old && kind.validate_status) kind.validate_status(object, *old, errors);
  } else {
    if (kind.validate) kind.validate(object, errors);
    if (old && kind.validate_update) kind.validate_update(object, *old, errors);
  }
  if (!errors.empty()) return StatusError::invalid(kind_of(*call.resource), api::name_of(object), errors);
  if (kind.warnings)
    for (auto& w : kind.warnings(object))
      call.warnings->push_back(std::move(w));
  return {};
}

base::Awaitable<StatusOr<Object>> Registry::prepare_new(const Call& call, Object object) {
  const auto& kind = record_of(call);
  if (auto placed = place(object, *call.resource, call.ns, call.name); !placed) co_return placed.error();
  // A name is needed before admission asks about it.
  if (kind.defaults) kind.defaults(object);
  const Origin origin{parts_.now(), parts_.uid, parts_.name_suffix};
  fill_new(object, kind, origin);
  auto admitted = co_await admit(call, Operation::create, &object, nullptr, false);
  if (!admitted) co_return admitted.error();
  if (has_status(*call.resource) && !kind.status_from_create) api::remove(object, {"status"});
  if (kind.prepare_create) kind.prepare_create(object);
  if (kind.defaults) kind.defaults(object);
  if (auto valid = validate(call, object, nullptr); !valid) co_return valid.error();
  auto validated = co_await admit(call, Operation::create, &object, nullptr, true);
  if (!validated) co_return validated.error();
  co_return object;
}

base::Awaitable<StatusOr<Answer>> Registry::create(Call call, Object object) {
  const bool generated = api::name_of(object).empty() && call.name.empty();
  for (int attempt = 1;; ++attempt) {
    auto prepared = co_await prepare_new(call, object);
    if (!prepared) co_return prepared.error();
    auto answer = co_await store_new(call, std::move(*prepared));
    const bool again =
        !answer && answer.error().reason == "AlreadyExists" && generated && attempt < generated_names_max;
    if (!again) co_return answer;
  }
}

base::Awaitable<StatusOr<Answer>> Registry::store_new(const Call& call, Object object) {
  const auto key = std::make_pair(call.resource->group, call.resource->resource);
  const auto hook = parts_.hooks.find(key);
  std::any ticket;
  if (hook != parts_.hooks.end()) {
    SharedObject none;
    auto begun = co_await hook->second->begin(std::move(object), none, call.dry_run);
    if (!begun) co_return begun.error();
    object = std::move(begun->object);
    ticket = std::move(begun->ticket);
  }
  to_storage(object, *call.resource);
  auto shared = std::make_shared<const Object>(storage_form(object));
  std::string text = api::encode(*shared);
  const std::string name(api::name_of(*shared));
  storage::Revision written = 0;
  StatusOr<Stored> stored = Stored::yes;
  if (!call.dry_run) {
    std::string where = full_key(call, name), value = text;
    stored = co_await put(std::move(where), std::move(value), 0, written);
  } else if (parts_.caches->find(call.resource->group, call.resource->resource)
                 ->find(object_key(call.ns, name))) {
    stored = Stored::lost;
  }
  if (hook != parts_.hooks.end()) {
    const bool kept = !call.dry_run && stored && *stored == Stored::yes;
    co_await hook->second->end(std::move(ticket), shared, kept);
  }
  if (!stored) co_return stored.error();
  if (*stored == Stored::lost) co_return StatusError::already_exists(call.resource->group_resource(), name);
  auto entry = cache::Entry::make(object_key(call.ns, name), text, written, {});
  if (!entry) co_return StatusError::internal(entry.error().message);
  Answer answer;
  answer.status = 201;
  answer.json = call.dry_run ? http::make_bytes(api::encode(*shared)) : present(*entry, *call.resource);
  co_return answer;
}

base::Awaitable<StatusOr<Stored>> Registry::put(std::string key, std::string value,
                                                storage::Revision expected, storage::Revision& written) {
  storage::TxnRequest txn;
  storage::Compare compare;
  compare.key = key;
  compare.number = expected;
  txn.compares.push_back(std::move(compare));
  storage::Operation operation;
  operation.put.key = std::move(key);
  operation.put.value = std::move(value);
  txn.success.push_back(std::move(operation));
  auto done = co_await parts_.store->txn(std::move(txn));
  if (!done) co_return store_error(done.error());
  written = done->revision;
  co_return done->succeeded ? Stored::yes : Stored::lost;
}

base::Awaitable<StatusOr<Stored>> Registry::erase(std::string key, storage::Revision expected,
                                                  storage::Revision& written) {
  storage::TxnRequest txn;
  storage::Compare compare;
  compare.key = key;
  compare.number = expected;
  txn.compares.push_back(std::move(compare));
  storage::Operation operation;
  operation.kind = storage::Operation::Kind::remove;
  operation.remove.key = std::move(key);
  txn.success.push_back(std::move(operation));
  auto done = co_await parts_.store->txn(std::move(txn));
  if (!done) co_return store_error(done.error());
  written = done->revision;
  co_return done->succeeded ? Stored::yes : Stored::lost;
}

base::Awaitable<StatusOr<Answer>> Registry::update(Call call, Change change) {
  auto* cache = parts_.caches->find(call.resource->group, call.resource->resource);
  cache::EntryPtr present = cache->find(object_key(call.ns, call.name));
  bool fresh = false;  // The first try works on what the cache has; what fails there is tried on the store's.
  for (int pass = 0; pass < passes_max; ++pass) {
    bool lost = false;
    if (present || fresh) {
      auto answer = co_await update_once(call, change, present, lost);
      if (!lost && (answer || fresh)) co_return answer;
      // A refusal may come from a stale view; a validation error of the object itself will just come again.
      if (!lost && answer.error().code != 409 && answer.error().code != 404) co_return answer;
    }
    auto read = co_await read_store(call);
    if (!read) co_return read.error();
    present = std::move(*read);
    fresh = true;
  }
  co_return StatusError::conflict(call.resource->group_resource(), call.name, modified);
}

base::Awaitable<StatusOr<Answer>> Registry::update_once(const Call& call, const Change& change,
                                                        const cache::EntryPtr& present, bool& lost) {
  const auto& kind = record_of(call);
  if (!present) {
    if (!kind.allow_create_on_update || !call.subresource.empty())
      co_return StatusError::not_found(call.resource->group_resource(), call.name);
    const Object nothing;
    auto made = change(nothing);
    if (!made) co_return made.error();
    Call as_create = call;
    co_return co_await create(std::move(as_create), std::move(*made));
  }
  Object old = present->parse();
  from_storage(old, *call.resource);
  auto changed = change(old);
  if (!changed) co_return changed.error();
  Object object = std::move(*changed);
  if (auto placed = place(object, *call.resource, call.ns, call.name); !placed) co_return placed.error();
  const auto version = api::resource_version_of(object);
  if (version.empty() && !kind.allow_unconditional_update) {
    api::field::Errors errors;
    errors.invalid(api::field::Path("metadata").child("resourceVersion"), 0,
                   "must be specified for an update");
    co_return StatusError::invalid(kind_of(*call.resource), call.name, errors);
  }
  if (!version.empty() && version != "0" && version != std::to_string(present->revision()))
    co_return StatusError::conflict(call.resource->group_resource(), call.name, modified);
  if (const auto uid = api::uid_of(object); !uid.empty() && uid != api::uid_of(old))
    co_return StatusError::conflict(call.resource->group_resource(), call.name,
                                    "Precondition failed: UID in precondition: " + std::string(uid) +
                                        ", UID in object meta: " + std::string(api::uid_of(old)));
  if (call.subresource == "status") {
    keep_all_but_status(object, old);
    if (kind.prepare_status_update) kind.prepare_status_update(object, old);
  } else {
    if (has_status(*call.resource)) {
      api::remove(object, {"status"});
      if (const auto* status = old.if_contains("status")) object["status"] = *status;
    }
  }
  if (kind.defaults) kind.defaults(object);
  auto admitted = co_await admit(call, Operation::update, &object, &old, false);
  if (!admitted) co_return admitted.error();
  if (kind.defaults) kind.defaults(object);
  if (call.subresource != "status") carry_over(object, old, kind);
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
  to_storage(object, *call.resource);
  auto next = std::make_shared<const Object>(storage_form(object));
  const bool released = is_released(*next, kind);
  const bool same = !released && api::deep_equal(storage_form(*before), *next);
  storage::Revision written = old->revision();
  StatusOr<Stored> stored = Stored::yes;
  std::string text = api::encode(*next);
  if (!call.dry_run && !same) {
    std::string key = full_key(call, call.name);
    if (released)
      stored = co_await erase(std::move(key), old->revision(), written);
    else
      stored = co_await put(std::move(key), text, old->revision(), written);
  }
  const bool kept = stored && *stored == Stored::yes && !call.dry_run;
  if (hook != parts_.hooks.end()) {
    co_await hook->second->end(std::move(ticket), next, kept);
    if (kept && released) co_await hook->second->removed(next);
  }
  if (!stored) co_return stored.error();
  lost = *stored == Stored::lost;
  if (lost) co_return StatusError::conflict(call.resource->group_resource(), call.name, modified);
  auto entry = cache::Entry::make(object_key(call.ns, call.name), text, written, {});
  if (!entry) co_return StatusError::internal(entry.error().message);
  Answer answer;
  answer.json = registry::present(*entry, *call.resource);
  co_return answer;
}

}  // namespace apiserver::registry
