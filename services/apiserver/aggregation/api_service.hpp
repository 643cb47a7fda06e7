#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>
#include "api/object.hpp"
#include "api/resource.hpp"
#include "apiserver/lookup/lookup.hpp"
#include "base/clock.hpp"

/// APIServices: which server answers for a group version. Pure. Source: apiregistration.k8s.io/v1; upstream's
/// kube-aggregator.
namespace apiserver::aggregation {

using api::Object;

/// "v1.apps", and "v1." for the core group.
std::string name_of(const api::GroupVersion& gv);

/// What the objects of this server's own group versions are: those that must be made, and the names of those
/// that nothing stands behind any more. `builtin`: served for good; `defined`: as long as their definitions
/// are there.
struct LocalPlan {
  std::vector<Object> create;
  std::vector<std::string> remove;
};
LocalPlan plan_local(const std::set<api::GroupVersion>& builtin, const std::set<api::GroupVersion>& defined,
                     const std::vector<SharedObject>& present);

struct Availability {
  std::string status, reason, message;
};
/// Of an APIService that needs no request to be judged: a local one, or one whose service is not as it must
/// be. Nothing: its server must be asked.
std::optional<Availability> judge(const Object& api_service, const ObjectLookup& lookup);
/// Sets the condition Available; its time changes with its status only. True if anything changed.
bool set_available(Object& api_service, const Availability& available, base::SystemTime now);
bool is_available(const Object& api_service);
bool is_local(const Object& api_service);

/// The resources of an APIResourceList, as its server describes them.
std::vector<api::ResourceInfo> resources_of(const api::GroupVersion& gv, const Object& list);

}  // namespace apiserver::aggregation
