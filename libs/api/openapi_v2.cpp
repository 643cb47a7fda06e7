#include "api/openapi_v2.hpp"
#include <boost/json/serialize.hpp>
#include "api/openapi_operations.hpp"
#include "api/openapi_schema.hpp"

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
  object out{{"consumes", op.action == "patch" ? strings(patch_types) : strings(anything)},
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

}  // namespace

std::string v2_document(std::span<const ResourceInfo* const> resources, std::string_view version) {
  Definitions definitions(Dialect::v2);
  const object info{{"title", "Kubernetes"}, {"version", version}};
  std::string text = R"({"swagger":"2.0","info":)" + json::serialize(info) + ",\"paths\":{";
  bool first = true;
  for (const auto& path : paths_of(resources)) {
    text += std::string(first ? "" : ",") + '"' + path.path + "\":";
    text += json::serialize(path_item(path, definitions));
    first = false;
  }
  text += "},\"definitions\":{" + definitions.encode();
  text += R"(},"securityDefinitions":{"BearerToken":{"description":"Bearer Token authentication",)";
  return text + R"("type":"apiKey","name":"authorization","in":"header"}},"security":[{"BearerToken":[]}]})";
}

}  // namespace api::openapi
