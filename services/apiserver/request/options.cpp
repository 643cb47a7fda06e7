#include "apiserver/request/options.hpp"
#include <algorithm>
#include <charconv>
#include <cstdio>

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

constexpr std::size_t manager_bytes_max = 128;

/// One character of UTF-8 text; what is none stands for itself, byte by byte.
struct Character {
  char32_t code = 0xFFFD;
  std::size_t bytes = 1;
};
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  std::size_t n = 0;
  if (byte(0) >> 5 == 0b110) n = 2;
  if (byte(0) >> 4 == 0b1110) n = 3;
  if (byte(0) >> 3 == 0b11110) n = 4;
  if (n == 0 || n > text.size()) return {};
  char32_t code = byte(0) & (0xFFu >> (n + 1));
  for (std::size_t i = 1; i < n; ++i) {
    if (byte(i) >> 6 != 2) return {};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  return {code, n};
}

/// Controls, separators other than the space, formats, surrogates and private use are not.
bool is_printable(char32_t c) {
  struct Range {
    char32_t from, to;
  };
  constexpr Range others[] = {{0, 0x1F},        {0x7F, 0xA0},       {0xAD, 0xAD},     {0x600, 0x605},
                              {0x61C, 0x61C},   {0x6DD, 0x6DD},     {0x70F, 0x70F},   {0x1680, 0x1680},
                              {0x180E, 0x180E}, {0x2000, 0x200F},   {0x2028, 0x202F}, {0x205F, 0x206F},
                              {0x3000, 0x3000}, {0xD800, 0xF8FF},   {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
                              {0xFFFE, 0xFFFF}, {0xE0000, 0x10FFFF}};
  for (const auto& range : others)
    if (c >= range.from && c <= range.to) return false;
  return true;
}

void check_manager(const std::string& manager, Errors& errors) {
  const Path path("fieldManager");
  if (manager.size() > manager_bytes_max) errors.too_long(path, json::string(manager), manager_bytes_max);
  for (std::size_t at = 0; at < manager.size();) {
    const auto c = first_of(std::string_view(manager).substr(at));
    char code[16];
    std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(c.code));
    if (!is_printable(c.code))
      errors.invalid(path, json::string(manager),
                     "invalid character " + std::string(code) + " (at position " + std::to_string(at) + ")");
    at += c.bytes;
  }
}

/// As upstream reads a boolean: true unless it says "false" or "0". Absent: not given.
std::optional<bool> boolean(const http::Query& query, std::string_view name) {
  const auto text = query.get(name);
  if (!text) return std::nullopt;
  std::string lower(*text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower != "false" && lower != "0";
}

std::string_view kind_of(Write write) {
  if (write == Write::create) return "CreateOptions";
  return write == Write::update ? "UpdateOptions" : "PatchOptions";
}

std::vector<std::string> all_of(const http::Query& query, std::string_view name) {
  std::vector<std::string> out;
  for (const auto v : query.all(name))
    out.emplace_back(v);
  return out;
}

}  // namespace

std::string manager_of_user_agent(std::string_view user_agent) {
  const auto name = user_agent.substr(0, user_agent.find('/'));
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    const auto c = first_of(name.substr(at));
    if (is_printable(c.code)) {
      if (out.size() + c.bytes > manager_bytes_max) break;
      out += name.substr(at, c.bytes);
    }
    at += c.bytes;
  }
  return out;
}

StatusOr<WriteOptions> WriteOptions::parse(const http::Query& query, Write write) {
  WriteOptions o;
  Errors errors;
  const auto kind = kind_of(write);
  o.manager = text_of(query, "fieldManager");
  if (write == Write::patch || write == Write::apply) {
    const auto force = boolean(query, "force");
    o.force = force.value_or(false);
    if (write == Write::apply && o.manager.empty())
      errors.required(Path("fieldManager"), "is required for apply patch");
    if (write == Write::patch && force)
      errors.forbidden(Path("force"), "may not be specified for non-apply patch");
  }
  check_manager(o.manager, errors);
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
  if (!errors.empty()) return StatusError::invalid({"meta.k8s.io", "v1", std::string(kind)}, "", errors);
  o.body = {{"kind", kind}, {"apiVersion", "meta.k8s.io/v1"}};
  if (o.dry_run) o.body["dryRun"] = json::array{"All"};
  if (!o.manager.empty()) o.body["fieldManager"] = o.manager;
  if (o.force) o.body["force"] = true;
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
