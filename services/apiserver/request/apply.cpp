#include "api/decode.hpp"
#include "apiserver/registry/tracking.hpp"
#include "apiserver/request/handler.hpp"
#include "apiserver/request/projection.hpp"
#include "apiserver/request/scale.hpp"
#include "base/yaml.hpp"

/// Server-side apply. Source: Kubernetes documentation, "Server-Side Apply"; upstream's applyPatcher.
namespace apiserver::request {
namespace {

namespace json = boost::json;
using api::Object;
using api::StatusError;
using api::StatusOr;

StatusError undecodable(const std::string& why) {
  return StatusError::bad_request("error decoding patch: " + why);
}

/// JSON first: it is what client libraries send, and quicker; a YAML document may begin like one.
StatusOr<json::value> parse_document(std::string_view text, std::vector<std::string>& duplicates) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{')
    if (auto parsed = api::parse_json(text, {}, &duplicates)) return parsed;
  duplicates.clear();
  auto parsed = base::parse_yaml(text);
  if (parsed) return std::move(*parsed);
  if (parsed.error().is(base::Errc::resource_exhausted))
    return StatusError::too_large(parsed.error().message);
  return undecodable("error converting YAML to JSON: " + parsed.error().message);
}

StatusOr<Object> parse_configuration(std::string_view text, FieldValidation validation,
                                     std::vector<std::string>& warnings) {
  std::vector<std::string> duplicates;
  auto document = parse_document(text, duplicates);
  if (!document) return document.error();
  if (!document->is_object() && !document->is_null())
    return undecodable("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal " +
                       std::string(document->is_array() ? "array" : "value") +
                       " into Go value of type map[string]interface {}");
  for (const auto& field : duplicates) {
    const std::string why = "duplicate field \"" + field + "\"";
    if (validation == FieldValidation::strict)
      return StatusError::bad_request("error strict decoding patch: " + why);
    if (validation == FieldValidation::warn) warnings.push_back(why);
  }
  return document->is_object() ? std::move(document->get_object()) : Object();
}

/// The present object with the configuration applied to it, its scale, or the part the subresource stands
/// for.
struct Application {
  registry::Call call;
  Object config;
  bool force = false;

  StatusOr<Object> operator()(const Object& present, base::SystemTime now) const {
    if (call.subresource == "scale") return scaled(present, now);
    auto made = registry::apply_configuration(call, present, config, force, now);
    if (!made) return made;
    const auto projection = projection_of(call.body->resource);
    if (!projection || present.empty()) return made;
    auto projected = project(projection, *made, present);
    if (!projected) return projected;
    api::remove(*projected, {"metadata", "managedFields"});
    if (const auto* entries = api::get(*made, "metadata", "managedFields"))
      api::metadata(*projected)["managedFields"] = *entries;
    return projected;
  }

 private:
  StatusOr<Object> scaled(const Object& present, base::SystemTime now) const {
    if (present.empty()) return StatusError::not_found(call.resource->group_resource(), call.name);
    const auto& paths = kinds::record_of(*call.resource).scale;
    if (!paths) return StatusError::path_not_found();
    Object scale = scale_of(present, *paths);
    registry::managers_to_scale(present, scale, call);
    auto applied = registry::apply_configuration(call, scale, config, force, now);
    if (!applied) return applied;
    auto made = with_scale(present, *applied, *paths);
    if (made) registry::managers_from_scale(*applied, *made, call);
    return made;
  }
};

}  // namespace

base::Awaitable<StatusOr<void>> Handler::apply(Request& r) {
  auto options = WriteOptions::parse(r.query, Write::apply);
  if (!options) co_return options.error();
  auto text = co_await read_body(r);
  if (!text) co_return text.error();
  auto config = parse_configuration(*text, options->field_validation, *r.warnings);
  if (!config) co_return config.error();
  r.dry_run = options->dry_run;
  auto application = std::make_shared<Application>();
  application->config = std::move(*config);
  application->force = options->force;
  auto call = call_of(r, std::move(*options));
  call.applied = true;
  application->call = call;
  registry::Change how = [this, &r, application](const Object& present) -> StatusOr<Object> {
    // Applying to what is not there creates it, which is a right of its own.
    if (present.empty())
      if (auto allowed = authorize_create(r); !allowed) return allowed.error();
    return (*application)(present, parts_.now());
  };
  co_return co_await change(r, std::move(call), std::move(how));
}

}  // namespace apiserver::request
