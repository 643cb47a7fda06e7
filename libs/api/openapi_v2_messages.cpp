#include "api/openapi_v2_messages.hpp"

namespace api::openapi::proto::v2 {
namespace {

// They refer to one another.
extern const Message info, schema, schema_item, additional_properties_item, string_array, body_parameter,
    query_parameter, path_parameter, non_body_parameter, parameter, parameters_item, response, response_value,
    responses, security_requirement, operation, path_item, api_key_security, security_definitions_item,
    security_definitions;

constexpr Field document_fields[] = {
    {"swagger", 1},
    {"info", 2, Kind::message, &info},
    {"paths", paths_number, Kind::message, &paths},
    {"definitions", definitions_number, Kind::message, &definitions},
    {"security", 12, Kind::message, &security_requirement, true},
    {"securityDefinitions", 13, Kind::message, &security_definitions},
};

constexpr Field info_fields[] = {{"title", 1}, {"version", 2}, {"description", 3}};
const Message info{.fields = info_fields, .extensions = 7};

constexpr Field schema_fields[] = {
    {"$ref", 1},
    {"format", 2},
    {"title", 3},
    {"description", 4},
    {"default", 5, Kind::any},
    {"multipleOf", 6, Kind::number},
    {"maximum", 7, Kind::number},
    {"exclusiveMaximum", 8, Kind::boolean},
    {"minimum", 9, Kind::number},
    {"exclusiveMinimum", 10, Kind::boolean},
    {"maxLength", 11, Kind::integer},
    {"minLength", 12, Kind::integer},
    {"pattern", 13},
    {"maxItems", 14, Kind::integer},
    {"minItems", 15, Kind::integer},
    {"uniqueItems", 16, Kind::boolean},
    {"maxProperties", 17, Kind::integer},
    {"minProperties", 18, Kind::integer},
    {"required", 19, Kind::string, nullptr, true},
    {"enum", 20, Kind::any, nullptr, true},
    {"additionalProperties", 21, Kind::message, &additional_properties_item},
    {"type", 22, Kind::message, &string_array},
    {"items", 23, Kind::message, &schema_item},
    {"allOf", 24, Kind::message, &schema, true},
    {"properties", 25, Kind::message, &definitions},
    {"readOnly", 27, Kind::boolean},
    {"example", 30, Kind::any},
};
const Message schema{.fields = schema_fields, .extensions = 31};

/// Also gnostic's ItemsItem.
constexpr Alternative schema_items[] = {{{"", 1, Kind::message, &schema, true}}};
const Message schema_item{.alternatives = schema_items};

constexpr Alternative additional_properties_items[] = {
    {{"", 2, Kind::boolean}},
    {{"", 1, Kind::message, &schema}},
};
const Message additional_properties_item{.alternatives = additional_properties_items};

/// Also gnostic's TypeItem, which is a single string in JSON.
constexpr Alternative string_arrays[] = {{{"", 1, Kind::string, nullptr, true}}};
const Message string_array{.alternatives = string_arrays};

constexpr Field body_parameter_fields[] = {
    {"description", 1},
    {"name", 2},
    {"in", 3},
    {"required", 4, Kind::boolean},
    {"schema", 5, Kind::message, &schema},
};
const Message body_parameter{.fields = body_parameter_fields, .extensions = 6};

constexpr Field query_parameter_fields[] = {
    {"required", 1, Kind::boolean},     {"in", 2}, {"description", 3}, {"name", 4}, {"type", 6},
    {"uniqueItems", 20, Kind::boolean},
};
const Message query_parameter{.fields = query_parameter_fields, .extensions = 23};

constexpr Field path_parameter_fields[] = {
    {"required", 1, Kind::boolean},     {"in", 2}, {"description", 3}, {"name", 4}, {"type", 5},
    {"uniqueItems", 19, Kind::boolean},
};
const Message path_parameter{.fields = path_parameter_fields, .extensions = 22};

constexpr Alternative non_body_parameters[] = {
    {{"", 3, Kind::message, &query_parameter}, "in", "query"},
    {{"", 4, Kind::message, &path_parameter}, "in", "path"},
};
const Message non_body_parameter{.alternatives = non_body_parameters};

constexpr Alternative all_parameters[] = {
    {{"", 1, Kind::message, &body_parameter}, "in", "body"},
    {{"", 2, Kind::message, &non_body_parameter}},
};
const Message parameter{.alternatives = all_parameters};

constexpr Alternative parameters_items[] = {{{"", 1, Kind::message, &parameter}}};
const Message parameters_item{.alternatives = parameters_items};

constexpr Field response_fields[] = {{"description", 1}, {"schema", 2, Kind::message, &schema_item}};
const Message response{.fields = response_fields, .extensions = 5};

constexpr Alternative response_values[] = {{{"", 1, Kind::message, &response}}};
const Message response_value{.alternatives = response_values};

const Message responses{.extensions = 2, .entries = {"", 1, Kind::message, &response_value}};

const Message security_requirement{.entries = {"", 1, Kind::message, &string_array}};

constexpr Field operation_fields[] = {
    {"tags", 1, Kind::string, nullptr, true},
    {"summary", 2},
    {"description", 3},
    {"operationId", 5},
    {"produces", 6, Kind::string, nullptr, true},
    {"consumes", 7, Kind::string, nullptr, true},
    {"parameters", 8, Kind::message, &parameters_item, true},
    {"responses", 9, Kind::message, &responses},
    {"schemes", 10, Kind::string, nullptr, true},
    {"deprecated", 11, Kind::boolean},
};
const Message operation{.fields = operation_fields, .extensions = 13};

constexpr Field path_item_fields[] = {
    {"get", 2, Kind::message, &operation},     {"put", 3, Kind::message, &operation},
    {"post", 4, Kind::message, &operation},    {"delete", 5, Kind::message, &operation},
    {"options", 6, Kind::message, &operation}, {"head", 7, Kind::message, &operation},
    {"patch", 8, Kind::message, &operation},   {"parameters", 9, Kind::message, &parameters_item, true},
};
const Message path_item{.fields = path_item_fields, .extensions = 10};

constexpr Field api_key_fields[] = {{"type", 1}, {"name", 2}, {"in", 3}, {"description", 4}};
const Message api_key_security{.fields = api_key_fields, .extensions = 5};

constexpr Alternative security_definitions_items[] = {
    {{"", 2, Kind::message, &api_key_security}, "type", "apiKey"},
};
const Message security_definitions_item{.alternatives = security_definitions_items};
const Message security_definitions{.entries = {"", 1, Kind::message, &security_definitions_item}};

}  // namespace

const Message document{.fields = document_fields, .extensions = 16};
const Message paths{.extensions = 1, .entries = {"", 2, Kind::message, &path_item}};
const Message definitions{.entries = {"", 1, Kind::message, &schema}};

}  // namespace api::openapi::proto::v2
