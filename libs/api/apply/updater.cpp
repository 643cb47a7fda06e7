#include "api/apply/updater.hpp"
#include <map>

namespace api::apply {
namespace {

Typed with(const Typed& like, Object object) {
  Typed out = like;
  out.object = std::make_shared<const Object>(std::move(object));
  return out;
}

FieldSet named(const Typed& object) {
  return with_named_fields(fields_of(*object.object, object.shape()), object.shape());
}

void drop_empty(Managers& managers) {
  std::erase_if(managers, [](const auto& m) { return m.second.fields.empty(); });
}

}  // namespace

std::optional<Typed> Updater::at(const Typed& object, const std::string& api_version) const {
  if (api_version == object.api_version) return object;
  return convert_ ? convert_(object, api_version) : std::nullopt;
}

void Updater::reconcile_with_schema(const Typed& live, Managers& managers) const {
  for (auto manager = managers.begin(); manager != managers.end();) {
    const auto there = at(live, manager->second.api_version);
    if (!there) {
      manager = managers.erase(manager);  // Of a version that is gone.
      continue;
    }
    manager->second.fields = reconcile(manager->second.fields, there->shape());
    ++manager;
  }
}

/// Takes what `object` changed away from everybody but `self`. `own`: the change, in the object's version.
base::Result<std::vector<Conflict>> Updater::take_from_others(const Typed& live, const Typed& object,
                                                              Managers& managers, const ManagerKey& self,
                                                              bool force, Comparison& own) const {
  std::map<std::string, Comparison> versions;
  const auto compare_at = [&](const Typed& before, const Typed& after) -> base::Result<const Comparison*> {
    auto found = compare(*before.object, *after.object, after.shape());
    if (!found) return found.error();
    found->added = filtered(std::move(found->added));
    found->modified = filtered(std::move(found->modified));
    found->removed = filtered(std::move(found->removed));
    return &(versions[after.api_version] = std::move(*found));
  };
  if (auto compared = compare_at(live, object); !compared) return compared.error();
  std::vector<Conflict> conflicts;
  for (auto manager = managers.begin(); manager != managers.end();) {
    const auto next = std::next(manager);
    if (manager->first != self) {
      auto& managed = manager->second;
      const auto known = versions.find(managed.api_version);
      const Comparison* change = known == versions.end() ? nullptr : &known->second;
      if (!change) {
        const auto before = at(live, managed.api_version), after = at(object, managed.api_version);
        if (!before || !after) {
          managers.erase(manager);
          manager = next;
          continue;
        }
        auto there = compare_at(*before, *after);
        if (!there) return there.error();
        change = *there;
      }
      const auto taken = intersect(managed.fields, unite(change->modified, change->added));
      if (!force) taken.each([&](const Path& path) { conflicts.push_back({manager->first, path}); });
      managed.fields.remove(taken);
      managed.fields.remove(change->removed);
    }
    manager = next;
  }
  if (conflicts.empty()) drop_empty(managers);
  own = std::move(versions[object.api_version]);
  return conflicts;
}

base::Result<bool> Updater::update(const Typed& live, const Typed& object, Managers& managers,
                                   const ManagerKey& self) const {
  reconcile_with_schema(live, managers);
  Comparison change;
  auto done = take_from_others(live, object, managers, self, true, change);
  if (!done) return done.error();
  auto& own = managers[self];
  auto gained = unite(std::move(change.modified), std::move(change.added));
  const bool changed = !gained.empty();
  own.api_version = object.api_version;
  own.fields.remove(change.removed);
  own.fields = filtered(unite(std::move(own.fields), std::move(gained)));
  if (own.fields.empty()) managers.erase(self);
  return changed;
}

base::Result<Updater::Applied> Updater::apply(const Typed& live, const Typed& config, Managers managers,
                                              const ManagerKey& self, bool force) const {
  reconcile_with_schema(live, managers);
  auto merged = merge(*live.object, *config.object, config.shape());
  if (!merged) return base::Error(merged.error().code, "failed to merge config: " + merged.error().message);
  const Managed last = managers[self];
  auto& own = managers[self];
  own.fields = filtered(fields_of(*config.object, config.shape()));
  own.api_version = config.api_version;
  const Typed object = prune(with(config, std::move(*merged)), managers, self, last);
  Applied out;
  Comparison change;
  auto conflicts = take_from_others(live, object, managers, self, force, change);
  if (!conflicts) return conflicts.error();
  out.conflicts = std::move(*conflicts);
  drop_empty(managers);
  out.managers = std::move(managers);
  if (*live.object != *object.object) out.object = *object.object;
  return out;
}

/// Removes what `self` applied the last time, does not apply now, and nobody else manages.
Typed Updater::prune(const Typed& merged, const Managers& managers, const ManagerKey& self,
                     const Managed& last) const {
  if (last.fields.empty()) return merged;
  const auto then = at(merged, last.api_version);
  if (!then) return merged;
  auto pruned =
      with(*then, remove_items(*then->object, with_named_fields(last.fields, then->shape()), then->shape()));
  pruned = add_back_owned(*then, std::move(pruned), managers);
  pruned = add_back_dangling(*then, pruned, last);
  return at(pruned, managers.at(self).api_version).value_or(merged);
}

/// Gives back what was pruned although somebody manages it, in whatever version: first in the version that
/// was pruned in, so that what conversion needs is there.
Typed Updater::add_back_owned(Typed merged, Typed pruned, const Managers& managers) const {
  std::map<std::string, FieldSet> by_version;
  for (const auto& [key, managed] : managers)
    by_version[managed.api_version] = unite(by_version[managed.api_version], managed.fields);
  const auto add_back = [&](const std::string& version, const FieldSet& managed) {
    const auto whole = at(merged, version), left = at(pruned, version);
    if (!whole || !left) return;
    const auto kept = unite(named(*left), with_named_fields(managed, whole->shape()));
    const auto removed = subtract(named(*whole), kept);
    pruned = with(*whole, remove_items(*whole->object, removed, whole->shape()));
    merged = *whole;
  };
  const auto first = by_version.extract(pruned.api_version);
  if (!first.empty()) add_back(first.key(), first.mapped());
  for (const auto& [version, managed] : by_version)
    add_back(version, managed);
  return pruned;
}

/// Only what `self` applied the last time may go: what nobody manages stays.
Typed Updater::add_back_dangling(const Typed& merged, const Typed& pruned, const Managed& last) const {
  const auto left = at(pruned, last.api_version);
  if (!left) return merged;
  const auto applied = with_named_fields(last.fields, merged.shape());
  const auto removed = intersect(subtract(named(merged), named(*left)), applied);
  return with(merged, remove_items(*merged.object, removed, merged.shape()));
}

}  // namespace api::apply
