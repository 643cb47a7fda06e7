#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include "client/testing/fake_rest_client.hpp"

namespace controllers::testing {

/// Lets the fake answer discovery with these built-in resources.
inline void serve_discovery(client::testing::FakeRestClient& api,
                            const std::vector<const api::ResourceInfo*>& resources) {
  namespace json = boost::json;
  std::map<std::string, json::array> by_version;
  for (const auto* r : resources) {
    json::array verbs;
    for (const auto& v : r->verbs)
      verbs.emplace_back(v);
    by_version[r->group_version().text()].push_back(json::object{
        {"name", r->resource}, {"kind", r->kind}, {"namespaced", r->namespaced}, {"verbs", verbs}});
  }
  json::array groups;
  for (const auto& [gv, list] : by_version) {
    const bool core = gv == "v1";
    api.set_path((core ? "/api/" : "/apis/") + gv, json::object{{"resources", list}});
    if (core) continue;
    json::array versions{json::object{{"groupVersion", gv}}};
    groups.push_back(json::object{{"preferredVersion", versions[0]}, {"versions", versions}});
  }
  api.set_path("/api", json::object{{"versions", json::array{"v1"}}});
  api.set_path("/apis", json::object{{"groups", groups}});
}

}  // namespace controllers::testing
