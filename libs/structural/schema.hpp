#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Schemas of custom resources: what a CustomResourceDefinition says of its objects, read once.
/// Source: apiextensions.k8s.io/v1 JSONSchemaProps; KEP-1111 (structural schemas).
namespace structural {

namespace json = boost::json;

struct Schema;
using SchemaPtr = std::shared_ptr<const Schema>;

/// The bounds and forms of values: what may also stand below allOf, anyOf, oneOf and not.
struct Values {
  std::string format, pattern;
  std::optional<double> maximum, minimum, multiple_of;
  bool exclusive_maximum = false, exclusive_minimum = false, unique_items = false;
  std::optional<std::int64_t> max_length, min_length, max_items, min_items, max_properties, min_properties;
  std::vector<json::value> enumeration;
  std::vector<std::string> required;
  std::vector<SchemaPtr> all_of, any_of, one_of;
  SchemaPtr not_;
};

/// What apply and the reader of an object must know beside its type.
struct Extensions {
  bool embedded_resource = false, int_or_string = false, preserve_unknown_fields = false;
  std::optional<std::string> list_type, map_type;
  std::vector<std::string> list_map_keys;
  bool rules = false;  ///< x-kubernetes-validations is not empty: libs/cel reads it.
};

/// One node of a schema. Immutable once read; a tree (there are no references).
struct Schema {
  std::string type;  ///< "" where there is none.
  bool nullable = false;
  std::optional<json::value> default_value;
  std::string title, description;
  Values values;
  Extensions extensions;
  std::map<std::string, SchemaPtr, std::less<>> properties;
  SchemaPtr items;
  /// additionalProperties: nothing, a boolean, or a schema (then `additional_allowed` is true).
  bool has_additional = false, additional_allowed = false;
  SchemaPtr additional;
  /// Members of JSON schema that no structural schema has, by name; an array of items is "items".
  std::vector<std::string> unsupported;
  /// x-kubernetes-preserve-unknown-fields is there and false.
  bool preserves_not = false;
  std::shared_ptr<const json::object>
      source;  ///< As it was written: a part of the whole schema, which it keeps.

  /// The schema of a member: its property, else that of any; null: there is none.
  const Schema* member(std::string_view name) const noexcept;
};

/// Reads a schema that passed the type checks of libs/api. What libs/api cannot check (the parts that may be
/// of several types) is read leniently: a value of a wrong type counts as absent.
SchemaPtr read(json::object schema);

/// True if `test` holds for a node of the tree, wherever it is.
bool any_node(const Schema& schema, const std::function<bool(const Schema&)>& test);

/// A number as Go prints it with %v.
std::string number_text(double number);

}  // namespace structural
