#include "apiserver/openapi/v2_protobuf.hpp"
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

namespace apiserver::openapi {
namespace {

namespace json = boost::json;
using json::object;

/// One message under construction.
class Message {
 public:
  Message& text(unsigned number, std::string_view bytes) {
    tag(number, 2);
    varint(bytes.size());
    out_.append(bytes);
    return *this;
  }
  Message& message(unsigned number, const Message& inner) { return text(number, inner.out_); }
  Message& boolean(unsigned number, bool value) {
    tag(number, 0);
    out_ += static_cast<char>(value);
    return *this;
  }

  // Members of `o` that are there, and of that type.
  Message& text(unsigned number, const object& o, std::string_view member) {
    const auto* v = o.if_contains(member);
    return v && v->is_string() ? text(number, v->get_string()) : *this;
  }
  Message& boolean(unsigned number, const object& o, std::string_view member) {
    const auto* v = o.if_contains(member);
    return v && v->is_bool() ? boolean(number, v->get_bool()) : *this;
  }
  Message& texts(unsigned number, const object& o, std::string_view member) {
    const auto* v = o.if_contains(member);
    if (v && v->is_string()) return text(number, v->get_string());
    if (v && v->is_array())
      for (const auto& item : v->get_array())
        if (item.is_string()) text(number, item.get_string());
    return *this;
  }
  template <class F>
  Message& child(unsigned number, const object& o, std::string_view member, F encode) {
    const auto* v = o.if_contains(member);
    return v && v->is_object() ? message(number, encode(v->get_object())) : *this;
  }
  template <class F>
  Message& children(unsigned number, const object& o, std::string_view member, F encode) {
    const auto* v = o.if_contains(member);
    if (v && v->is_array())
      for (const auto& item : v->get_array())
        if (item.is_object()) message(number, encode(item.get_object()));
    return *this;
  }
  /// All members of `o` as messages of name and value.
  template <class F>
  Message& named(unsigned number, const object& o, F encode) {
    for (const auto& [name, value] : o)
      if (value.is_object()) message(number, Message().text(1, name).message(2, encode(value.get_object())));
    return *this;
  }
  /// The members that begin with "x-"; their values as YAML, of which JSON is a part.
  Message& extensions(unsigned number, const object& o) {
    for (const auto& [name, value] : o)
      if (name.starts_with("x-"))
        message(number, Message().text(1, name).message(2, Message().text(2, json::serialize(value))));
    return *this;
  }
  std::string take() { return std::move(out_); }

 private:
  void tag(unsigned number, unsigned wire) { varint(number << 3 | wire); }
  void varint(std::size_t n) {
    for (; n >= 0x80; n >>= 7)
      out_ += static_cast<char>(n | 0x80);
    out_ += static_cast<char>(n);
  }
  std::string out_;
};

Message schema(const object& o) {
  Message m;
  m.text(1, o, "$ref")
      .text(2, o, "format")
      .text(3, o, "title")
      .text(4, o, "description")
      .texts(19, o, "required");
  if (const auto* more = o.if_contains("additionalProperties")) {
    if (more->is_object()) m.message(21, Message().message(1, schema(more->get_object())));
    if (more->is_bool()) m.message(21, Message().boolean(2, more->get_bool()));
  }
  if (o.contains("type")) m.message(22, Message().texts(1, o, "type"));
  m.child(23, o, "items", [](const object& items) { return Message().message(1, schema(items)); });
  m.children(24, o, "allOf", schema);
  m.child(25, o, "properties", [](const object& all) { return Message().named(1, all, schema); });
  return m.extensions(31, o);
}

/// Parameters in a header (1), the query (3) or the path (4): the same but for their numbers.
Message plain_parameter(const object& o, std::string_view in) {
  Message m;
  m.boolean(1, o, "required").text(2, o, "in").text(3, o, "description").text(4, o, "name");
  const bool query = in == "query";  // It has one field more, before the type.
  m.text(query ? 6 : 5, o, "type")
      .text(query ? 7 : 6, o, "format")
      .boolean(query ? 20 : 19, o, "uniqueItems");
  m.extensions(query ? 23 : 22, o);
  return Message().message(query ? 3 : in == "path" ? 4 : 1, m);
}

Message parameter(const object& o) {
  if (o.contains("$ref")) return Message().message(2, Message().text(1, o, "$ref"));
  const auto* in = o.if_contains("in");
  const std::string_view where =
      in && in->is_string() ? std::string_view(in->get_string()) : std::string_view();
  Message m;
  if (where == "body") {
    Message body;
    body.text(1, o, "description").text(2, o, "name").text(3, o, "in").boolean(4, o, "required");
    m.message(1, body.child(5, o, "schema", schema).extensions(6, o));
  } else {
    m.message(2, plain_parameter(o, where));
  }
  return Message().message(1, m);
}

Message response(const object& o) {
  Message m;
  m.text(1, o, "description");
  m.child(2, o, "schema", [](const object& s) { return Message().message(1, schema(s)); });
  return Message().message(1, m.extensions(5, o));
}

Message operation(const object& o) {
  Message m;
  m.texts(1, o, "tags").text(2, o, "summary").text(3, o, "description").text(5, o, "operationId");
  m.texts(6, o, "produces").texts(7, o, "consumes").children(8, o, "parameters", parameter);
  m.child(9, o, "responses", [](const object& all) { return Message().named(1, all, response); });
  return m.texts(10, o, "schemes").boolean(11, o, "deprecated").extensions(13, o);
}

Message path_item(const object& o) {
  Message m;
  m.child(2, o, "get", operation).child(3, o, "put", operation).child(4, o, "post", operation);
  m.child(5, o, "delete", operation).child(6, o, "options", operation).child(7, o, "head", operation);
  m.child(8, o, "patch", operation).children(9, o, "parameters", parameter);
  return m.extensions(10, o);
}

Message info(const object& o) {
  return Message().text(1, o, "title").text(2, o, "version").text(3, o, "description");
}

Message security_requirement(const object& o) {
  Message m;
  for (const auto& [name, scopes] : o)
    m.message(1, Message().text(1, name).message(2, Message().texts(1, o, name)));
  return m;
}

Message security_definition(const object& o) {
  Message key;
  key.text(1, o, "type").text(2, o, "name").text(3, o, "in").text(4, o, "description");
  return Message().message(2, key.extensions(5, o));  // All of ours are API keys.
}

}  // namespace

std::string v2_protobuf(const object& document) {
  Message m;
  m.text(1, document, "swagger").child(2, document, "info", info);
  m.child(8, document, "paths", [](const object& all) { return Message().named(2, all, path_item); });
  m.child(9, document, "definitions", [](const object& all) { return Message().named(1, all, schema); });
  m.children(12, document, "security", security_requirement);
  m.child(13, document, "securityDefinitions",
          [](const object& all) { return Message().named(1, all, security_definition); });
  return m.take();
}

}  // namespace apiserver::openapi
