#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>
#include "api/types/meta_v1.hpp"

/// What becomes of an object, given what the server says of its owners. Pure.
namespace controllers::garbagecollector {

using api::meta::v1::ObjectMeta;
using api::meta::v1::OwnerReference;

/// An object's owners by what they are; uids.
struct Owners {
  std::vector<std::string> solid;     ///< Exists; keeps the object.
  std::vector<std::string> dangling;  ///< Does not exist.
  std::vector<std::string> waiting;   ///< Being deleted in the foreground: waits for its dependents to go.
};

struct Decision {
  enum class Step {
    keep,
    drop_owners,  ///< Other owners keep it: take `owners` out of its references.
    remove,
  };
  Step step = Step::keep;
  std::vector<std::string> owners;
  std::string policy;    ///< The propagation policy of the deletion.
  bool unblock = false;  ///< First let it block none of its owners: they may be waiting for each other.
};

/// `object` as the server has it. `dependents`: it has some; `dependent_waits`: one of them is itself waiting
/// for its dependents, which may be a circle.
Decision decide(const ObjectMeta& object, const Owners& owners, bool dependents, bool dependent_waits);

/// Strategic merge patch that takes owners out of the references. The uid in it makes it fail where another
/// object took the name.
boost::json::value drop_owners_patch(const ObjectMeta& object, const std::vector<std::string>& owners);
/// JSON merge patches; they fail when the object has changed since `object` was read.
boost::json::value replace_owners_patch(const ObjectMeta& object, const std::vector<OwnerReference>& owners);
boost::json::value replace_finalizers_patch(const ObjectMeta& object,
                                            const std::vector<std::string>& finalizers);

}  // namespace controllers::garbagecollector
