#include "controllers/workload/ownership.hpp"
#include <boost/json/array.hpp>
#include "controllers/workload/pod.hpp"

namespace controllers::workload {

namespace json = boost::json;

Claim decide_claim(const ObjectMeta& owner, const api::LabelSelector& selector, const ObjectMeta& object) {
  const bool owner_deleting = owner.deletion_timestamp.has_value();
  if (const auto* controller = controller_of(object)) {
    if (controller->uid != owner.uid) return Claim::ignore;
    if (selector.matches(object.labels)) return Claim::keep;
    return owner_deleting ? Claim::ignore : Claim::release;
  }
  if (owner_deleting || object.deletion_timestamp || !selector.matches(object.labels)) return Claim::ignore;
  return Claim::adopt;
}

json::value adopt_patch(const OwnerReference& controller, const ObjectMeta& object) {
  json::array references;
  references.push_back(api::to_json(controller));
  json::object metadata{{"ownerReferences", std::move(references)}, {"uid", object.uid}};
  return json::object{{"metadata", std::move(metadata)}};
}

json::value release_patch(const ObjectMeta& owner, const ObjectMeta& object) {
  json::object removal{{"$patch", "delete"}, {"uid", owner.uid}};
  json::array references;
  references.push_back(std::move(removal));
  json::object metadata{{"ownerReferences", std::move(references)}, {"uid", object.uid}};
  return json::object{{"metadata", std::move(metadata)}};
}

base::Result<api::LabelSelector> to_selector(const api::meta::v1::LabelSelector& selector) {
  const auto v = api::to_json(selector);
  return v.is_object() ? api::LabelSelector::from_json(v.get_object()) : api::LabelSelector::everything();
}

}  // namespace controllers::workload
