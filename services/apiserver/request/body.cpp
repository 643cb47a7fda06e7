#include "apiserver/request/body.hpp"
#include <algorithm>
#include "api/decode.hpp"
#include "api/protobuf.hpp"
#include "apiserver/registry/custom_resource.hpp"
#include "base/assert.hpp"

namespace apiserver::request {
namespace {

using api::Object;
using api::StatusError;
using api::StatusOr;

/// Go's rendering of a list of strict errors.
std::string joined(const std::vector<std::string>& errors) {
  std::string out;
  for (const auto& e : errors)
    out += (out.empty() ? "" : ", ") + e;
  return out;
}

StatusOr<void> check_media_type(std::string_view content_type) {
  const auto type = media_type(content_type);
  constexpr std::string_view taken[] = {
      "",          "application/json",   "text/json",       "application/yaml",
      "text/yaml", "application/x-yaml", api::protobuf_type};
  for (const auto known : taken)
    if (type == known) return {};
  return StatusError::unsupported_media_type(
      type, "application/json, application/yaml, application/vnd.kubernetes.protobuf");
}

}  // namespace

std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return std::tolower(c); });
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t'))
    type.pop_back();
  return type;
}

StatusOr<void> check_kind(const Object& object, const api::ResourceInfo& body) {
  const std::string kind(api::get_string(object, {"kind"})), version(api::get_string(object, {"apiVersion"}));
  const api::GroupVersionKind wanted{body.kind_group, body.kind_version, body.kind};
  if (!kind.empty() && kind != wanted.kind)
    return StatusError::bad_request(kind + " in version \"" + (version.empty() ? wanted.version : version) +
                                    "\" cannot be handled as a " + wanted.kind + ": the kinds differ");
  if (!version.empty() && version != wanted.api_version())
    return StatusError::bad_request("the API version in the data (" + version +
                                    ") does not match the expected API version (" + wanted.api_version() +
                                    ")");
  return {};
}

std::string judge(const std::vector<std::string>& strict_errors, FieldValidation validation,
                  std::vector<std::string>& warnings) {
  if (validation == FieldValidation::warn)
    warnings.insert(warnings.end(), strict_errors.begin(), strict_errors.end());
  if (validation != FieldValidation::strict || strict_errors.empty()) return {};
  return "strict decoding error: " + joined(strict_errors);
}

namespace {

/// An object whose kind was defined at run time: its schema says what stays and what is added; whether it is
/// valid is asked later.
StatusOr<api::Decoded> decode_custom(std::string_view text, const std::string& type,
                                     const api::ResourceInfo& body) {
  static const api::Type anything = [] {
    api::Type t;
    t.kind = api::Kind::object;
    t.preserve_unknown_fields = true;
    return t;
  }();
  if (type == api::protobuf_type)
    return StatusError::unsupported_media_type(type, "application/json, application/yaml");
  auto decoded = api::decode(text, type, anything);
  if (!decoded) return decoded;
  if (auto same = check_kind(decoded->object, body); !same) return same.error();
  auto taken = registry::custom(body)->take(std::move(decoded->object));
  if (taken)
    taken->strict_errors.insert(taken->strict_errors.end(), decoded->strict_errors.begin(),
                                decoded->strict_errors.end());
  return taken;
}

}  // namespace

StatusOr<Object> decode_object(std::string_view text, std::string_view content_type,
                               const api::ResourceInfo& body, FieldValidation validation,
                               std::vector<std::string>& warnings) {
  COX_ASSERT(body.type, "every served kind has a schema");
  if (auto known = check_media_type(content_type); !known) return known.error();
  auto decoded = body.extension ? decode_custom(text, media_type(content_type), body)
                                : api::decode(text, media_type(content_type), *body.type);
  if (!decoded) return decoded.error();
  if (auto same = check_kind(decoded->object, body); !same) return same.error();
  if (const auto refusal = judge(decoded->strict_errors, validation, warnings); !refusal.empty())
    return StatusError::bad_request(body.kind + " in version \"" + body.kind_version +
                                    "\" cannot be handled as a " + body.kind + ": " + refusal);
  decoded->object["kind"] = body.kind;
  decoded->object["apiVersion"] =
      api::GroupVersionKind{body.kind_group, body.kind_version, body.kind}.api_version();
  return std::move(decoded->object);
}

StatusOr<Object> decode_delete_options(std::string_view text, std::string_view content_type) {
  if (text.empty()) return Object();
  if (auto known = check_media_type(content_type); !known) return known.error();
  static const api::Type* const type = api::find_type("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions");
  COX_ASSERT(type, "the schema has DeleteOptions");
  auto decoded = api::decode(text, media_type(content_type), *type);
  if (!decoded) return decoded.error();
  const auto kind = api::get_string(decoded->object, {"kind"});
  if (!kind.empty() && kind != "DeleteOptions")
    return StatusError::bad_request("decoded object cannot be converted to DeleteOptions");
  decoded->object["kind"] = "DeleteOptions";
  decoded->object["apiVersion"] = "meta.k8s.io/v1";
  return std::move(decoded->object);
}

}  // namespace apiserver::request
