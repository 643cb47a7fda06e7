#include "api/openapi_v3.hpp"
#include <boost/json/serialize.hpp>
#include "api/openapi_operations.hpp"
#include "api/openapi_schema.hpp"

namespace api::openapi {
namespace {

namespace json = boost::json;
using json::object;

constexpr std::string_view body_types[] = {"application/json", "application/yaml"};

object parameter(std::string_view in, const Parameter& p) {
  object out{{"name", p.name}, {"in", in}, {"schema", object{{"type", p.type}, {"uniqueItems", true}}}};
  if (in == "path") out["required"] = true;
  return out;
}

json::array query_parameters(const Operation& op) {
  json::array list;
  for (const auto& p : op.query)
    list.push_back(parameter("query", p));
  return list;
}

/// `{"application/json":{"schema":REFERENCE},...}`
template <class Types>
object content(const Types& types, const object& schema) {
  object out;
  for (const std::string_view type : types)
    out[type] = object{{"schema", schema}};
  return out;
}

object response(const Operation& op, Definitions& definitions) {
  object out{{"description", "OK"}};
  if (op.response)
    out["content"] = content(body_types, definitions.reference(*op.response));
  else
    out["content"] = object{{"text/plain", object{{"schema", object{{"type", "string"}}}}}};
  return out;
}

/// The codes a successful operation answers with.
std::vector<std::string_view> success_codes(std::string_view action) {
  if (action == "post") return {"200", "201", "202"};
  if (action == "put" || action == "patch") return {"200", "201"};
  if (action == "delete") return {"200", "202"};
  return {"200"};
}

object operation(const Path& path, const Operation& op, Definitions& definitions) {
  object responses;
  for (const auto code : success_codes(op.action))
    responses[code] = response(op, definitions);
  responses["401"] = object{{"description", "Unauthorized"}};
  object out{{"tags", json::array{json::string(path.tag)}}, {"operationId", op.id}};
  if (auto query = query_parameters(op); !query.empty()) out["parameters"] = std::move(query);
  if (op.action == "patch")
    out["requestBody"] =
        object{{"content", content(patch_types_of(*path.resource), definitions.patch_reference())}};
  else if (op.request)
    out["requestBody"] = object{{"content", content(body_types, definitions.reference(*op.request))}};
  const auto& r = *path.resource;
  out["responses"] = std::move(responses);
  out["x-kubernetes-action"] = op.action;
  out["x-kubernetes-group-version-kind"] =
      object{{"group", r.kind_group}, {"kind", r.kind}, {"version", r.kind_version}};
  return out;
}

object path_item(const Path& path, Definitions& definitions) {
  object item;
  for (const auto& op : path.operations)
    item[op.method] = operation(path, op, definitions);
  json::array parameters;
  for (const auto name : path.placeholders)
    parameters.push_back(parameter("path", {std::string(name), "string"}));
  parameters.push_back(parameter("query", {"pretty", "string"}));
  item["parameters"] = std::move(parameters);
  return item;
}

}  // namespace

std::string v3_document(std::span<const ResourceInfo* const> resources, std::string_view version) {
  Definitions definitions(Dialect::v3);
  definitions.define(resources);
  const object info{{"title", "Kubernetes"}, {"version", version}};
  std::string text = R"({"openapi":"3.0.0","info":)" + json::serialize(info) + ",\"paths\":{";
  bool first = true;
  for (const auto& path : paths_of(resources)) {
    text += std::string(first ? "" : ",") + '"' + path.path + "\":";
    text += json::serialize(path_item(path, definitions));
    first = false;
  }
  text += "},\"components\":{\"schemas\":{" + definitions.encode();
  text += R"(},"securitySchemes":{"BearerToken":{"type":"apiKey","name":"authorization","in":"header",)";
  return text + R"("description":"Bearer Token authentication"}}}})";
}

}  // namespace api::openapi
