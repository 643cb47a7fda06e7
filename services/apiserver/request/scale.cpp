#include "apiserver/request/scale.hpp"
#include "api/selector.hpp"

namespace apiserver::request {
namespace {

namespace json = boost::json;
using api::Object;
using api::StatusError;
using api::StatusOr;
using MemberPath = std::vector<std::string_view>;

const json::value* at(const Object& object, const MemberPath& path) {
  const Object* here = &object;
  const json::value* value = nullptr;
  for (const auto step : path) {
    value = here ? here->if_contains(step) : nullptr;
    if (!value) return nullptr;
    here = value->if_object();
  }
  return value;
}

json::value& make_at(Object& object, const MemberPath& path) {
  Object* here = &object;
  for (std::size_t i = 0; i + 1 < path.size(); ++i)
    here = &api::ensure_object(*here, {path[i]});
  return (*here)[path.back()];
}

std::int64_t number(const json::value* value) {
  return value && value->is_int64() ? value->get_int64() : 0;
}

/// The selector as clients put it into ?labelSelector=.
std::string selector_text(const json::value* value, bool is_labels) {
  if (value && value->is_string())
    return std::string(value->get_string());  // Custom resources keep it as text.
  if (!value || !value->is_object()) return {};
  Object whole;
  if (is_labels)
    whole["matchLabels"] = *value;
  else
    whole = value->get_object();
  const auto selector = api::LabelSelector::from_json(whole);
  return selector ? selector->text() : std::string();
}

}  // namespace

Object scale_of(const Object& object, const kinds::ScalePaths& paths) {
  Object metadata;
  for (const char* member : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"})
    if (const auto* value = api::get(object, "metadata", member)) metadata[member] = *value;
  Object status{{"replicas", number(at(object, paths.status_replicas))}};
  if (auto text = selector_text(at(object, paths.selector), paths.selector_is_labels); !text.empty())
    status["selector"] = std::move(text);
  return {{"kind", "Scale"},
          {"apiVersion", "autoscaling/v1"},
          {"metadata", std::move(metadata)},
          {"spec", {{"replicas", number(at(object, paths.spec_replicas))}}},
          {"status", std::move(status)}};
}

StatusOr<Object> with_scale(Object object, const Object& scale, const kinds::ScalePaths& paths) {
  const auto name = api::name_of(scale);
  if (!name.empty() && name != api::name_of(object))
    return StatusError::bad_request("the name of the object (" + std::string(name) +
                                    ") does not match the name on the URL (" +
                                    std::string(api::name_of(object)) + ")");
  const auto replicas = api::get_int(scale, {"spec", "replicas"}).value_or(0);
  if (replicas < 0) {
    api::field::Errors errors;
    errors.invalid(api::field::Path("spec").child("replicas"), replicas,
                   "must be greater than or equal to 0");
    return StatusError::invalid({"autoscaling", "v1", "Scale"}, api::name_of(object), errors);
  }
  make_at(object, paths.spec_replicas) = replicas;
  for (const char* member : {"uid", "resourceVersion"})
    if (const auto text = api::get_string(scale, {"metadata", member}); !text.empty())
      api::metadata(object)[member] = text;
  return object;
}

}  // namespace apiserver::request
