#include "apiserver/request/shapes.hpp"
#include "api/protobuf.hpp"
#include "base/assert.hpp"

namespace apiserver::request {
namespace {

using api::StatusError;
using api::StatusOr;
using http::SharedBytes;
using negotiation::Encoding;
using negotiation::Shape;

StatusOr<SharedBytes> made(const base::Result<std::string_view>& bytes) {
  if (!bytes) return StatusError::internal(bytes.error().message);
  return http::make_bytes(std::string(*bytes));
}

const api::Type& status_type() {
  static const api::Type* const type = api::find_type("io.k8s.apimachinery.pkg.apis.meta.v1.Status");
  COX_ASSERT(type, "the schema has Status");
  return *type;
}

bool is_status(const std::string& json) {
  return json.starts_with(R"({"kind":"Status",)");
}

}  // namespace

bool is_plain(const negotiation::Form& form) noexcept {
  return form.shape == Shape::object && form.encoding == Encoding::json && !form.pretty;
}

const kinds::KindRecord& record_of(const api::ResourceInfo& resource) {
  if (resource.kind == "Scale") return kinds::scale_record();
  // An eviction or a token is of a kind of its own, without columns.
  if (!resource.subresource.empty() && resource.kind_group != resource.group) return kinds::find("", "");
  return kinds::record_of(resource);
}

table::Options table_options(const Wanted& wanted) {
  table::Options options;
  options.include = wanted.include;
  options.version = wanted.form.version;
  return options;
}

StatusError wrong_shape(std::string_view asked, const std::string& kind, std::string_view is) {
  StatusError error = StatusError::not_acceptable("");
  error.message = "you requested " + std::string(asked) + ", but the requested object " + std::string(is) +
                  " (" + kind + ")";
  return error;
}

StatusOr<SharedBytes> shaped(const Wanted& wanted, const api::ResourceInfo& resource, const SharedBytes& json,
                             base::SystemTime now, bool with_columns) {
  const bool protobuf = wanted.form.encoding == Encoding::protobuf;
  auto& writer = api::ProtobufWriter::of_thread();
  if (is_status(*json)) return protobuf ? made(writer.object(*json, status_type())) : json;
  switch (wanted.form.shape) {
    case Shape::object:
      COX_ASSERT(!protobuf || resource.type, "what is answered has a schema");
      return protobuf ? made(writer.object(*json, *resource.type)) : json;
    case Shape::metadata:
      if (protobuf) return made(writer.partial_metadata(*json, wanted.form.version));
      return http::make_bytes(table::metadata_of(cache::parse_object(*json), wanted.form.version));
    case Shape::metadata_list:
      return wrong_shape("PartialObjectMetadataList", resource.kind, "is not a list");
    case Shape::table:
      break;
  }
  auto options = table_options(wanted);
  options.with_columns = with_columns;
  return http::make_bytes(
      table::of_object(record_of(resource), options, cache::parse_object(*json), now, *json));
}

std::string encoded_status(Encoding encoding, std::string json) {
  if (encoding != Encoding::protobuf) return json;
  const auto bytes = api::ProtobufWriter::of_thread().object(json, status_type());
  COX_ASSERT(bytes, "a Status has a protobuf form");
  return std::string(*bytes);
}

}  // namespace apiserver::request
