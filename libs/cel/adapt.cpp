#include "cel/collections.hpp"
#include "cel/convert.hpp"

namespace cel {

namespace {

std::string_view go_type(const json::value& v) {
  switch (v.kind()) {
    case json::kind::null:
      return "<nil>";
    case json::kind::bool_:
      return "bool";
    case json::kind::int64:
    case json::kind::uint64:
      return "int64";
    case json::kind::double_:
      return "float64";
    case json::kind::string:
      return "string";
    case json::kind::array:
      return "[]interface {}";
    case json::kind::object:
      return "map[string]interface {}";
  }
  return "";
}

/// Without a schema: as what it is in JSON.
Value adapt_plain(const json::value& v) {
  switch (v.kind()) {
    case json::kind::null:
      return Value();
    case json::kind::bool_:
      return Value::boolean(v.get_bool());
    case json::kind::int64:
      return Value::integer(v.get_int64());
    case json::kind::uint64:
      return Value::floating(static_cast<double>(v.get_uint64()));
    case json::kind::double_:
      return Value::floating(v.get_double());
    case json::kind::string:
      return Value::string(v.get_string());
    case json::kind::array:
      return Value::list(&v.get_array(), nullptr);
    case json::kind::object:
      return Value::map(&v.get_object(), nullptr);
  }
  return Value();
}

Value wrong_type(Evaluation& e, std::string_view expected, const json::value& got) {
  return e.fail("invalid data, expected " + std::string(expected) + ", got " + std::string(go_type(got)));
}

Value instant(const Instant& i) {
  return Value::timestamp(i.seconds, i.nanoseconds);
}

Value adapt_text(Evaluation& e, std::string_view text, Form form) {
  const auto invalid = [&](const char* what) { return e.fail(std::string(what) + " " + std::string(text)); };
  switch (form) {
    case Form::duration: {
      const auto d = parse_document_duration(text);
      return d ? Value::duration(*d) : invalid("Invalid duration");
    }
    case Form::date: {
      const auto d = parse_date(text);
      return d ? instant(*d) : invalid("Invalid date formatted string");
    }
    case Form::date_time: {
      const auto t = parse_timestamp(text);
      return t ? instant(*t) : invalid("Invalid date-time formatted string");
    }
    case Form::bytes: {
      const auto b = parse_base64(text);
      return b ? Value::bytes(e.arena.copy(*b)) : invalid("Invalid byte formatted string");
    }
    default:
      return Value::string(text);
  }
}

}  // namespace

Value adapt(Evaluation& e, const json::value& v, const Schema* schema) {
  if (!schema) return adapt_plain(v);
  if (v.is_null())
    return schema->nullable ? Value()
                            : e.fail_static("invalid data, got null for schema with nullable=false");
  switch (schema->form) {
    case Form::object:
    case Form::map:
      if (v.is_object()) return Value::map(&v.get_object(), schema);
      return e.fail_static("invalid data, expected a map for the provided schema with type=object");
    case Form::list:
      if (!v.is_array())
        return e.fail_static("invalid data, expected an array for the provided schema with type=array");
      if (!schema->element)
        return e.fail_static("invalid array type, expected Items with a non-empty Schema");
      return Value::list(&v.get_array(), schema);
    case Form::boolean:
      return v.is_bool() ? Value::boolean(v.get_bool()) : wrong_type(e, "bool", v);
    case Form::integer:
      return v.is_int64() ? Value::integer(v.get_int64()) : wrong_type(e, "int", v);
    case Form::number:
      return v.is_number() ? Value::floating(v.to_number<double>()) : wrong_type(e, "float", v);
    case Form::int_or_string:
      if (v.is_string() || v.is_int64()) return adapt_plain(v);
      return e.fail_static("invalid data, expected XIntOrString value to be either a string or integer");
    case Form::unknown:
      return adapt_plain(v);
    default:
      return v.is_string() ? adapt_text(e, v.get_string(), schema->form) : wrong_type(e, "string", v);
  }
}

std::optional<Value> find_property(Evaluation& e, const json::object& object, const Property& property) {
  const auto found = object.find(property.name);
  if (found == object.end() || found->value().is_null()) return std::nullopt;
  return adapt(e, found->value(), property.schema);
}

}  // namespace cel
