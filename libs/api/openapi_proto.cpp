#include "api/openapi_proto.hpp"
#include <algorithm>
#include <bit>
#include <boost/json/serialize.hpp>
#include <utility>
#include "base/assert.hpp"

namespace api::openapi::proto {
namespace {

namespace json = boost::json;

enum class Wire { varint = 0, fixed64 = 1, bytes = 2 };

void append_varint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7)
    out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void append_tag(std::uint32_t number, Wire wire, std::string& out) {
  append_varint(std::uint64_t{number} << 3 | static_cast<unsigned>(wire), out);
}

void append_double(double value, std::string& out) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int shift = 0; shift < 64; shift += 8)
    out.push_back(static_cast<char>(bits >> shift));
}

std::string any(const json::value& value) {
  constexpr std::uint32_t yaml = 2;
  std::string out;
  append_bytes(yaml, json::serialize(value) + '\n', out);
  return out;
}

void append_one(const Field& field, const json::value& value, std::string& out) {
  switch (field.kind) {
    case Kind::string:
      return append_bytes(field.number, value.as_string(), out);
    case Kind::boolean:
      append_tag(field.number, Wire::varint, out);
      return append_varint(value.as_bool() ? 1 : 0, out);
    case Kind::integer:
      append_tag(field.number, Wire::varint, out);
      return append_varint(static_cast<std::uint64_t>(value.to_number<std::int64_t>()), out);
    case Kind::number:
      append_tag(field.number, Wire::fixed64, out);
      return append_double(value.to_number<double>(), out);
    case Kind::any:
      return append_bytes(field.number, any(value), out);
    case Kind::message:
      break;
  }
  std::string inner;
  append(*field.message, value, inner);
  append_bytes(field.number, inner, out);
}

void append_field(const Field& field, const json::value& value, std::string& out) {
  if (!field.repeated || !value.is_array()) return append_one(field, value, out);
  for (const auto& element : value.get_array())
    append_one(field, element, out);
}

void append_entry(Field entries, std::string_view name, const json::value& value, std::string& out) {
  std::string entry;
  append_bytes(1, name, entry);
  const auto list = std::exchange(entries.number, 2);
  append_field(entries, value, entry);
  append_bytes(list, entry, out);
}

bool takes(const Alternative& alternative, const json::value& value) {
  if (alternative.field.kind == Kind::boolean) return value.is_bool();
  if (alternative.member.empty()) return true;
  const auto* object = value.if_object();
  const auto* member = object ? object->if_contains(alternative.member) : nullptr;
  return member && (alternative.value.empty() || *member == json::value(alternative.value));
}

}  // namespace

void append_bytes(std::uint32_t number, std::string_view bytes, std::string& out) {
  append_tag(number, Wire::bytes, out);
  append_varint(bytes.size(), out);
  out += bytes;
}

void append(const Message& message, const json::value& value, std::string& out) {
  if (const auto& all = message.alternatives; !all.empty()) {
    const auto it = std::find_if(all.begin(), all.end(), [&](const auto& a) { return takes(a, value); });
    COX_ASSERT(it != all.end(), "the table has an alternative for every value");
    return append_field(it->field, value, out);
  }
  const Field extension{.name = {}, .number = message.extensions, .kind = Kind::any};
  for (const auto& [name, member] : value.as_object()) {
    const auto it = std::find_if(message.fields.begin(), message.fields.end(),
                                 [&name = name](const auto& field) { return field.name == name; });
    if (it != message.fields.end())
      append_field(*it, member, out);
    else if (message.extensions != 0 && name.starts_with("x-"))
      append_entry(extension, name, member, out);
    else {
      COX_ASSERT(message.entries.number != 0, "the table has a field for every member");
      append_entry(message.entries, name, member, out);
    }
  }
}

}  // namespace api::openapi::proto
