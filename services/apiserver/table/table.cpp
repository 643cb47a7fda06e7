#include "apiserver/table/table.hpp"
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include "apiserver/kinds/common.hpp"

namespace apiserver::table {
namespace {

namespace json = boost::json;
using kinds::Column;

std::string quoted(std::string_view text) {
  return json::serialize(json::string(text));
}

/// The columns of kinds that have no table of their own, as upstream's default convertor.
constexpr Column default_columns[] = {
    {"Name", "string", "name", "The name must be unique within a namespace."},
    {"Created At", "date", "", "When the server created the object, in RFC 3339 form and UTC."},
};

json::array default_cells(const api::Object& object, base::SystemTime) {
  return {json::string(api::name_of(object)),
          json::string(api::get_string(object, {"metadata", "creationTimestamp"}))};
}

std::string encode_column(const Column& column) {
  return "{\"name\":" + quoted(column.name) + ",\"type\":" + quoted(column.type) +
         ",\"format\":" + quoted(column.format) + ",\"description\":" + quoted(column.description) +
         ",\"priority\":" + std::to_string(column.priority) + "}";
}

std::string encode_columns(const kinds::KindRecord& kind) {
  const std::span<const Column> columns =
      kind.table.cells ? kind.table.columns : std::span<const Column>(default_columns);
  std::string text = "[";
  for (const auto& column : columns)
    text += (text.size() > 1 ? "," : "") + encode_column(column);
  return text + "]";
}

/// `{"kind":KIND,"apiVersion":"meta.k8s.io/VERSION","metadata":`
std::string head(std::string_view kind, std::string_view version) {
  std::string text = R"({"kind":")";
  text.append(kind).append(R"(","apiVersion":"meta.k8s.io/)").append(version).append(R"(","metadata":)");
  return text;
}

}  // namespace

api::StatusOr<IncludeObject> parse_include_object(std::string_view text) {
  if (text.empty() || text == "Metadata") return IncludeObject::metadata;
  if (text == "None") return IncludeObject::none;
  if (text == "Object") return IncludeObject::object;
  return api::StatusError::bad_request(
      "Unable to convert to Table as requested: includeObject: Invalid value: " + quoted(text) +
      ": must be 'Metadata', 'Object', 'None', or empty");
}

std::string encode(const ListMeta& meta) {
  std::string text = "{\"resourceVersion\":" + quoted(meta.resource_version);
  if (!meta.continue_.empty()) text += ",\"continue\":" + quoted(meta.continue_);
  if (meta.remaining_item_count > 0)
    text += ",\"remainingItemCount\":" + std::to_string(meta.remaining_item_count);
  return text + "}";
}

std::string table_head(const kinds::KindRecord& kind, const Options& options, const ListMeta& meta) {
  return head("Table", options.version) + encode(meta) +
         ",\"columnDefinitions\":" + (options.with_columns ? encode_columns(kind) : "[]");
}

std::string table_row(const kinds::KindRecord& kind, const Options& options, const api::Object& object,
                      base::SystemTime now, std::string_view encoded) {
  std::string text = "{\"cells\":";
  text += json::serialize(kind.table.cells ? kind.table.cells(object, now) : default_cells(object, now));
  text += ",\"object\":";
  if (options.include == IncludeObject::metadata)
    text += metadata_of(object, options.version);
  else if (options.include == IncludeObject::none)
    text += "null";
  else
    encoded.empty() ? text.append(json::serialize(object)) : text.append(encoded);
  return text += '}';
}

std::string of_object(const kinds::KindRecord& kind, const Options& options, const api::Object& object,
                      base::SystemTime now, std::string_view encoded) {
  ListMeta meta;
  meta.resource_version = api::resource_version_of(object);
  return table_head(kind, options, meta) + ",\"rows\":[" + table_row(kind, options, object, now, encoded) +
         "]}";
}

std::string metadata_of(const api::Object& object, std::string_view version) {
  const auto* metadata = api::get_object(object, {"metadata"});
  return head("PartialObjectMetadata", version) + (metadata ? json::serialize(*metadata) : "{}") + "}";
}

std::string metadata_list_head(const ListMeta& meta, std::string_view version) {
  return head("PartialObjectMetadataList", version) + encode(meta);
}

}  // namespace apiserver::table
