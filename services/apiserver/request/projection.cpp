#include "apiserver/request/projection.hpp"
#include <algorithm>

namespace apiserver::request {
namespace {

namespace json = boost::json;
using api::Object;
using api::StatusOr;

void take(Object& to, const Object& from, std::string_view parent, std::string_view member) {
  const auto* value = api::get(from, parent, member);
  if (value)
    api::ensure_object(to, {parent})[member] = *value;
  else
    api::remove(to, {parent, member});
}

StatusOr<Object> finalize_namespace(const Object& wanted, const Object& present) {
  Object out = present;
  take(out, wanted, "spec", "finalizers");
  return out;
}

StatusOr<Object> approve(const Object& wanted, const Object& present) {
  Object out = present;
  take(out, wanted, "status", "conditions");
  return out;
}

const json::value* named(const json::array* list, std::string_view name) {
  if (!list) return nullptr;
  const auto hit = std::find_if(list->begin(), list->end(), [&](const json::value& v) {
    return v.is_object() && api::get_string(v.get_object(), {"name"}) == name;
  });
  return hit == list->end() ? nullptr : &*hit;
}

void check_new_container(const Object& container, const Object& present, const api::field::Path& path,
                         api::field::Errors& errors) {
  const auto name = api::get_string(container, {"name"});
  if (name.empty()) errors.required(path.child("name"));
  if (api::get_string(container, {"image"}).empty()) errors.required(path.child("image"));
  for (const char* list : {"containers", "initContainers"})
    if (named(api::get_array(present, {"spec", list}), name))
      errors.duplicate(path.child("name"), json::string(name));
}

/// They may only be added. Source: Kubernetes documentation, "Ephemeral Containers".
StatusOr<Object> add_ephemeral_containers(const Object& wanted, const Object& present) {
  const api::field::Path path = api::field::Path("spec").child("ephemeralContainers");
  const auto* now = api::get_array(wanted, {"spec", "ephemeralContainers"});
  const auto* before = api::get_array(present, {"spec", "ephemeralContainers"});
  api::field::Errors errors;
  for (std::size_t i = 0; before && i < before->size(); ++i) {
    const auto name = api::get_string((*before)[i].as_object(), {"name"});
    const auto* kept = named(now, name);
    if (!kept)
      errors.forbidden(path,
                       "existing ephemeral containers \"" + std::string(name) + "\" may not be removed");
    else if (!api::deep_equal(*kept, (*before)[i]))
      errors.forbidden(path,
                       "existing ephemeral containers \"" + std::string(name) + "\" may not be changed");
  }
  for (std::size_t i = 0; now && i < now->size(); ++i)
    if ((*now)[i].is_object() && !named(before, api::get_string((*now)[i].get_object(), {"name"})))
      check_new_container((*now)[i].get_object(), present, path.index(i), errors);
  if (!errors.empty()) return api::StatusError::invalid({"", "v1", "Pod"}, api::name_of(present), errors);
  Object out = present;
  take(out, wanted, "spec", "ephemeralContainers");
  return out;
}

/// The kind says which changes of the spec are a resize (validate_resize).
StatusOr<Object> resize(const Object& wanted, const Object& present) {
  Object out = present;
  if (const auto* spec = wanted.if_contains("spec")) out["spec"] = *spec;
  return out;
}

}  // namespace

Projection projection_of(std::string_view resource) noexcept {
  if (resource == "namespaces/finalize") return finalize_namespace;
  if (resource == "certificatesigningrequests/approval") return approve;
  if (resource == "pods/ephemeralcontainers") return add_ephemeral_containers;
  if (resource == "pods/resize") return resize;
  return nullptr;
}

StatusOr<Object> project(Projection projection, const Object& wanted, const Object& present) {
  auto out = projection(wanted, present);
  if (!out) return out;
  for (const char* member : {"name", "namespace", "uid", "resourceVersion"})
    if (const auto text = api::get_string(wanted, {"metadata", member}); !text.empty())
      api::metadata(*out)[member] = text;
  return out;
}

}  // namespace apiserver::request
