#include "apiserver/request/answer.hpp"
#include <algorithm>
#include <boost/json/serialize.hpp>
#include "api/decode.hpp"
#include "apiserver/request/shapes.hpp"
#include "base/yaml.hpp"

namespace apiserver::request {
namespace {

namespace json = boost::json;
using api::StatusError;
using api::StatusOr;
using negotiation::Encoding;

void pretty_print(std::string& out, const json::value& value, const std::string& margin) {
  const std::string inner = margin + "  ";
  bool first = true;
  const auto next = [&] {
    out.append(first ? "\n" : ",\n").append(inner);
    first = false;
  };
  if (value.is_object() && !value.get_object().empty()) {
    out += '{';
    for (const auto& [key, member] : value.get_object()) {
      next();
      out.append(json::serialize(json::string(key))).append(": ");
      pretty_print(out, member, inner);
    }
    out.append("\n").append(margin).append("}");
  } else if (value.is_array() && !value.get_array().empty()) {
    out += '[';
    for (const auto& element : value.get_array()) {
      next();
      pretty_print(out, element, inner);
    }
    out.append("\n").append(margin).append("]");
  } else {
    out += api::encode(value);
  }
}

/// Compact JSON with line breaks or in YAML, as wanted; any other form stays as it is.
std::string spread(const negotiation::Form& form, const std::string& text) {
  if (form.encoding == Encoding::protobuf || (form.encoding == Encoding::json && !form.pretty)) return text;
  const json::value value = cache::parse_object(text);
  return form.encoding == Encoding::yaml ? base::to_yaml(value) : pretty_json(value) + "\n";
}

negotiation::Reader reader_of(const http::Request& request, const http::Query& query) {
  return {query.get("pretty").value_or(""), request.headers.get("User-Agent")};
}

/// As it may stand in a quoted-string. Source: RFC 9111's predecessor RFC 7234, section 5.5.
std::string quoted_warning(std::string_view text) {
  std::string out = "299 - \"";
  for (const unsigned char c : text) {
    if (c < 0x20 || c == 0x7f) continue;
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<char>(c);
  }
  return out + '"';
}

}  // namespace

std::string pretty_json(const json::value& value, const std::string& margin) {
  std::string out;
  pretty_print(out, value, margin);
  return out;
}

http::Response with_type(const negotiation::Form& form, int status) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", std::string(negotiation::content_type(form)));
  return response;
}

StatusOr<Wanted> wanted_form(const http::Request& request, const http::Query& query,
                             const negotiation::Offer& offer) {
  const auto form =
      negotiation::accepted_form(request.headers.get("Accept"), reader_of(request, query), offer);
  if (!form) return StatusError::not_acceptable(negotiation::offered_types(offer));
  auto include = table::parse_include_object(query.get("includeObject").value_or(""));
  if (!include && form->shape == negotiation::Shape::table) return include.error();
  return Wanted{*form, include ? *include : table::IncludeObject::metadata};
}

Wanted wanted_status_form(const http::Request& request, const http::Query& query) {
  negotiation::Offer offer;
  offer.shapes = false;
  const auto form =
      negotiation::accepted_form(request.headers.get("Accept"), reader_of(request, query), offer);
  if (form) return {*form};
  negotiation::Form readable;
  readable.pretty = true;
  return {readable};
}

StatusOr<http::Response> object_answer(const Wanted& wanted, const api::ResourceInfo& resource,
                                       const registry::Answer& answer, base::SystemTime now) {
  auto response = with_type(wanted.form, answer.status);
  auto bytes = shaped(wanted, resource, answer.json, now);
  if (!bytes) return bytes.error();
  if (wanted.form.encoding == Encoding::yaml || wanted.form.pretty)
    response.body = spread(wanted.form, **bytes);
  else
    response.shared_body.push_back(std::move(*bytes));
  return response;
}

http::Response status_answer(const Wanted& wanted, const StatusError& error) {
  auto response = with_type(wanted.form, error.code);
  if (error.retry_after_seconds)
    response.headers.set("Retry-After", std::to_string(*error.retry_after_seconds));
  response.body = encoded_status(wanted.form.encoding, spread(wanted.form, api::encode(error.to_json())));
  return response;
}

registry::Answer success(int code) {
  registry::Answer answer;
  answer.status = code;
  answer.json =
      http::make_bytes(R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":)" +
                       std::to_string(code) + "}");
  return answer;
}

void add_warnings(http::Headers& headers, std::span<const std::string> texts) {
  constexpr std::size_t bytes_max = 4096, cut_to = 256;
  std::vector<std::string_view> once;
  std::size_t bytes = 0;
  for (const auto& text : texts)
    if (std::find(once.begin(), once.end(), text) == once.end()) {
      once.push_back(text);
      bytes += text.size();
    }
  const bool cut = bytes > bytes_max;
  bytes = 0;
  for (const auto text : once) {
    const auto shown = cut ? text.substr(0, cut_to) : text;
    bytes += shown.size();
    if (bytes > bytes_max) return;
    headers.add("Warning", quoted_warning(shown));
  }
}

}  // namespace apiserver::request
