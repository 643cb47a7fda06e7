#include <algorithm>
#include "controllers/garbagecollector/collector.hpp"

/// What the collector asks of the server.
namespace controllers::garbagecollector {
namespace {

using base::Awaitable;
using base::Errc;
using base::Result;

constexpr int conflicts_max = 5;

Result<void> unless_gone(Result<void> done) {
  return !done && done.error().is(Errc::not_found) ? Result<void>() : done;
}

std::string ns_of(const api::ResourceInfo& r, const Identity& id) {
  return r.namespaced ? id.ns : std::string();
}

}  // namespace

Awaitable<Result<std::optional<ObjectMeta>>> Collector::get_live(Target target) {
  auto v = co_await rest().get(*target.resource, ns_of(*target.resource, target.id), target.id.name,
                               std::string());
  if (!v) {
    if (v.error().is(Errc::not_found)) co_return std::optional<ObjectMeta>();
    co_return v.error();
  }
  auto o = client::decode<client::ObjectMetadata>(*v);
  if (!o) co_return o.error();
  if (o->metadata.uid != target.id.uid) co_return std::optional<ObjectMeta>();
  co_return std::optional(std::move(o->metadata));
}

Awaitable<Result<void>> Collector::remove(Target target, ObjectMeta object, std::string policy) {
  client::DeleteOptions how;
  how.propagation_policy = policy;
  how.precondition_uid = object.uid;
  how.precondition_resource_version = object.resource_version;
  auto again = how;
  const auto ns = ns_of(*target.resource, target.id);
  auto done = co_await rest().remove_raw(*target.resource, ns, target.id.name, std::move(how));
  if (done || !done.error().is(Errc::conflict)) co_return unless_gone(std::move(done));
  // Changed meanwhile. If its owners did not, the decision holds.
  const auto live = co_await get_live(target);
  if (!live) co_return live.error();
  if (!*live) co_return Result<void>();
  if ((*live)->owner_references != object.owner_references) co_return done.error();
  again.precondition_resource_version.clear();
  done = co_await rest().remove_raw(*target.resource, ns, target.id.name, std::move(again));
  co_return unless_gone(std::move(done));
}

/// `object`: as read before, null where it was not.
Awaitable<Result<void>> Collector::drop_owners(Target target, std::shared_ptr<const ObjectMeta> object,
                                               std::vector<std::string> owners) {
  if (is_builtin(*target.resource)) {
    ObjectMeta named;
    named.uid = target.id.uid;
    auto patch = drop_owners_patch(named, owners);
    const auto done = co_await rest().patch_raw(*target.resource, ns_of(*target.resource, target.id),
                                                target.id.name, std::string(), client::PatchType::strategic,
                                                std::move(patch), client::WriteOptions());
    if (done || done.error().is(Errc::not_found)) co_return Result<void>();
    co_return done.error();
  }
  if (!object) {
    auto live = co_await get_live(target);
    if (!live) co_return live.error();
    if (!*live) co_return Result<void>();
    object = std::make_shared<const ObjectMeta>(std::move(**live));
  }
  auto kept = object->owner_references;
  std::erase_if(kept, [&](const OwnerReference& r) {
    return std::find(owners.begin(), owners.end(), r.uid) != owners.end();
  });
  auto patch = replace_owners_patch(*object, kept);
  co_return co_await merge(target, std::move(patch));
}

Awaitable<Result<void>> Collector::unblock_owners(Target target, ObjectMeta object) {
  for (auto& o : object.owner_references)
    if (o.block_owner_deletion) o.block_owner_deletion = false;
  auto patch = replace_owners_patch(object, object.owner_references);
  co_return co_await merge(target, std::move(patch));
}

Awaitable<Result<void>> Collector::remove_finalizer(Target target, std::string finalizer) {
  for (int attempt = 1;; ++attempt) {
    auto live = co_await get_live(target);
    if (!live) co_return live.error();
    if (!*live || std::erase((*live)->finalizers, finalizer) == 0) co_return Result<void>();
    auto patch = replace_finalizers_patch(**live, (*live)->finalizers);
    const auto done = co_await merge(target, std::move(patch));
    if (done || !done.error().is(Errc::conflict) || attempt == conflicts_max) co_return done;
  }
}

Awaitable<Result<void>> Collector::merge(Target target, boost::json::value patch) {
  const auto done = co_await rest().patch_raw(*target.resource, ns_of(*target.resource, target.id),
                                              target.id.name, std::string(), client::PatchType::merge,
                                              std::move(patch), client::WriteOptions());
  if (done || done.error().is(Errc::not_found)) co_return Result<void>();
  co_return done.error();
}

}  // namespace controllers::garbagecollector
