#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>
#include "api/resource.hpp"
#include "api/status.hpp"
#include "apiserver/request/options.hpp"

namespace apiserver::request {

/// The content type of server-side apply, which is no patch of this kind: see apply.cpp.
inline constexpr std::string_view apply_type = "application/apply-patch+yaml";

/// What a client wants changed: a JSON patch, a merge patch or a strategic merge patch. Immutable; applied as
/// often as the object turns out to have changed in between. Pure.
class Patch {
 public:
  /// Errors: UnsupportedMediaType ; BadRequest
  /// (malformed); RequestEntityTooLarge.
  static api::StatusOr<Patch> parse(std::string_view text, std::string_view content_type,
                                    FieldValidation validation);

  /// The object made of `present`, which is of `body`'s kind.
  /// Errors: Invalid (does not apply, wrong types, strict errors); BadRequest (malformed, another kind).
  api::StatusOr<api::Object> apply(const api::Object& present, const api::ResourceInfo& body,
                                   std::vector<std::string>& warnings) const;

 private:
  enum class Form { json, merge, strategic };
  api::StatusOr<boost::json::value> patched(const api::Object& present, const api::ResourceInfo& body) const;
  api::StatusError invalid(std::string why) const;

  Form form_ = Form::merge;
  FieldValidation validation_ = FieldValidation::warn;
  std::string text_;
  boost::json::value document_;
  std::vector<std::string> duplicates_;
};

}  // namespace apiserver::request
