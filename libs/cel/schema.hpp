#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How the values of a document look to CEL: what k8s.io/apiserver/pkg/cel/common makes of a structural
/// schema.
namespace cel {

namespace json = boost::json;

enum class Form : std::uint8_t {
  object,  ///< Named properties; also `type: object` without any.
  map,     ///< Of `element`.
  list,    ///< Of `element`.
  string,
  bytes,      ///< format: byte
  duration,   ///< format: duration
  date,       ///< format: date
  date_time,  ///< format: date-time
  boolean,
  integer,
  number,
  int_or_string,  ///< x-kubernetes-int-or-string: dyn to the checker.
  unknown,        ///< Nothing is known (x-kubernetes-preserve-unknown-fields): no expression reaches it.
};

enum class ListKind : std::uint8_t { atomic, set, map };

struct Schema;

struct Property {
  std::string name;     ///< In the document.
  std::string escaped;  ///< As an identifier ("__namespace__"); empty if it cannot be one.
  const Schema* schema = nullptr;
  bool required = false;
};

/// One node. Immutable once built; lives in a SchemaTree.
struct Schema {
  Form form = Form::unknown;
  bool nullable = false;
  bool embedded_resource = false;
  ListKind list_kind = ListKind::atomic;
  std::vector<std::string> map_keys;  ///< Of lists of kind map.
  std::vector<Property> properties;   ///< By name.
  const Schema* element = nullptr;

  bool exposed = false;             ///< Expressions can reach it: it has a type.
  std::int64_t elements_max = 0;    ///< Items, entries or bytes, for estimates; 0 for other forms.
  std::int64_t serialized_min = 1;  ///< Bytes of the least document.

  const Property* property(std::string_view name) const noexcept;  ///< O(log n)
  const Property* property_escaped(std::string_view name) const noexcept;
};

/// Owns nodes.
class SchemaTree {
 public:
  /// Reads JSONSchemaProps. At the root of a resource, and of embedded ones, apiVersion, kind and
  /// metadata.{name,generateName} are there, whatever the schema says of metadata.
  const Schema* add(const json::object& schema, bool resource_root);

 private:
  std::deque<Schema> nodes_;
};

/// A property's name as an identifier: reserved words and the characters . - / escaped. Empty if it has
/// others.
std::string escape_identifier(std::string_view name);
/// The name an identifier stands for; nothing if it is no escaped form.
std::optional<std::string> unescape_identifier(std::string_view identifier);

}  // namespace cel
