#include "api/decode.hpp"
#include "apiserver/registry/conversion.hpp"
#include "apiserver/registry/custom_resource.hpp"
#include "apiserver/registry/registry.hpp"
#include "apiserver/registry/tracking.hpp"
#include "base/log.hpp"

namespace apiserver::registry {
namespace {

using admission::Operation;
using api::StatusError;
using api::StatusOr;
constexpr int generated_names_max = 8;

const kinds::KindRecord& record_of(const Call& call) {
  return kinds::record_of(*call.resource);
}

api::GroupVersionKind kind_of(const api::ResourceInfo& r) {
  return {r.kind_group, r.kind_version, r.kind};
}

}  // namespace

StatusError store_error(const base::Error& error) {
  if (error.code == base::Errc::expired)
    return StatusError::expired(
        "The provided continue parameter is too old to display a consistent list result.");
  if (error.code == base::Errc::deadline_exceeded)
    return StatusError::timeout("reading took too long: " + error.message);
  if (error.code == base::Errc::unknown_outcome)
    return StatusError::timeout("the store did not answer in time; a write may or may not have happened");
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
  const bool main = call.subresource.empty() || call.subresource == "scale";
  if (call.subresource == "status") {
    if (old && kind.validate_status) kind.validate_status(object, *old, errors);
  } else {
    if (kind.validate && !(old && kind.update_validates_all)) kind.validate(object, errors);
    if (!old && kind.validate_create) kind.validate_create(object, errors);
    if (old && !main && kind.validate_subresource)
      kind.validate_subresource(call.subresource, object, *old, errors);
    // What else a subresource may change is its own to judge.
    if (old && main && kind.validate_update) kind.validate_update(object, *old, errors);
  }
  if (!errors.empty()) return StatusError::invalid(kind_of(*call.resource), api::name_of(object), errors);
  if (kind.warnings)
    for (auto& w : kind.warnings(object))
      call.warnings->push_back(std::move(w));
  return {};
}

base::Awaitable<StatusOr<Object>> Registry::prepare_new(const Call& call, Object object) {
  const auto& kind = record_of(call);
  if (!api::resource_version_of(object).empty())
    co_return StatusError::bad_request("resourceVersion should not be set on objects to be created");
  if (auto placed = place(object, *call.resource, call.ns, call.name); !placed) co_return placed.error();
  // A name is needed before admission asks about it.
  wipe_system_fields(object);
  if (kind.defaults) kind.defaults(object);
  const Origin origin{parts_.now(), parts_.uid, parts_.name_suffix};
  record_managers(call, Object(), object, origin.now);
  fill_new(object, kind, origin);
  auto admitted = co_await admit(call, Operation::create, &object, nullptr, false);
  if (!admitted) co_return admitted.error();
  if (kinds::has_status(*call.resource) && !kind.status_from_create) api::remove(object, {"status"});
  if (kind.prepare_create) kind.prepare_create(object);
  if (kind.defaults) kind.defaults(object);
  // Clients that decode into classes count on it: in upstream's it is there, though empty.
  if (kinds::has_status(*call.resource) && !custom(*call.resource)) object.emplace("status", Object());
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
  const Object asked = call.dry_run ? storage_form(object) : Object();
  auto stored_object = co_await to_store(call, std::move(object));
  if (!stored_object) co_return stored_object.error();
  auto shared = std::make_shared<const Object>(storage_form(*stored_object));
  std::string text = api::encode(*shared);
  const std::string name(api::name_of(*shared));
  storage::Revision written = 0;
  StatusOr<Stored> stored = Stored::yes;
  if (!call.dry_run) {
    std::string where = store_key(*call.resource, call.ns, name);
    stored = co_await put_object(call, std::move(where), *shared, text, 0, written);
  } else if (cache_of(*call.resource)->find(object_key(call.ns, name))) {
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
  if (call.dry_run) {
    answer.json = http::make_bytes(api::encode(asked));
  } else {
    auto json = co_await to_show(call, std::move(*entry));
    if (!json) co_return json.error();
    answer.json = std::move(*json);
  }
  co_return answer;
}

base::Awaitable<StatusOr<Stored>> Registry::put(const Call& call, std::string key, std::string value,
                                                storage::Revision expected, storage::Revision& written) {
  storage::TxnRequest txn;
  storage::Compare compare;
  compare.key = key;
  compare.number = expected;
  txn.compares.push_back(std::move(compare));
  storage::Operation operation;
  operation.put.key = std::move(key);
  operation.put.value = std::move(value);
  const auto& stored = storage_resource(*call.resource);  // Both groups of events.
  if (parts_.leases && kinds::find(stored.group, stored.resource).expires) {
    const auto lease = co_await parts_.leases->take();
    if (!lease) co_return store_error(lease.error());
    operation.put.lease = *lease;
  }
  txn.success.push_back(std::move(operation));
  auto done = co_await parts_.store->txn(std::move(txn));
  if (!done) co_return store_error(done.error());
  written = done->revision;
  co_return done->succeeded ? Stored::yes : Stored::lost;
}

base::Awaitable<StatusOr<Stored>> Registry::put_object(const Call& call, std::string key,
                                                       const Object& object, std::string& text,
                                                       storage::Revision expected,
                                                       storage::Revision& written) {
  std::string where = key, value = text;
  auto stored = co_await put(call, std::move(where), std::move(value), expected, written);
  const bool smaller = !stored && !call.applied && api::get(object, "metadata", "managedFields") &&
                       stored.error().message.find("request is too large") != std::string::npos;
  if (!smaller) co_return stored;
  Object without = object;
  api::remove(without, {"metadata", "managedFields"});
  text = api::encode(without);
  std::string less = text;
  co_return co_await put(call, std::move(key), std::move(less), expected, written);
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

}  // namespace apiserver::registry
