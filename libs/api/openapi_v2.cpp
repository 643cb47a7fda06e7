#include "api/openapi_v2.hpp"
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include "api/openapi_operations.hpp"
#include "api/openapi_schema.hpp"
#include "api/openapi_v2_messages.hpp"

namespace api::openapi {
namespace {

namespace json = boost::json;
using json::object;

object parameter(std::string_view in, const Parameter& p) {
  object out{{"uniqueItems", true}, {"type", p.type}, {"name", p.name}, {"in", in}};
  if (in == "path") out["required"] = true;
  return out;
}

json::array strings(std::span<const std::string_view> list) {
  return json::array(list.begin(), list.end());
}

json::array parameters(const Operation& op, Definitions& definitions) {
  json::array list;
  const bool patch = op.action == "patch";
  if (op.request || patch)
    list.push_back(
        object{{"name", "body"},
               {"in", "body"},
               {"required", op.method != "delete"},
               {"schema", patch ? definitions.patch_reference() : definitions.reference(*op.request)}});
  for (const auto& p : op.query)
    list.push_back(parameter("query", p));
  return list;
}

object responses(const Operation& op, Definitions& definitions) {
  object ok{{"description", "OK"},
            {"schema", op.response ? definitions.reference(*op.response) : object{{"type", "string"}}}};
  object out{{"200", ok}};
  if (op.action == "post" || op.action == "put" || op.action == "patch") out["201"] = ok;
  if (op.action == "post" || op.action == "delete") out["202"] = ok;
  out["401"] = object{{"description", "Unauthorized"}};
  return out;
}

object operation(const Path& path, const Operation& op, Definitions& definitions) {
  static constexpr std::string_view anything[] = {"*/*"};
  static constexpr std::string_view produced[] = {"application/json", "application/yaml"};
  static constexpr std::string_view text[] = {"text/plain"};
  object out{{"consumes", op.action == "patch" ? strings(patch_types_of(*path.resource)) : strings(anything)},
             {"produces", op.response ? strings(produced) : strings(text)},
             {"schemes", json::array{"https"}},
             {"tags", json::array{json::string(path.tag)}},
             {"operationId", op.id}};
  if (auto list = parameters(op, definitions); !list.empty()) out["parameters"] = std::move(list);
  const auto& r = *path.resource;
  out["responses"] = responses(op, definitions);
  out["x-kubernetes-action"] = op.action;
  out["x-kubernetes-group-version-kind"] =
      object{{"group", r.kind_group}, {"kind", r.kind}, {"version", r.kind_version}};
  return out;
}

object path_item(const Path& path, Definitions& definitions) {
  object item;
  for (const auto& op : path.operations)
    item[op.method] = operation(path, op, definitions);
  json::array shared;
  for (const auto name : path.placeholders)
    shared.push_back(parameter("path", {std::string(name), "string"}));
  shared.push_back(parameter("query", {"pretty", "string"}));
  item["parameters"] = std::move(shared);
  return item;
}

object head(std::string_view version) {
  return {{"swagger", "2.0"}, {"info", object{{"title", "Kubernetes"}, {"version", version}}}};
}

object tail() {
  const object token{{"description", "Bearer Token authentication"},
                     {"type", "apiKey"},
                     {"name", "authorization"},
                     {"in", "header"}};
  return {{"securityDefinitions", object{{"BearerToken", token}}},
          {"security", json::array{object{{"BearerToken", json::array{}}}}}};
}

/// The members of an object, to stand in another's text.
std::string members(const object& o) {
  const auto text = json::serialize(o);
  return text.substr(1, text.size() - 2);
}

}  // namespace

std::string v2_document(std::span<const ResourceInfo* const> resources, std::string_view version) {
  Definitions definitions(Dialect::v2);
  definitions.define(resources);
  std::string text = '{' + members(head(version)) + ",\"paths\":{";
  bool first = true;
  for (const auto& path : paths_of(resources)) {
    text += std::string(first ? "" : ",") + '"' + path.path + "\":";
    text += json::serialize(path_item(path, definitions));
    first = false;
  }
  text += "},\"definitions\":{" + definitions.encode();
  return text + "}," + members(tail()) + '}';
}

std::string v2_protobuf(std::span<const ResourceInfo* const> resources, std::string_view version) {
  Definitions definitions(Dialect::v2);
  definitions.define(resources);
  std::string paths, defined, out;
  for (const auto& path : paths_of(resources))
    proto::append(proto::v2::paths, object{{path.path, path_item(path, definitions)}}, paths);
  for (const auto& [name, definition] : definitions.finish())
    proto::append(proto::v2::definitions, object{{name, json::parse(definition)}}, defined);
  proto::append(proto::v2::document, head(version), out);
  proto::append_bytes(proto::v2::paths_number, paths, out);
  proto::append_bytes(proto::v2::definitions_number, defined, out);
  proto::append(proto::v2::document, tail(), out);
  return out;
}

}  // namespace api::openapi
