#pragma once
#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <vector>
#include "api/resource.hpp"
#include "client/rest.hpp"

/// Which resources the API server serves, for controllers that work on all of them.
namespace controllers::discovery {

struct Discovered {
  std::vector<api::ResourceInfo>
      resources;  ///< Each group's resource once, in its preferred version; no subresources.
  std::vector<std::string> failed;  ///< "group/version: why" of what could not be read.
  bool complete() const noexcept { return failed.empty(); }
};

/// Asks /api and /apis and every group version below. Error: when these two cannot be read.
base::Awaitable<base::Result<Discovered>> discover(std::shared_ptr<client::RestClient> rest);

/// The versions an APIGroupList or APIVersions document names, each group's preferred one first. Pure.
std::vector<api::GroupVersion> versions_of(const boost::json::value& document);
/// The resources of an APIResourceList, without subresources. Pure.
std::vector<api::ResourceInfo> resources_of(const api::GroupVersion& gv, const boost::json::value& document);

bool has_verb(const api::ResourceInfo& r, std::string_view verb) noexcept;

}  // namespace controllers::discovery
