#include "apiserver/aggregation/api_service.hpp"
#include <algorithm>
#include "apiserver/kinds/common.hpp"

namespace apiserver::aggregation {
namespace {

namespace json = boost::json;
using kinds::at;

constexpr std::string_view managed = "kube-aggregator.kubernetes.io/automanaged";

struct Priority {
  std::string_view group, version;
  int group_minimum, version_priority;
};
/// Source: upstream's control plane, the priorities of its own groups.
constexpr Priority priorities[] = {
    {"", "v1", 18000, 1},
    {"apps", "v1", 17800, 15},
    {"events.k8s.io", "v1", 17750, 15},
    {"authentication.k8s.io", "v1", 17700, 15},
    {"authorization.k8s.io", "v1", 17600, 15},
    {"autoscaling", "v1", 17500, 15},
    {"autoscaling", "v2", 17500, 30},
    {"batch", "v1", 17400, 15},
    {"certificates.k8s.io", "v1", 17300, 15},
    {"networking.k8s.io", "v1", 17200, 15},
    {"policy", "v1", 17100, 15},
    {"rbac.authorization.k8s.io", "v1", 17000, 15},
    {"storage.k8s.io", "v1", 16800, 15},
    {"apiextensions.k8s.io", "v1", 16700, 15},
    {"admissionregistration.k8s.io", "v1", 16700, 15},
    {"scheduling.k8s.io", "v1", 16600, 15},
    {"coordination.k8s.io", "v1", 16500, 15},
    {"node.k8s.io", "v1", 16300, 15},
    {"discovery.k8s.io", "v1", 16200, 15},
    {"flowcontrol.apiserver.k8s.io", "v1", 16100, 21},
    {"resource.k8s.io", "v1", 15900, 20},
};

Object local_object(const api::GroupVersion& gv, bool builtin) {
  int group_minimum = builtin ? 15000 : 1000, version_priority = builtin ? 9 : 100;
  for (const auto& p : priorities)
    if (builtin && p.group == gv.group && p.version == gv.version) {
      group_minimum = p.group_minimum;
      version_priority = p.version_priority;
    }
  Object spec{{"version", gv.version},
              {"groupPriorityMinimum", group_minimum},
              {"versionPriority", version_priority}};
  if (!gv.group.empty()) spec["group"] = gv.group;
  Object metadata{{"name", name_of(gv)}, {"labels", Object{{managed, builtin ? "onstart" : "true"}}}};
  return {{"kind", "APIService"},
          {"apiVersion", "apiregistration.k8s.io/v1"},
          {"metadata", std::move(metadata)},
          {"spec", std::move(spec)}};
}

std::vector<std::string> texts(const Object& o, std::string_view member) {
  std::vector<std::string> out;
  if (const auto* list = api::get_array(o, {member}))
    for (const auto& v : *list)
      if (v.is_string()) out.emplace_back(v.get_string());
  return out;
}

bool has_endpoint(const Object& slice, std::string_view port_name) {
  const auto* endpoints = api::get_array(slice, {"endpoints"});
  const auto* ports = api::get_array(slice, {"ports"});
  const auto ready = [](const json::value& e) {
    const auto* r = e.is_object() ? api::get(e.get_object(), "conditions", "ready") : nullptr;
    return e.is_object() && (!r || !r->is_bool() || r->get_bool());
  };
  const auto named = [&](const json::value& p) {
    return p.is_object() && api::get_string(p.get_object(), {"name"}) == port_name &&
           p.get_object().contains("port");
  };
  return endpoints && ports && std::any_of(endpoints->begin(), endpoints->end(), ready) &&
         std::any_of(ports->begin(), ports->end(), named);
}

}  // namespace

std::string name_of(const api::GroupVersion& gv) {
  return gv.version + "." + gv.group;
}

bool is_local(const Object& o) {
  return api::get_object(o, {"spec", "service"}) == nullptr;
}

bool is_available(const Object& o) {
  const auto* list = api::get_array(o, {"status", "conditions"});
  for (std::size_t i = 0; list && i < list->size(); ++i)
    if ((*list)[i].is_object() && at((*list)[i].get_object(), {"type"}) == "Available")
      return at((*list)[i].get_object(), {"status"}) == "True";
  return false;
}

LocalPlan plan_local(const std::set<api::GroupVersion>& builtin, const std::set<api::GroupVersion>& defined,
                     const std::vector<SharedObject>& present) {
  LocalPlan plan;
  std::set<std::string> there;
  for (const auto& o : present) {
    there.emplace(api::name_of(*o));
    const auto* labels = api::labels_of(*o);
    const api::GroupVersion gv{at(*o, {"spec", "group"}), at(*o, {"spec", "version"})};
    const bool ours = labels && at(*labels, {managed}) == "true" && is_local(*o);
    if (ours && !defined.contains(gv) && !builtin.contains(gv)) plan.remove.emplace_back(api::name_of(*o));
  }
  for (const bool of_builtin : {true, false})
    for (const auto& gv : of_builtin ? builtin : defined)
      if (there.insert(name_of(gv)).second) plan.create.push_back(local_object(gv, of_builtin));
  return plan;
}

std::optional<Availability> judge(const Object& o, const ObjectLookup& lookup) {
  if (is_local(o)) return Availability{"True", "Local", "Local APIServices are always available"};
  const auto ns = at(o, {"spec", "service", "namespace"}), name = at(o, {"spec", "service", "name"});
  const auto port = kinds::number(o, {"spec", "service", "port"}, 443);
  const auto what = "service/" + name + " in \"" + ns + "\"";
  const auto service = lookup.get("", "services", ns, name);
  if (!service) return Availability{"False", "ServiceNotFound", what + " is not present"};
  const auto type = at(*service, {"spec", "type"});
  if (!type.empty() && type != "ClusterIP") return std::nullopt;
  const Object* of_service = nullptr;
  if (const auto* ports = api::get_array(*service, {"spec", "ports"}))
    for (const auto& p : *ports)
      if (p.is_object() && kinds::number(p.get_object(), {"port"}) == port) of_service = &p.get_object();
  if (!of_service)
    return Availability{"False", "ServicePortError",
                        what + " is not listening on port " + std::to_string(port)};
  const auto port_name = at(*of_service, {"name"});
  std::size_t slices = 0;
  for (const auto& slice : lookup.list("discovery.k8s.io", "endpointslices", ns)) {
    const auto* labels = api::labels_of(*slice);
    if (!labels || at(*labels, {"kubernetes.io/service-name"}) != name) continue;
    if (has_endpoint(*slice, port_name)) return std::nullopt;
    ++slices;
  }
  if (slices == 0)
    return Availability{"False", "EndpointsNotFound", "cannot find endpointslices for " + what};
  return Availability{
      "False", "MissingEndpoints",
      "endpointslices for " + what + " have no addresses with port name \"" + port_name + "\""};
}

bool set_available(Object& o, const Availability& a, base::SystemTime now) {
  auto& status = api::ensure_object(o, {"status"});
  auto& all = status["conditions"];
  if (!all.is_array()) all = json::array();
  Object next{{"type", "Available"},
              {"status", a.status},
              {"lastTransitionTime", base::format_rfc3339(now)},
              {"reason", a.reason},
              {"message", a.message}};
  for (auto& one : all.get_array()) {
    if (!one.is_object() || at(one.get_object(), {"type"}) != "Available") continue;
    auto& old = one.get_object();
    const bool stays = at(old, {"status"}) == a.status;
    if (stays && at(old, {"reason"}) == a.reason && at(old, {"message"}) == a.message) return false;
    if (const auto* since = old.if_contains("lastTransitionTime"); stays && since && !since->is_null())
      next["lastTransitionTime"] = *since;
    old = std::move(next);
    return true;
  }
  all.get_array().push_back(std::move(next));
  return true;
}

std::vector<api::ResourceInfo> resources_of(const api::GroupVersion& gv, const Object& list) {
  std::vector<api::ResourceInfo> out;
  kinds::each(list, "resources", kinds::Path(), [&](const Object& r, const kinds::Path&) {
    api::ResourceInfo info;
    info.group = gv.group;
    info.version = gv.version;
    info.resource = at(r, {"name"});
    if (const auto slash = info.resource.find('/'); slash != std::string::npos)
      info.subresource = info.resource.substr(slash + 1);
    info.kind = at(r, {"kind"});
    info.kind_group = r.contains("group") ? at(r, {"group"}) : gv.group;
    info.kind_version = r.contains("version") ? at(r, {"version"}) : gv.version;
    info.singular = at(r, {"singularName"});
    info.namespaced = api::get_bool(r, {"namespaced"});
    info.verbs = texts(r, "verbs");
    info.short_names = texts(r, "shortNames");
    info.categories = texts(r, "categories");
    if (!info.resource.empty()) out.push_back(std::move(info));
  });
  return out;
}

}  // namespace apiserver::aggregation
