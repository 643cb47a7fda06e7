#pragma once
#include <boost/json/object.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "api/field_error.hpp"
#include "api/resource.hpp"
#include "base/error.hpp"

namespace api {

/// A failure as Kubernetes clients know it: becomes a metav1.Status. Messages are upstream's.
struct StatusError {
  int code = 500;
  std::string reason;  ///< "NotFound", "AlreadyExists", "Conflict", "Invalid", ...
  std::string message;
  struct Cause {
    std::string reason, message, field;
  };
  std::string name, group, kind, uid;  ///< details; `kind` holds the resource for most reasons, as upstream.
  std::vector<Cause> causes;
  std::optional<std::int32_t> retry_after_seconds;

  boost::json::object to_json() const;  ///< kind: Status, apiVersion: v1, status: Failure.
  static StatusError from_json(const boost::json::value& status, int http_code);
  /// The same failure for code that acts on base::Errc (404 not_found, 409 already_exists or conflict, 410
  /// expired, 403 permission_denied, 401 unauthenticated, 429 resource_exhausted, 400/422 invalid_argument,
  /// 5xx unavailable...).
  base::Error to_error() const;

  static StatusError not_found(const GroupResource& r, std::string_view name);
  static StatusError already_exists(const GroupResource& r, std::string_view name);
  static StatusError conflict(const GroupResource& r, std::string_view name, std::string_view why);
  static StatusError invalid(const GroupVersionKind& k, std::string_view name, const field::Errors& errors);
  static StatusError bad_request(std::string message);
  static StatusError forbidden(const GroupResource& r, std::string_view name, std::string_view why);
  static StatusError unauthorized(std::string message = "Unauthorized");
  static StatusError method_not_supported(const GroupResource& r, std::string_view verb);
  static StatusError not_acceptable(std::string_view offered);
  static StatusError unsupported_media_type(std::string_view given, std::string_view supported);
  static StatusError too_large(std::string message);
  static StatusError expired(std::string message);  ///< 410 Expired
  static StatusError timeout(std::string message);
  static StatusError server_timeout(const GroupResource& r, std::string_view operation, int retry_seconds);
  static StatusError too_many_requests(std::string message, int retry_seconds);
  static StatusError service_unavailable(std::string message);
  static StatusError internal(std::string message);
  static StatusError path_not_found();  ///< "the server could not find the requested resource"
};

[[noreturn]] void throw_exception_from_error(const StatusError& e, const boost::source_location& where);

/// What request handling returns.
template <class T>
using StatusOr = boost::system::result<T, StatusError>;

}  // namespace api
