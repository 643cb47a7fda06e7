#include "api/status.hpp"
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <stdexcept>
#include "api/object.hpp"

namespace api {
namespace {

StatusError make(int code, std::string reason, std::string message) {
  StatusError e;
  e.code = code;
  e.reason = std::move(reason);
  e.message = std::move(message);
  return e;
}

StatusError about(int code, std::string reason, std::string message, const GroupResource& r,
                  std::string_view name) {
  StatusError e = make(code, std::move(reason), std::move(message));
  e.group = r.group;
  e.kind = r.resource;
  e.name = name;
  return e;
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

/// The answer's reason when a server sent none, by HTTP code.
std::string_view default_reason(int code) {
  switch (code) {
    case 400:
      return "BadRequest";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 405:
      return "MethodNotAllowed";
    case 406:
      return "NotAcceptable";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "RequestEntityTooLarge";
    case 415:
      return "UnsupportedMediaType";
    case 422:
      return "Invalid";
    case 429:
      return "TooManyRequests";
    case 500:
      return "InternalError";
    case 503:
      return "ServiceUnavailable";
    case 504:
      return "Timeout";
  }
  return "";
}

base::Errc errc_of(int code, std::string_view reason) {
  if (reason == "AlreadyExists") return base::Errc::already_exists;
  switch (code) {
    case 400:
    case 413:
    case 415:
    case 422:
      return base::Errc::invalid_argument;
    case 401:
      return base::Errc::unauthenticated;
    case 403:
      return base::Errc::permission_denied;
    case 404:
      return base::Errc::not_found;
    case 405:
    case 406:
      return base::Errc::unsupported;
    case 409:
      return base::Errc::conflict;
    case 410:
      return base::Errc::expired;
    case 429:
      return base::Errc::resource_exhausted;
    case 502:
    case 503:
      return base::Errc::unavailable;
    case 504:
      return base::Errc::deadline_exceeded;
  }
  return base::Errc::internal;
}

}  // namespace

boost::json::object StatusError::to_json() const {
  boost::json::object details;
  if (!name.empty()) details["name"] = name;
  if (!group.empty()) details["group"] = group;
  if (!kind.empty()) details["kind"] = kind;
  if (!uid.empty()) details["uid"] = uid;
  boost::json::array list;
  for (const auto& c : causes) {
    boost::json::object cause;
    if (!c.reason.empty()) cause["reason"] = c.reason;
    if (!c.message.empty()) cause["message"] = c.message;
    if (!c.field.empty()) cause["field"] = c.field;
    list.push_back(std::move(cause));
  }
  if (!list.empty()) details["causes"] = std::move(list);
  if (retry_after_seconds) details["retryAfterSeconds"] = *retry_after_seconds;
  boost::json::object out{{"kind", "Status"},
                          {"apiVersion", "v1"},
                          {"metadata", boost::json::object()},
                          {"status", "Failure"},
                          {"message", message}};
  if (!reason.empty()) out["reason"] = reason;
  if (!details.empty()) out["details"] = std::move(details);
  out["code"] = code;
  return out;
}

StatusError StatusError::from_json(const boost::json::value& status, int http_code) {
  StatusError e = make(http_code, std::string(default_reason(http_code)), "");
  const auto* o = status.if_object();
  if (!o || get_string(*o, {"kind"}) != "Status") {
    e.message = "the server answered with code " + std::to_string(http_code);
    return e;
  }
  e.code = static_cast<int>(get_int(*o, {"code"}).value_or(http_code));
  e.message = get_string(*o, {"message"});
  if (const auto reason = get_string(*o, {"reason"}); !reason.empty()) e.reason = reason;
  e.name = get_string(*o, {"details", "name"});
  e.group = get_string(*o, {"details", "group"});
  e.kind = get_string(*o, {"details", "kind"});
  e.uid = get_string(*o, {"details", "uid"});
  if (const auto seconds = get_int(*o, {"details", "retryAfterSeconds"}))
    e.retry_after_seconds = static_cast<std::int32_t>(*seconds);
  if (const auto* causes = get_array(*o, {"details", "causes"}))
    for (const auto& c : *causes)
      if (const auto* cause = c.if_object())
        e.causes.push_back({std::string(get_string(*cause, {"reason"})),
                            std::string(get_string(*cause, {"message"})),
                            std::string(get_string(*cause, {"field"}))});
  return e;
}

base::Error StatusError::to_error() const {
  return {errc_of(code, reason), message};
}

StatusError StatusError::not_found(const GroupResource& r, std::string_view name) {
  return about(404, "NotFound", r.text() + " " + quoted(name) + " not found", r, name);
}

StatusError StatusError::already_exists(const GroupResource& r, std::string_view name) {
  return about(409, "AlreadyExists", r.text() + " " + quoted(name) + " already exists", r, name);
}

StatusError StatusError::conflict(const GroupResource& r, std::string_view name, std::string_view why) {
  return about(409, "Conflict",
               "Operation cannot be fulfilled on " + r.text() + " " + quoted(name) + ": " + std::string(why),
               r, name);
}

StatusError StatusError::invalid(const GroupVersionKind& k, std::string_view name,
                                 const field::Errors& errors) {
  std::string list;
  for (const auto& e : errors)
    list += (list.empty() ? "" : ", ") + e.text();
  if (errors.size() > 1) list = "[" + list + "]";
  const std::string kind = k.group.empty() ? k.kind : k.kind + "." + k.group;
  StatusError out = make(422, "Invalid", kind + " " + quoted(name) + " is invalid: " + list);
  out.group = k.group;
  out.kind = k.kind;
  out.name = name;
  for (const auto& e : errors)
    out.causes.push_back({std::string(field::cause_type(e.reason)), e.body(), e.path});
  return out;
}

StatusError StatusError::bad_request(std::string message) {
  return make(400, "BadRequest", std::move(message));
}

StatusError StatusError::forbidden(const GroupResource& r, std::string_view name, std::string_view why) {
  const std::string what = r.resource.empty()
                               ? "forbidden"
                               : r.text() + (name.empty() ? "" : " " + quoted(name)) + " is forbidden";
  return about(403, "Forbidden", what + ": " + std::string(why), r, name);
}

StatusError StatusError::unauthorized(std::string message) {
  return make(401, "Unauthorized", std::move(message));
}

StatusError StatusError::method_not_supported(const GroupResource& r, std::string_view verb) {
  return about(405, "MethodNotAllowed",
               std::string(verb) + " is not supported on resources of kind " + quoted(r.text()), r, "");
}

StatusError StatusError::not_acceptable(std::string_view offered) {
  return make(406, "NotAcceptable", "only the following media types are accepted: " + std::string(offered));
}

StatusError StatusError::unsupported_media_type(std::string_view given, std::string_view supported) {
  // Upstream does not repeat what was given.
  (void)given;
  return make(415, "UnsupportedMediaType",
              "the body of the request was in an unknown format - accepted media types include: " +
                  std::string(supported));
}

StatusError StatusError::too_large(std::string message) {
  return make(413, "RequestEntityTooLarge", std::move(message));
}
StatusError StatusError::expired(std::string message) {
  return make(410, "Expired", std::move(message));
}
StatusError StatusError::timeout(std::string message) {
  return make(504, "Timeout", "Timeout: " + std::move(message));
}

StatusError StatusError::server_timeout(const GroupResource& r, std::string_view operation,
                                        int retry_seconds) {
  StatusError e = about(500, "ServerTimeout",
                        "The " + std::string(operation) + " operation against " + r.text() +
                            " could not be completed at this time, please try again.",
                        r, "");
  e.retry_after_seconds = retry_seconds;
  return e;
}

StatusError StatusError::too_many_requests(std::string message, int retry_seconds) {
  StatusError e = make(429, "TooManyRequests", std::move(message));
  e.retry_after_seconds = retry_seconds;
  return e;
}

StatusError StatusError::service_unavailable(std::string message) {
  return make(503, "ServiceUnavailable", std::move(message));
}
StatusError StatusError::internal(std::string message) {
  return make(500, "InternalError", "Internal error occurred: " + std::move(message));
}

StatusError StatusError::path_not_found() {
  return make(404, "NotFound", "the server could not find the requested resource");
}

void throw_exception_from_error(const StatusError& e, const boost::source_location&) {
  throw std::runtime_error(e.message);
}

}  // namespace api
