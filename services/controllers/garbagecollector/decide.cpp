#include "controllers/garbagecollector/decide.hpp"
#include <algorithm>
#include <boost/json/array.hpp>
#include "api/typed.hpp"
#include "controllers/garbagecollector/graph.hpp"

namespace controllers::garbagecollector {

namespace json = boost::json;

namespace {

/// Whoever deleted the object before, or asked for it by a finalizer, said what should become of its
/// dependents.
std::string policy_of(const ObjectMeta& object) {
  const auto has = [&](const char* f) {
    return std::find(object.finalizers.begin(), object.finalizers.end(), f) != object.finalizers.end();
  };
  if (has(orphan_finalizer)) return "Orphan";
  return has(foreground_finalizer) ? "Foreground" : "Background";
}

json::value unchanged_since(const ObjectMeta& object, const char* field, json::array list) {
  json::object metadata{{"resourceVersion", object.resource_version}, {"uid", object.uid}};
  metadata[field] = std::move(list);
  return json::object{{"metadata", std::move(metadata)}};
}

}  // namespace

Decision decide(const ObjectMeta& object, const Owners& owners, bool dependents, bool dependent_waits) {
  Decision d;
  if (!owners.solid.empty()) {
    d.owners = owners.dangling;
    d.owners.insert(d.owners.end(), owners.waiting.begin(), owners.waiting.end());
    if (!d.owners.empty()) d.step = Decision::Step::drop_owners;
    return d;
  }
  d.step = Decision::Step::remove;
  const bool in_foreground = !owners.waiting.empty() && dependents;
  d.policy = in_foreground ? "Foreground" : policy_of(object);
  d.unblock = in_foreground && dependent_waits;
  return d;
}

json::value drop_owners_patch(const ObjectMeta& object, const std::vector<std::string>& owners) {
  json::array references;
  for (const auto& uid : owners)
    references.push_back(json::object{{"$patch", "delete"}, {"uid", uid}});
  json::object metadata{{"ownerReferences", std::move(references)}, {"uid", object.uid}};
  return json::object{{"metadata", std::move(metadata)}};
}

json::value replace_owners_patch(const ObjectMeta& object, const std::vector<OwnerReference>& owners) {
  json::array list;
  for (const auto& o : owners)
    list.push_back(api::to_json(o));
  return unchanged_since(object, "ownerReferences", std::move(list));
}

json::value replace_finalizers_patch(const ObjectMeta& object, const std::vector<std::string>& finalizers) {
  json::array list;
  for (const auto& f : finalizers)
    list.emplace_back(f);
  return unchanged_since(object, "finalizers", std::move(list));
}

}  // namespace controllers::garbagecollector
