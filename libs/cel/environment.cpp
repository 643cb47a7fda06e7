#include "cel/environment.hpp"
#include "base/assert.hpp"

namespace cel {

void Environment::declare(std::string name, const Schema* schema, std::string type_name, bool optional) {
  const Type* type = schema ? type_of(*schema, std::move(type_name), types_) : &types::dyn;
  COX_ASSERT(type, "a variable's schema has a type");
  declare(std::move(name), optional ? types_.optional(type) : type);
}

const Type* type_of(const Schema& schema, std::string name, TypePool& pool) {
  if (!schema.exposed) return nullptr;
  switch (schema.form) {
    case Form::object:
      return pool.object(std::move(name), &schema);
    case Form::map: {
      const Type* element = type_of(*schema.element, name + ".@elem", pool);
      return element ? pool.map(&types::string, element) : nullptr;
    }
    case Form::list: {
      const Type* element = type_of(*schema.element, name + ".@idx", pool);
      return element ? pool.list(element) : nullptr;
    }
    case Form::string:
      return &types::string;
    case Form::bytes:
      return &types::bytes;
    case Form::duration:
      return &types::duration;
    case Form::date:
    case Form::date_time:
      return &types::timestamp;
    case Form::boolean:
      return &types::boolean;
    case Form::integer:
      return &types::integer;
    case Form::number:
      return &types::floating;
    case Form::int_or_string:
      return &types::dyn;
    case Form::unknown:
      return nullptr;
  }
  return nullptr;
}

const Type* field_type(const Type& object, std::string_view field, TypePool& pool) {
  const Property* p = object.schema ? object.schema->property_escaped(field) : nullptr;
  return p ? type_of(*p->schema, object.name + "." + std::string(field), pool) : nullptr;
}

}  // namespace cel
