#include "apiserver/request/answer.hpp"
#include <algorithm>
#include <boost/json/serialize.hpp>
#include "api/decode.hpp"
#include "apiserver/registry/conversion.hpp"
#include "base/yaml.hpp"

namespace apiserver::request {
namespace {

namespace json = boost::json;
using api::StatusError;
using api::StatusOr;
using negotiation::Encoding;
using negotiation::Shape;

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

/// The text in the encoding wanted.
std::string encoded(const negotiation::Form& form, std::string text) {
  if (form.encoding == Encoding::json && !form.pretty) return text;
  const json::value value = cache::parse_object(text);
  return form.encoding == Encoding::yaml ? base::to_yaml(value) : pretty_json(value) + "\n";
}

http::Response with_type(const negotiation::Form& form, int status) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", std::string(negotiation::content_type(form)));
  return response;
}

bool is_plain(const negotiation::Form& form) {
  return form.shape == Shape::object && form.encoding == Encoding::json && !form.pretty;
}

StatusError wrong_shape(std::string_view asked, const std::string& kind, std::string_view is) {
  StatusError error = StatusError::not_acceptable("");
  error.message = "you requested " + std::string(asked) + ", but the requested object " + std::string(is) +
                  " (" + kind + ")";
  return error;
}

table::Options table_options(const Wanted& wanted) {
  table::Options options;
  options.include = wanted.include;
  options.version = wanted.form.version;
  return options;
}

const kinds::KindRecord& record_of(const api::ResourceInfo& resource) {
  if (resource.kind == "Scale") return kinds::scale_record();
  // An eviction or a token is of a kind of its own, without columns.
  if (!resource.subresource.empty() && resource.kind_group != resource.group) return kinds::find("", "");
  return kinds::record_of(resource);
}

table::ListMeta meta_of(const registry::ListAnswer& list) {
  table::ListMeta meta;
  meta.resource_version = std::to_string(list.revision);
  meta.continue_ = list.continue_token;
  meta.remaining_item_count = list.remaining;
  return meta;
}

std::string list_head(const api::ResourceInfo& resource, const registry::ListAnswer& list) {
  return R"({"kind":")" + resource.kind + R"(List","apiVersion":")" + resource.group_version().text() +
         R"(","metadata":)" + table::encode(meta_of(list)) + R"(,"items":[)";
}

/// The cache's own bytes with what stands between them.
std::vector<http::SharedBytes> shared_list(const api::ResourceInfo& resource,
                                           const registry::ListAnswer& list) {
  static const auto comma = http::make_bytes(","), end = http::make_bytes("]}");
  std::vector<http::SharedBytes> pieces;
  pieces.reserve(2 * list.entries.size() + 2);
  pieces.push_back(http::make_bytes(list_head(resource, list)));
  const registry::Presenter present(resource);
  for (const auto& entry : list.entries) {
    if (pieces.size() > 1) pieces.push_back(comma);
    pieces.push_back(present(entry));
  }
  pieces.push_back(end);
  return pieces;
}

std::string shaped_list(const Wanted& wanted, const api::ResourceInfo& resource,
                        const registry::ListAnswer& list, base::SystemTime now) {
  const registry::Presenter present(resource);
  if (wanted.form.shape == Shape::table) {
    table::Writer writer(record_of(resource), table_options(wanted), meta_of(list), now);
    for (const auto& entry : list.entries) {
      const auto bytes = present(entry);
      writer.add(cache::parse_object(*bytes), *bytes);
    }
    return writer.finish();
  }
  std::string text = table::metadata_list_head(meta_of(list), wanted.form.version);
  for (const auto& entry : list.entries) {
    if (text.back() != '[') text += ',';
    text += table::metadata_of(entry->parse(), wanted.form.version);
  }
  return text + "]}";
}

std::string shaped_object(const Wanted& wanted, const api::ResourceInfo& resource, const std::string& text,
                          base::SystemTime now) {
  const api::Object object = cache::parse_object(text);
  if (wanted.form.shape == Shape::metadata) return table::metadata_of(object, wanted.form.version);
  return table::of_object(record_of(resource), table_options(wanted), object, now, text);
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

std::string pretty_json(const json::value& value) {
  std::string out;
  pretty_print(out, value, "");
  return out;
}

StatusOr<Wanted> wanted_form(const http::Request& request, const http::Query& query) {
  const auto form = negotiation::accepted_form(
      request.headers.get("Accept"), query.get("pretty").value_or(""), request.headers.get("User-Agent"));
  if (!form) return StatusError::not_acceptable(negotiation::offered_types());
  auto include = table::parse_include_object(query.get("includeObject").value_or(""));
  if (!include && form->shape == Shape::table) return include.error();
  return Wanted{*form, include ? *include : table::IncludeObject::metadata};
}

StatusOr<http::Response> object_answer(const Wanted& wanted, const api::ResourceInfo& resource,
                                       const registry::Answer& answer, base::SystemTime now) {
  auto response = with_type(wanted.form, answer.status);
  if (is_plain(wanted.form)) {
    response.shared_body.push_back(answer.json);
    return response;
  }
  const bool is_status = answer.json->starts_with(R"({"kind":"Status",)");
  if (wanted.form.shape == Shape::metadata_list && !is_status)
    return wrong_shape("PartialObjectMetadataList", resource.kind, "is not a list");
  if (wanted.form.shape == Shape::object || is_status)
    response.body = encoded(wanted.form, *answer.json);
  else
    response.body = encoded(wanted.form, shaped_object(wanted, resource, *answer.json, now));
  return response;
}

StatusOr<http::Response> list_answer(const Wanted& wanted, const api::ResourceInfo& resource,
                                     const registry::ListAnswer& list, base::SystemTime now) {
  auto response = with_type(wanted.form, 200);
  if (wanted.form.shape == Shape::metadata)
    return wrong_shape("PartialObjectMetadata", resource.kind + "List", "is a list");
  if (wanted.form.shape != Shape::object) {
    response.body = encoded(wanted.form, shaped_list(wanted, resource, list, now));
    return response;
  }
  response.shared_body = shared_list(resource, list);
  if (is_plain(wanted.form)) return response;
  std::string text;
  for (const auto& piece : response.shared_body)
    text += *piece;
  response.shared_body.clear();
  response.body = encoded(wanted.form, std::move(text));
  return response;
}

http::Response status_answer(const Wanted& wanted, const StatusError& error) {
  auto response = with_type(wanted.form, error.code);
  if (error.retry_after_seconds)
    response.headers.set("Retry-After", std::to_string(*error.retry_after_seconds));
  response.body = encoded(wanted.form, api::encode(error.to_json()));
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
