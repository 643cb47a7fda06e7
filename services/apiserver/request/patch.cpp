#include "apiserver/request/patch.hpp"
#include "api/decode.hpp"
#include "api/patch.hpp"
#include "apiserver/registry/custom_resource.hpp"
#include "apiserver/request/body.hpp"

namespace apiserver::request {
namespace {

namespace json = boost::json;
using api::Object;
using api::StatusError;
using api::StatusOr;
constexpr std::string_view offered =
    "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, "
    "application/apply-patch+yaml";

/// The reason alone, without the sentence about the whole object.
std::string bare_reason(const StatusError& error, const std::string& kind) {
  const std::string mark = "cannot be handled as a " + kind + ": ";
  const auto at = error.message.find(mark);
  return at == std::string::npos ? error.message : error.message.substr(at + mark.size());
}

}  // namespace

StatusOr<Patch> Patch::parse(std::string_view text, std::string_view content_type,
                             FieldValidation validation) {
  Patch patch;
  const auto type = media_type(content_type);
  if (type == "application/json-patch+json")
    patch.form_ = Form::json;
  else if (type == "application/merge-patch+json")
    patch.form_ = Form::merge;
  else if (type == "application/strategic-merge-patch+json")
    patch.form_ = Form::strategic;
  else
    return StatusError::unsupported_media_type(type, offered);
  patch.validation_ = validation;
  patch.text_ = text;
  auto document = api::parse_json(text, {}, &patch.duplicates_);
  if (!document) return document.error();
  patch.document_ = std::move(*document);
  if (patch.form_ != Form::json && !patch.document_.is_object())
    return StatusError::bad_request("error decoding patch: json: cannot unmarshal " +
                                    std::string(patch.document_.is_array() ? "array" : "value") +
                                    " into Go value of type map[string]interface {}");
  for (auto& d : patch.duplicates_)
    d = "duplicate field \"" + d + "\"";
  return patch;
}

StatusOr<json::value> Patch::patched(const Object& present, const api::ResourceInfo& body) const {
  if (form_ == Form::json) return api::apply_json_patch(present, document_);
  if (form_ == Form::merge) return api::apply_merge_patch(present, document_);
  if (body.extension)
    return StatusError::unsupported_media_type(
        "application/strategic-merge-patch+json",
        "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
  return api::apply_strategic_merge_patch(present, document_, *body.type);
}

StatusError Patch::invalid(std::string why) const {
  api::field::Errors errors;
  errors.invalid(api::field::Path("patch"), json::string(text_), std::move(why));
  return StatusError::invalid({}, "", errors);
}

StatusOr<Object> Patch::apply(const Object& present, const api::ResourceInfo& body,
                              std::vector<std::string>& warnings) const {
  auto document = patched(present, body);
  if (!document) return document.error();
  auto checked = body.extension ? registry::custom(body)->take(std::move(*document))
                                : api::check(std::move(*document), *body.type);
  if (!checked) return invalid(bare_reason(checked.error(), body.kind));
  if (auto same = check_kind(checked->object, body); !same) return same.error();
  auto strict = duplicates_;
  strict.insert(strict.end(), checked->strict_errors.begin(), checked->strict_errors.end());
  if (auto refusal = judge(strict, validation_, warnings); !refusal.empty())
    return invalid(std::move(refusal));
  return std::move(checked->object);
}

}  // namespace apiserver::request
