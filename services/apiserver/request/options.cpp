#include "apiserver/request/options.hpp"
#include <charconv>

namespace apiserver::request {
namespace {

using api::StatusError;
using api::StatusOr;
using api::field::Errors;
using api::field::Path;
namespace json = boost::json;

StatusOr<std::optional<std::int64_t>> number(const http::Query& query, std::string_view name) {
  std::optional<std::int64_t> out;
  const auto text = query.get(name);
  if (!text || text->empty()) return out;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size())
    return StatusError::bad_request("strconv.ParseInt: parsing \"" + std::string(*text) +
                                    "\": invalid syntax (" + std::string(name) + ")");
  out = value;
  return out;
}

std::string text_of(const http::Query& query, std::string_view name) {
  return std::string(query.get(name).value_or(""));
}

void check_match(const ListOptions& o, Errors& errors) {
  const auto& match = o.resource_version_match;
  const Path path("resourceVersionMatch");
  if (o.watch && !match.empty() && !o.send_initial_events)
    errors.forbidden(path,
                     "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  if (o.send_initial_events && match != "NotOlderThan")
    errors.forbidden(path, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  if (match.empty() || o.watch) return;
  if (o.resource_version.empty())
    errors.forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided");
  if (!o.continue_token.empty())
    errors.forbidden(path, "resourceVersionMatch is forbidden when continue is provided");
  if (match != "Exact" && match != "NotOlderThan")
    errors.not_supported(path, json::string(match), {"Exact", "NotOlderThan"});
  if (match == "Exact" && o.resource_version == "0")
    errors.forbidden(path, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
}

void check_dry_run(const std::vector<std::string>& values, Errors& errors) {
  for (const auto& v : values)
    if (v != "All") errors.not_supported(Path("dryRun"), json::string(v), {"All"});
}

std::vector<std::string> all_of(const http::Query& query, std::string_view name) {
  std::vector<std::string> out;
  for (const auto v : query.all(name))
    out.emplace_back(v);
  return out;
}

}  // namespace

StatusOr<WriteOptions> WriteOptions::parse(const http::Query& query, std::string_view kind) {
  WriteOptions o;
  Errors errors;
  const auto dry = all_of(query, "dryRun");
  check_dry_run(dry, errors);
  o.dry_run = !dry.empty();
  const auto validation = text_of(query, "fieldValidation");
  if (validation == "Strict")
    o.field_validation = FieldValidation::strict;
  else if (validation == "Ignore")
    o.field_validation = FieldValidation::ignore;
  else if (!validation.empty() && validation != "Warn")
    errors.not_supported(Path("fieldValidation"), json::string(validation), {"Ignore", "Warn", "Strict"});
  const auto manager = text_of(query, "fieldManager");
  if (manager.size() > 128) errors.too_long(Path("fieldManager"), json::string(manager), 128);
  if (!errors.empty()) return StatusError::invalid({"meta.k8s.io", "v1", std::string(kind)}, "", errors);
  o.body = {{"kind", kind}, {"apiVersion", "meta.k8s.io/v1"}};
  if (o.dry_run) o.body["dryRun"] = json::array{"All"};
  if (!manager.empty()) o.body["fieldManager"] = manager;
  if (!validation.empty()) o.body["fieldValidation"] = validation;
  return o;
}

StatusOr<ListOptions> ListOptions::parse(const http::Query& query, bool watch) {
  ListOptions o;
  o.watch = watch;
  auto labels = api::LabelSelector::parse(text_of(query, "labelSelector"));
  if (!labels) return StatusError::bad_request(labels.error().message);
  auto fields = api::FieldSelector::parse(text_of(query, "fieldSelector"));
  if (!fields) return StatusError::bad_request(fields.error().message);
  o.labels = std::move(*labels);
  o.fields = std::move(*fields);
  auto limit = number(query, "limit");
  if (!limit) return limit.error();
  o.limit = std::max<std::int64_t>(0, limit->value_or(0));
  auto timeout = number(query, "timeoutSeconds");
  if (!timeout) return timeout.error();
  if (*timeout) o.timeout = std::chrono::seconds(std::max<std::int64_t>(0, **timeout));
  o.resource_version = text_of(query, "resourceVersion");
  o.resource_version_match = text_of(query, "resourceVersionMatch");
  o.continue_token = text_of(query, "continue");
  o.bookmarks = is_true(query, "allowWatchBookmarks");
  if (query.has("sendInitialEvents")) o.send_initial_events = is_true(query, "sendInitialEvents");
  if (!o.continue_token.empty() && !o.resource_version.empty() && o.resource_version != "0")
    return StatusError::bad_request("specifying resource version is not allowed when using continue");
  Errors errors;
  if (o.send_initial_events && !watch)
    errors.forbidden(Path("sendInitialEvents"), "sendInitialEvents is forbidden for list");
  check_match(o, errors);
  if (!errors.empty()) return StatusError::invalid({"meta.k8s.io", "v1", "ListOptions"}, "", errors);
  return o;
}

StatusOr<registry::DeleteOptions> delete_options(const api::Object& body, const http::Query& query) {
  if (!body.empty()) return registry::DeleteOptions::from_json(body);
  api::Object from_query;
  auto grace = number(query, "gracePeriodSeconds");
  if (!grace) return grace.error();
  if (*grace) from_query["gracePeriodSeconds"] = **grace;
  if (const auto p = query.get("propagationPolicy")) from_query["propagationPolicy"] = *p;
  if (query.has("orphanDependents")) from_query["orphanDependents"] = is_true(query, "orphanDependents");
  return registry::DeleteOptions::from_json(from_query);
}

StatusOr<bool> is_dry_run(const api::Object& body, const http::Query& query) {
  std::vector<std::string> values = all_of(query, "dryRun");
  if (const auto* list = api::get_array(body, {"dryRun"}))
    for (const auto& v : *list)
      values.emplace_back(v.is_string() ? std::string_view(v.get_string()) : "");
  Errors errors;
  check_dry_run(values, errors);
  if (!errors.empty()) return StatusError::invalid({"meta.k8s.io", "v1", "DeleteOptions"}, "", errors);
  return StatusOr<bool>(boost::system::in_place_value, !values.empty());
}

}  // namespace apiserver::request
