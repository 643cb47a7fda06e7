#include "controllers/discovery/discovery.hpp"
#include <algorithm>
#include <boost/json/array.hpp>
#include <set>
#include "api/object.hpp"

namespace controllers::discovery {
namespace {

api::GroupVersion parse_group_version(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return {"", std::string(text)};
  return {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

std::string path_of(const api::GroupVersion& gv) {
  return gv.group.empty() ? "/api/" + gv.version : "/apis/" + gv.group + "/" + gv.version;
}

api::ResourceInfo resource_from(const api::GroupVersion& gv, const api::Object& o) {
  api::ResourceInfo r;
  r.group = gv.group;
  r.version = gv.version;
  r.resource = std::string(api::get_string(o, {"name"}));
  r.kind = std::string(api::get_string(o, {"kind"}));
  r.kind_group = gv.group;
  r.kind_version = gv.version;
  r.singular = std::string(api::get_string(o, {"singularName"}));
  r.namespaced = api::get_bool(o, {"namespaced"});
  if (const auto* verbs = api::get_array(o, {"verbs"}))
    for (const auto& v : *verbs)
      if (v.is_string()) r.verbs.emplace_back(v.get_string());
  return r;
}

void versions_of_group(const api::Object& group, std::vector<api::GroupVersion>& out) {
  const auto preferred = api::get_string(group, {"preferredVersion", "groupVersion"});
  if (!preferred.empty()) out.push_back(parse_group_version(preferred));
  const auto* versions = api::get_array(group, {"versions"});
  if (!versions) return;
  for (const auto& v : *versions) {
    if (!v.is_object()) continue;
    const auto text = api::get_string(v.get_object(), {"groupVersion"});
    if (!text.empty() && text != preferred) out.push_back(parse_group_version(text));
  }
}

}  // namespace

std::vector<api::GroupVersion> versions_of(const boost::json::value& document) {
  std::vector<api::GroupVersion> out;
  const auto* o = document.if_object();
  if (!o) return out;
  if (const auto* groups = api::get_array(*o, {"groups"})) {
    for (const auto& g : *groups)
      if (g.is_object()) versions_of_group(g.get_object(), out);
  } else if (const auto* versions = api::get_array(*o, {"versions"})) {
    for (const auto& v : *versions)
      if (v.is_string()) out.push_back({"", std::string(v.get_string())});
  }
  return out;
}

std::vector<api::ResourceInfo> resources_of(const api::GroupVersion& gv, const boost::json::value& document) {
  std::vector<api::ResourceInfo> out;
  const auto* list = document.is_object() ? api::get_array(document.get_object(), {"resources"}) : nullptr;
  if (!list) return out;
  for (const auto& v : *list) {
    if (!v.is_object()) continue;
    auto r = resource_from(gv, v.get_object());
    if (!r.resource.empty() && r.resource.find('/') == std::string::npos) out.push_back(std::move(r));
  }
  return out;
}

bool has_verb(const api::ResourceInfo& r, std::string_view verb) noexcept {
  return std::find(r.verbs.begin(), r.verbs.end(), verb) != r.verbs.end();
}

base::Awaitable<base::Result<Discovered>> discover(std::shared_ptr<client::RestClient> rest) {
  std::vector<api::GroupVersion> versions;
  for (const char* root : {"/api", "/apis"}) {
    std::string path = root;
    const auto document = co_await rest->get_path(std::move(path));
    if (!document) co_return document.error();
    const auto found = versions_of(*document);
    versions.insert(versions.end(), found.begin(), found.end());
  }
  Discovered out;
  std::set<api::GroupResource> seen;
  for (const auto& gv : versions) {
    auto path = path_of(gv);
    const auto document = co_await rest->get_path(std::move(path));
    if (!document) {
      out.failed.push_back(gv.text() + ": " + document.error().message);
      continue;
    }
    for (auto& r : resources_of(gv, *document))
      if (seen.insert(r.group_resource()).second) out.resources.push_back(std::move(r));
  }
  co_return out;
}

}  // namespace controllers::discovery
