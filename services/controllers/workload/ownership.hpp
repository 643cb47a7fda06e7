#pragma once
#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <vector>
#include "api/selector.hpp"
#include "api/types/meta_v1.hpp"

/// Adoption and release by controller references. Source: the garbage collection design ("ControllerRef") of
/// kubernetes/design-proposals-archive.
namespace controllers::workload {

enum class Claim {
  ignore,   ///< Somebody else's, or not to be touched.
  keep,     ///< Ours already, and it matches.
  adopt,    ///< An orphan that matches.
  release,  ///< Ours, but it no longer matches.
};

/// What `owner` with `selector` does about an object. Both are in the same namespace.
Claim decide_claim(const api::meta::v1::ObjectMeta& owner, const api::LabelSelector& selector,
                   const api::meta::v1::ObjectMeta& object);

/// The bodies of the strategic merge patches that adopt and release `object`. The uid in them makes the patch
/// fail where another object took the name.
boost::json::value adopt_patch(const api::meta::v1::OwnerReference& controller,
                               const api::meta::v1::ObjectMeta& object);
boost::json::value release_patch(const api::meta::v1::ObjectMeta& owner,
                                 const api::meta::v1::ObjectMeta& object);

/// The selector of a typed metav1.LabelSelector. Error: invalid_argument.
base::Result<api::LabelSelector> to_selector(const api::meta::v1::LabelSelector& selector);

}  // namespace controllers::workload
