#pragma once
#include <boost/json/object.hpp>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include "api/resource.hpp"
#include "api/schema.hpp"

/// Types of the schema as OpenAPI schema objects, in the dialect of version 2 or 3. Pure.
/// Descriptions are ours (descriptions.hpp).
namespace api::openapi {

enum class Dialect { v2, v3 };

/// "#/definitions/" or "#/components/schemas/"
std::string_view reference_prefix(Dialect dialect) noexcept;

/// Collects the types that a document refers to, and writes each once.
class Definitions {
 public:
  explicit Definitions(Dialect dialect) : dialect_(dialect) {}
  /// `{"$ref":...}` to an object type, which the document will then define.
  boost::json::object reference(const Type& type);
  /// The same for metav1.Patch, the body of a patch in any form.
  boost::json::object patch_reference();
  /// Types that are defined otherwise than by their fields: those of `resources` that were defined at run
  /// time.
  void define(std::span<const ResourceInfo* const> resources);
  /// The JSON text of everything referred to, also by one another, by name.
  const std::map<std::string, std::string, std::less<>>& finish();
  /// The same as the members of an object: `"name":{...},...`
  std::string encode();

 private:
  boost::json::object schema(const Type& type);  ///< Of a field's type: a reference where it has a name.
  boost::json::object object_schema(const Type& type);
  boost::json::object property(const Type& owner, const Field& field);
  boost::json::object scalar_reference(std::string_view name, boost::json::object definition);

  /// Has the built-in types written that `value` refers to.
  void want_references(const boost::json::value& value);

  Dialect dialect_;
  std::map<const Type*, const boost::json::object*> defined_;
  std::map<std::string, const Type*, std::less<>> wanted_;  ///< Referred to, not yet written.
  std::map<std::string, std::string, std::less<>> written_;
};

}  // namespace api::openapi
