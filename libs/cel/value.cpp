#include "cel/value.hpp"
#include "cel/convert.hpp"

namespace cel {

std::string_view type_name(const Value& v) noexcept {
  switch (v.kind()) {
    case Kind::error:
      return "error";
    case Kind::null:
      return "null_type";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "int";
    case Kind::uinteger:
      return "uint";
    case Kind::floating:
      return "double";
    case Kind::string:
      return "string";
    case Kind::bytes:
      return "bytes";
    case Kind::duration:
      return "google.protobuf.Duration";
    case Kind::timestamp:
      return "google.protobuf.Timestamp";
    case Kind::list:
      return "list";
    case Kind::map:
      return "map";
    case Kind::type:
      return "type";
    case Kind::optional:
      return "optional_type";
    case Kind::opaque:
      return v.opaque_type()->name;
  }
  return "error";
}

std::string text_of(const Value& v) {
  switch (v.kind()) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return v.as_boolean() ? "true" : "false";
    case Kind::integer:
      return std::to_string(v.as_integer());
    case Kind::uinteger:
      return std::to_string(v.as_uinteger());
    case Kind::floating:
      return format_double(v.as_floating());
    case Kind::string:
    case Kind::bytes:
    case Kind::type:
      return std::string(v.as_text());
    case Kind::duration:
      return format_duration(v.as_nanoseconds());
    case Kind::timestamp:
      return format_timestamp(v.as_seconds(), v.subsecond_nanoseconds());
    case Kind::opaque:
      if (v.opaque_type()->text) return v.opaque_type()->text(v.opaque_data());
      return std::string(type_name(v));
    case Kind::error:
      return std::string(v.failure().message);
    default:
      return std::string(type_name(v));
  }
}

}  // namespace cel
