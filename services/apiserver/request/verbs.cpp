#include <algorithm>
#include "api/decode.hpp"
#include "apiserver/request/body.hpp"
#include "apiserver/request/handler.hpp"
#include "apiserver/request/patch.hpp"
#include "apiserver/request/projection.hpp"
#include "apiserver/request/scale.hpp"

namespace apiserver::request {
namespace {

using api::Object;
using api::StatusError;
using api::StatusOr;

const kinds::KindRecord& record_of(const Request& r) {
  return kinds::record_of(*r.resource);
}

/// The scale of what the registry answered, where the request is about the scale.
StatusOr<registry::Answer> as_asked(const Request& r, registry::Answer answer) {
  if (r.info.subresource != "scale") return answer;
  const auto& paths = record_of(r).scale;
  if (!paths) return StatusError::path_not_found();
  const Object scale = scale_of(cache::parse_object(*answer.json), *paths);
  answer.json = http::make_bytes(api::encode(scale));
  return answer;
}

/// Makes the new object of the present one with `make`, which is about the request's body kind: the object,
/// its scale, or the part the subresource stands for.
registry::Change change_of(const Request& r, std::function<StatusOr<Object>(const Object&)> make) {
  if (r.info.subresource == "scale")
    return [make, paths = record_of(r).scale.value()](const Object& present) -> StatusOr<Object> {
      auto scale = make(scale_of(present, paths));
      if (!scale) return scale;
      return with_scale(present, *scale, paths);
    };
  if (const auto projection = projection_of(r.body->resource))
    return [make, projection](const Object& present) -> StatusOr<Object> {
      auto wanted = make(present);
      if (!wanted) return wanted;
      return project(projection, *wanted, present);
    };
  return make;
}

/// PUT and PATCH work on the object, its status, its scale, or a part there is a projection for.
bool can_change(const Request& r) {
  const auto& sub = r.info.subresource;
  if (sub == "scale") return record_of(r).scale.has_value();
  return sub.empty() || sub == "status" || projection_of(r.body->resource);
}

/// The versions of a custom resource share a cache, but each has its own selectable fields.
StatusOr<void> check_fields(const Request& r, const api::FieldSelector& fields) {
  if (!r.resource->extension) return {};
  const auto known = record_of(r).selectable_fields;
  for (const auto& term : fields.terms()) {
    const auto& name = term.field;
    if (name == "metadata.name" || name == "metadata.namespace") continue;
    if (std::none_of(known.begin(), known.end(), [&](const auto& f) { return f.label == name; }))
      return StatusError::bad_request("field label not supported: " + name);
  }
  return {};
}

}  // namespace

base::Awaitable<StatusOr<std::string>> Handler::read_body(Request& r) const {
  auto body = co_await r.exchange.read_body(parts_.body_bytes_max);
  if (body) co_return std::move(*body);
  if (body.error().is(base::Errc::resource_exhausted))
    co_return StatusError::too_large("Request entity too large: limit is " +
                                     std::to_string(parts_.body_bytes_max));
  co_return StatusError::bad_request("the body could not be read: " + body.error().message);
}

base::Awaitable<StatusOr<Object>> Handler::read_object(Request& r, FieldValidation validation) const {
  auto text = co_await read_body(r);
  if (!text) co_return text.error();
  const auto type = r.exchange.request().headers.get("Content-Type");
  co_return decode_object(*text, type, *r.body, validation, *r.warnings);
}

base::Awaitable<StatusOr<void>> Handler::create(Request& r) {
  auto options = WriteOptions::parse(r.query, Write::create);
  if (!options) co_return options.error();
  auto object = co_await read_object(r, options->field_validation);
  if (!object) co_return object.error();
  r.dry_run = options->dry_run;
  auto call = call_of(r, std::move(*options));
  const auto to = parts_.virtual_creates.find(r.resource->group + "/" + r.body->resource);
  if (to != parts_.virtual_creates.end())
    co_return co_await create_virtual(r, std::move(call), to->second, std::move(*object));
  const auto& name = r.body->resource;
  if (r.resource->group.empty() && (name == "bindings" || name == "pods/binding"))
    co_return co_await bind(r, std::move(call), std::move(*object));
  if (r.resource->group.empty() && name == "pods/eviction")
    co_return co_await evict(r, std::move(call), std::move(*object));
  const bool stored = r.info.subresource.empty() && parts_.registry->cache_of(*r.resource) != nullptr;
  if (!stored) co_return StatusError::path_not_found();
  auto answer = co_await parts_.registry->create(std::move(call), std::move(*object));
  if (!answer) co_return answer.error();
  co_await send_object(r, std::move(*answer));
  co_return StatusOr<void>();
}

base::Awaitable<StatusOr<void>> Handler::create_virtual(Request& r, registry::Call call,
                                                        const VirtualCreate& to, Object object) {
  auto made = co_await to(std::move(call), std::move(object));
  if (!made) co_return made.error();
  registry::Answer answer;
  answer.status = 201;
  answer.json = http::make_bytes(api::encode(*made));
  co_await send_object(r, std::move(answer));
  co_return StatusOr<void>();
}

base::Awaitable<StatusOr<void>> Handler::get(Request& r) {
  if (!can_change(r)) co_return StatusError::path_not_found();
  auto call = call_of(r);
  std::string version(r.query.get("resourceVersion").value_or(""));
  auto answer = co_await parts_.registry->get(std::move(call), std::move(version));
  if (!answer) co_return answer.error();
  auto asked = as_asked(r, std::move(*answer));
  if (!asked) co_return asked.error();
  co_await send_object(r, std::move(*asked));
  co_return StatusOr<void>();
}

StatusOr<registry::ListRequest> Handler::list_request(const Request& r, ListOptions options) const {
  registry::ListRequest request;
  const auto* cache = parts_.registry->cache_of(*r.resource);
  if (!cache) return StatusError::path_not_found();
  request.selective = !options.labels.empty() || !options.fields.empty();
  if (auto known = check_fields(r, options.fields); !known) return known.error();
  auto selection = cache::Selection::make(r.resource->namespaced ? r.info.ns : std::string(), "",
                                          std::move(options.labels), options.fields, cache->fields());
  if (!selection) return StatusError::bad_request(selection.error().message);
  request.selection = std::move(*selection);
  request.limit = options.limit;
  request.continue_token = std::move(options.continue_token);
  request.resource_version = std::move(options.resource_version);
  request.resource_version_match = std::move(options.resource_version_match);
  return request;
}

base::Awaitable<StatusOr<void>> Handler::list(Request& r) {
  auto options = ListOptions::parse(r.query, false);
  if (!options) co_return options.error();
  auto request = list_request(r, std::move(*options));
  if (!request) co_return request.error();
  auto call = call_of(r);
  auto listed = co_await parts_.registry->list(std::move(call), std::move(*request));
  if (!listed) co_return listed.error();
  co_return co_await send_list(r, std::move(*listed));
}

base::Awaitable<StatusOr<void>> Handler::change(Request& r, registry::Call call, registry::Change change) {
  auto answer = co_await parts_.registry->update(std::move(call), std::move(change));
  if (!answer) co_return answer.error();
  auto asked = as_asked(r, std::move(*answer));
  if (!asked) co_return asked.error();
  co_await send_object(r, std::move(*asked));
  co_return StatusOr<void>();
}

base::Awaitable<StatusOr<void>> Handler::update(Request& r) {
  if (!can_change(r)) co_return StatusError::path_not_found();
  auto options = WriteOptions::parse(r.query, Write::update);
  if (!options) co_return options.error();
  auto object = co_await read_object(r, options->field_validation);
  if (!object) co_return object.error();
  r.dry_run = options->dry_run;
  auto call = call_of(r, std::move(*options));
  auto wanted = std::make_shared<const Object>(std::move(*object));
  auto make = [wanted](const Object&) -> StatusOr<Object> { return *wanted; };
  auto how = change_of(r, std::move(make));
  co_return co_await change(r, std::move(call), std::move(how));
}

base::Awaitable<StatusOr<void>> Handler::patch(Request& r) {
  if (!can_change(r)) co_return StatusError::path_not_found();
  const auto type = r.exchange.request().headers.get("Content-Type");
  if (media_type(type) == apply_type) co_return co_await apply(r);
  auto options = WriteOptions::parse(r.query, Write::patch);
  if (!options) co_return options.error();
  auto text = co_await read_body(r);
  if (!text) co_return text.error();
  auto parsed = Patch::parse(*text, type, options->field_validation);
  if (!parsed) co_return parsed.error();
  r.dry_run = options->dry_run;
  auto call = call_of(r, std::move(*options));
  auto patch = std::make_shared<const Patch>(std::move(*parsed));
  auto make = [patch, call](const Object& present) -> StatusOr<Object> {
    if (present.empty()) return StatusError::not_found(call.resource->group_resource(), call.name);
    return patch->apply(present, *call.body, *call.warnings);
  };
  auto how = change_of(r, std::move(make));
  co_return co_await change(r, std::move(call), std::move(how));
}

}  // namespace apiserver::request
