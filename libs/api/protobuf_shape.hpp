#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include "api/schema.hpp"

/// How the types of the schema lie on the wire: what reader and writer of the protobuf form both go by.
/// Source: upstream's generated.proto files, for the numbers; its Go types, for what is sent when it is zero.
namespace api::protobuf {

enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

enum class Form : std::uint8_t {
  text,
  boolean,
  int32,
  int64,
  number,
  bytes,
  quantity,
  int_or_string,
  time,
  micro_time,
  raw,             ///< JSON in a message of one field: RawExtension, FieldsV1, JSON.
  message,         ///< An object.
  items,           ///< A list of texts in a message of its own: Verbs, ExtraValue.
  schema_or_bool,  ///< Of CustomResourceDefinitions, as are the next two.
  schema_or_array,
  schema_or_strings,
  empty,     ///< A message without fields: being there is all it says.
  embedded,  ///< A message whose members JSON shows among those around it.
};
enum class Count : std::uint8_t { one, many, map };

constexpr Wire wire_of(Form form) noexcept {
  if (form == Form::boolean || form == Form::int32 || form == Form::int64) return Wire::varint;
  return form == Form::number ? Wire::fixed64 : Wire::bytes;
}

struct Shape;

/// One field of a message.
struct Member {
  std::uint32_t number = 0;
  Form form = Form::text;
  Count count = Count::one;
  bool always = false;     ///< Sent even when it is absent in JSON: Go holds it by value.
  std::uint16_t slot = 0;  ///< Its place among the type's fields; unused for an embedded one.
  const Field* field = nullptr;
  const Shape* shape = nullptr;  ///< Of a message, an embedded one, or a schema.
  std::string tag;               ///< Number and wire type, as they are sent.
  std::string zero;              ///< What is sent for an absent one, tag included; empty: nothing.
};

/// A message. Immutable; lives for the whole process.
struct Shape {
  const Type* type = nullptr;
  std::vector<Member> members;  ///< By number.

  /// The field of the type called `name`: its place among the fields, or -1.
  int slot(std::string_view name) const noexcept;
  const Member* member(std::uint32_t number) const noexcept;

  static constexpr std::size_t numbers_max = 64;
  std::vector<std::int16_t> by_hash;         ///< Open addressing: place of a field, or -1.
  std::int16_t by_number[numbers_max] = {};  ///< Place of a member plus one; 0: none.
};

/// The shape of a built-in object type; null for any other.
const Shape* shape_of(const Type& type) noexcept;

}  // namespace api::protobuf
