#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>
#include "apiserver/discovery/served.hpp"

/// The discovery documents as JSON, one function a document. Pure.
namespace apiserver::discovery {

/// The resources of one group version, ordered by name.
struct Version {
  std::string version;
  ResourceList resources;
};
/// Versions with the preferred one first.
struct Group {
  std::string name;
  std::vector<Version> versions;
};
/// Groups in the order clients see them.
std::vector<Group> group(const ResourceList& resources);

boost::json::object api_versions(const std::string& address);   ///< /api
boost::json::object api_group_list(const std::vector<Group>&);  ///< /apis
boost::json::object api_group(const Group&);                    ///< /apis/<group>
boost::json::object api_resource_list(const Group&, const Version&);
/// APIGroupDiscoveryList of the core group alone (/api), or of all others (/apis).
/// `version`: "v2" or "v2beta1".
boost::json::object aggregated_list(const std::vector<Group>&, bool core, std::string_view version);

}  // namespace apiserver::discovery
