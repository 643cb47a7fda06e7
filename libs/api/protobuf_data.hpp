#pragma once
#include <cstddef>
#include <cstdint>

/// The generated table of what the protobuf form needs beside the schema.
namespace api::data {

struct RawProtobuf {
  const char* type;
  const char* field;
  std::uint32_t
      path;           ///< Of a field within embedded messages: see protobuf_shape.cpp. 0: as the schema says.
  bool optional;      ///< A scalar whose zero is a value: it is only sent when it was set.
  bool value;         ///< A message that is sent even when it is empty.
  std::uint8_t form;  ///< What JSON does not tell: the forms after `message`, from 1 on.
};
extern const RawProtobuf protobuf_fields[];  ///< By type and field.
extern const std::size_t protobuf_field_count;

}  // namespace api::data
