#include "client/wire.hpp"
#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include "api/object.hpp"
#include "base/encoding.hpp"

namespace client::wire {

namespace json = boost::json;

namespace {

constexpr auto wait_max = std::chrono::seconds(30);

void add(http::Query& q, const char* name, const std::string& value) {
  if (!value.empty()) q.add(name, value);
}

/// Code and message of an answer that carries no Status.
base::Error plain_error(const http::Response& response) {
  api::StatusError e;
  e.code = response.status;
  e.message = "the server answered " + std::to_string(response.status) + " " +
              std::string(http::reason_phrase(response.status));
  if (!response.body.empty()) e.message += ": " + response.body.substr(0, 200);
  return e.to_error();
}

}  // namespace

std::string path_of(const api::ResourceInfo& r, std::string_view ns, std::string_view name,
                    std::string_view subresource) {
  std::string path = r.group.empty() ? "/api/" + r.version : "/apis/" + r.group + "/" + r.version;
  if (r.namespaced && !ns.empty()) path += "/namespaces/" + base::percent_encode(ns);
  path += "/" + r.resource;
  if (!name.empty()) path += "/" + base::percent_encode(name);
  if (!subresource.empty()) path += "/" + std::string(subresource);
  return path;
}

std::string query_of(const ListOptions& o) {
  http::Query q;
  add(q, "labelSelector", o.label_selector);
  add(q, "fieldSelector", o.field_selector);
  add(q, "resourceVersion", o.resource_version);
  add(q, "resourceVersionMatch", o.resource_version_match);
  add(q, "continue", o.continue_token);
  if (o.limit > 0) q.add("limit", std::to_string(o.limit));
  return q.encode();
}

std::string query_of(const WatchOptions& o) {
  http::Query q;
  q.add("watch", "true");
  add(q, "labelSelector", o.label_selector);
  add(q, "fieldSelector", o.field_selector);
  add(q, "resourceVersion", o.resource_version);
  if (o.allow_bookmarks) q.add("allowWatchBookmarks", "true");
  if (o.send_initial_events) {
    q.add("sendInitialEvents", "true");
    q.add("resourceVersionMatch", "NotOlderThan");
  }
  if (o.timeout.count() > 0) q.add("timeoutSeconds", std::to_string(o.timeout.count()));
  return q.encode();
}

std::string query_of(const WriteOptions& o, bool force) {
  http::Query q;
  add(q, "fieldManager", o.field_manager);
  if (o.dry_run) q.add("dryRun", "All");
  if (force) q.add("force", "true");
  return q.encode();
}

std::string body_of(const DeleteOptions& o) {
  json::object body{{"kind", "DeleteOptions"}, {"apiVersion", "v1"}};
  if (o.grace_period_seconds) body["gracePeriodSeconds"] = *o.grace_period_seconds;
  if (!o.propagation_policy.empty()) body["propagationPolicy"] = o.propagation_policy;
  json::object preconditions;
  if (!o.precondition_uid.empty()) preconditions["uid"] = o.precondition_uid;
  if (!o.precondition_resource_version.empty())
    preconditions["resourceVersion"] = o.precondition_resource_version;
  if (!preconditions.empty()) body["preconditions"] = std::move(preconditions);
  return json::serialize(body);
}

std::string_view content_type(PatchType type) noexcept {
  switch (type) {
    case PatchType::json:
      return "application/json-patch+json";
    case PatchType::merge:
      return "application/merge-patch+json";
    case PatchType::strategic:
      return "application/strategic-merge-patch+json";
    case PatchType::apply:
      return "application/apply-patch+yaml";
  }
  return "";
}

base::Error error_of(const http::Response& response) {
  boost::system::error_code failed;
  const auto body = json::parse(response.body, failed);
  if (failed || !body.is_object() || api::get_string(body.as_object(), {"kind"}) != "Status")
    return plain_error(response);
  return api::StatusError::from_json(body, response.status).to_error();
}

std::optional<std::chrono::seconds> retry_after(const http::Headers& headers) {
  const auto text = headers.get("Retry-After");
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || seconds < 0)
    return std::nullopt;
  return std::chrono::seconds(seconds);
}

std::optional<std::chrono::milliseconds> wait_after_answer(int attempt, int status,
                                                           const http::Headers& headers) {
  const auto asked = retry_after(headers);
  const bool worth = status == 429 || (status >= 500 && asked);
  if (!worth || attempt > 10 || (asked && *asked > wait_max)) return std::nullopt;
  const auto own = std::chrono::milliseconds(50 << std::min(attempt - 1, 9));
  return asked ? std::max<std::chrono::milliseconds>(*asked, std::chrono::milliseconds(20)) : own;
}

std::optional<std::chrono::milliseconds> wait_after_error(int attempt, bool read, const base::Error& error) {
  const bool broken = error.is(base::Errc::unavailable) || error.is(base::Errc::unknown_outcome);
  if (!read || !broken || attempt > 3) return std::nullopt;
  return std::chrono::milliseconds(50 << (attempt - 1));
}

void LineSplitter::feed(std::string_view bytes) {
  if (from_ > 0) {
    buffer_.erase(0, from_);
    searched_ -= from_;
    from_ = 0;
  }
  buffer_.append(bytes);
}

base::Result<std::optional<std::string>> LineSplitter::next() {
  while (true) {
    const auto end = buffer_.find('\n', searched_);
    if (end == std::string::npos) {
      searched_ = buffer_.size();
      if (buffer_.size() - from_ > line_max_)
        return base::Error(base::Errc::resource_exhausted, "a watch event is too large");
      return std::optional<std::string>();
    }
    auto line = buffer_.substr(from_, end - from_);
    from_ = searched_ = end + 1;
    if (!line.empty() && line != "\r") return std::optional<std::string>(std::move(line));
  }
}

base::Result<RawEvent> event_of(std::string_view line) {
  boost::system::error_code failed;
  auto value = json::parse(line, failed);
  if (failed || !value.is_object()) return base::Error(base::Errc::corrupt, "a watch event that is not JSON");
  auto& event = value.as_object();
  auto* object = event.if_contains("object");
  if (!object || !object->is_object())
    return base::Error(base::Errc::corrupt, "a watch event without an object");
  RawEvent out;
  out.type = std::string(api::get_string(event, {"type"}));
  if (out.type == "ERROR") {
    const auto code = api::get_int(object->as_object(), {"code"}).value_or(500);
    return api::StatusError::from_json(*object, static_cast<int>(code)).to_error();
  }
  out.object = std::move(*object);
  return out;
}

}  // namespace client::wire
