#include "apiserver/admission/pods.hpp"
#include <boost/json/array.hpp>
#include "api/object.hpp"

namespace apiserver::admission::pods {
namespace {

namespace json = boost::json;

/// True if `p` holds for an object in the array at `path`.
template <class P>
bool any(const json::object& o, std::initializer_list<std::string_view> path, const P& p) {
  const auto* list = api::get_array(o, path);
  if (!list) return false;
  for (const auto& item : *list) {
    if (item.is_object() && p(item.get_object())) return true;
  }
  return false;
}

bool container_refers_to(const json::object& c, std::string_view kind) {
  const std::string from = std::string(kind) + "Ref", key = std::string(kind) + "KeyRef";
  return any(c, {"envFrom"}, [&](const json::object& e) { return api::get_object(e, {from}) != nullptr; }) ||
         any(c, {"env"}, [&](const json::object& e) {
           return api::get_object(e, {"valueFrom", key}) != nullptr;
         });
}

bool volume_refers_to(const json::object& v, std::string_view kind) {
  if (api::get_object(v, {kind})) return true;
  return any(v, {"projected", "sources"},
             [&](const json::object& s) { return api::get_object(s, {kind}) != nullptr; });
}

}  // namespace

bool is_pod(const Attributes& a) {
  return a.is("", "pods") && a.subresource.empty();
}

bool is_mirror(const json::object& pod) {
  const auto* annotations = api::annotations_of(pod);
  return annotations && annotations->contains(mirror_annotation);
}

void each_container(json::object& pod, const std::function<void(json::object&)>& f) {
  auto& spec = api::ensure_object(pod, {"spec"});
  for (const auto* name : {"initContainers", "containers"}) {
    auto* list = spec.if_contains(name);
    if (!list || !list->is_array()) continue;
    for (auto& c : list->get_array()) {
      if (c.is_object()) f(c.get_object());
    }
  }
}

bool refers_to(const json::object& pod, std::string_view kind) {
  const auto* pull_secrets = api::get_array(pod, {"spec", "imagePullSecrets"});
  if (kind == "secret" && pull_secrets && !pull_secrets->empty()) return true;
  for (const auto* list : {"initContainers", "containers", "ephemeralContainers"}) {
    if (any(pod, {"spec", list}, [&](const json::object& c) { return container_refers_to(c, kind); }))
      return true;
  }
  return any(pod, {"spec", "volumes"}, [&](const json::object& v) { return volume_refers_to(v, kind); });
}

}  // namespace apiserver::admission::pods
