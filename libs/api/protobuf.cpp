#include "api/protobuf.hpp"
#include <bit>
#include <cstring>
#include <map>
#include <mutex>
#include <unordered_map>
#include "api/object.hpp"
#include "api/protobuf_data.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"

/// A field's place in the wire form is a path: the numbers from the outermost message in, a byte each. Most
/// have one number; where Go embeds a struct, JSON shows its members among those around it while protobuf
/// nests a message, so a volume's hostPath is 0x0201: field 1 of the message in field 2.
namespace api {
namespace {

enum class Wire { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };
constexpr std::string_view magic("k8s\0", 4);

struct Place {
  const Field* field = nullptr;
  bool keeps_zero = false;
};
/// The fields of a type by their paths.
using Shape = std::map<std::uint32_t, Place>;

Shape make_shape(const Type& type) {
  std::map<std::string_view, const data::RawProtobuf*> extra;
  for (std::size_t i = 0; i < data::protobuf_field_count; ++i)
    if (const auto& raw = data::protobuf_fields[i]; type.name == raw.type) extra[raw.field] = &raw;
  Shape shape;
  for (const auto& field : type.fields) {
    const auto it = extra.find(field.name);
    const auto* more = it == extra.end() ? nullptr : it->second;
    const auto path = more && more->path ? more->path : field.proto_number;
    if (path) shape[path] = {&field, field.required || (more && more->optional)};
  }
  return shape;
}

const Shape& shape_of(const Type& type) {
  static std::mutex mutex;
  static std::unordered_map<const Type*, Shape> shapes;  // Of the built-in types that were ever sent.
  std::lock_guard lock(mutex);
  const auto it = shapes.find(&type);
  return it != shapes.end() ? it->second : shapes.emplace(&type, make_shape(type)).first->second;
}

/// True if a field's path begins with `path` and goes on: that number is an embedded message.
bool is_embedded(const Shape& shape, std::uint32_t path) {
  return std::any_of(shape.begin(), shape.end(), [path](const auto& entry) {
    return entry.first >> 8 == path || entry.first >> 16 == path;
  });
}

/// One field as it lies in a message.
struct Item {
  std::uint32_t number = 0;
  Wire wire = Wire::varint;
  std::uint64_t value = 0;  ///< Of a number.
  std::string_view bytes;
};

/// Takes a message apart.
class Message {
 public:
  explicit Message(std::string_view bytes) : rest_(bytes) {}
  bool failed() const noexcept { return failed_; }

  /// False at the end, and when it is malformed.
  bool next(Item& item) {
    if (rest_.empty() || failed_) return false;
    const auto tag = varint();
    item.number = static_cast<std::uint32_t>(tag >> 3);
    item.wire = static_cast<Wire>(tag & 7);
    if (tag >> 32 || item.number == 0) return fail();
    if (item.wire == Wire::varint)
      item.value = varint();
    else if (item.wire == Wire::fixed64 || item.wire == Wire::fixed32)
      item.value = fixed(item.wire == Wire::fixed64 ? 8 : 4);
    else if (item.wire == Wire::bytes)
      item.bytes = take(varint());
    else
      return fail();
    return !failed_;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }
  bool empty() const noexcept { return rest_.empty(); }

 private:
  bool fail() {
    failed_ = true;
    return false;
  }
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) return fail(), std::string_view();
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t fixed(std::size_t size) {
    const auto bytes = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }

  std::string_view rest_;
  bool failed_ = false;
};

/// The item numbered `number` of a small message; a neutral one if it is absent.
bool find(std::string_view bytes, std::uint32_t number, Item& found) {
  found = Item{number};
  Message message(bytes);
  for (Item item; message.next(item);)
    if (item.number == number) found = item;
  return !message.failed();
}

class Decoder {
 public:
  explicit Decoder(const DecodeLimits& limits) : limits_(limits) {}

  /// `path`: of the embedded message that `bytes` are; 0 for the object's own.
  bool object(std::string_view bytes, const Type& type, Object& out, std::size_t depth,
              std::uint32_t path = 0) {
    if (depth > limits_.depth_max) return false;
    const auto& shape = shape_of(type);
    Message message(bytes);
    for (Item item; message.next(item);) {
      if (item.number > 255) continue;
      const auto at = path << 8 | item.number;
      const auto place = shape.find(at);
      if (place != shape.end()) {
        if (!field(item, place->second, out, depth)) return false;
      } else if (item.wire == Wire::bytes && is_embedded(shape, at)) {
        if (!object(item.bytes, type, out, depth + 1, at)) return false;
      }
    }
    return !message.failed();
  }

 private:
  bool field(const Item& item, const Place& place, Object& out, std::size_t depth) {
    const auto& type = *place.field->type;
    if (type.kind == Kind::list)
      return list(item, *type.element, ensure_array(out, place.field->name), depth);
    if (type.kind == Kind::map)
      return entry(item, *type.element, ensure_object(out, {place.field->name}), depth);
    json::value value;
    if (!scalar(item, type, value, depth)) return false;
    const bool absent = value.is_null() || (!place.keeps_zero && is_zero(value));
    if (!absent) out[place.field->name] = std::move(value);
    return true;
  }

  static json::array& ensure_array(Object& out, const std::string& name) {
    auto& member = out[name];
    return member.is_array() ? member.get_array() : member.emplace_array();
  }

  static bool is_zero(const json::value& v) {
    if (v.is_string()) return v.get_string().empty();
    if (v.is_bool()) return !v.get_bool();
    if (v.is_int64()) return v.get_int64() == 0;
    return v.is_double() && v.get_double() == 0;
  }

  bool list(const Item& item, const Type& element, json::array& out, std::size_t depth) {
    const bool number =
        element.kind == Kind::boolean || element.kind == Kind::int32 || element.kind == Kind::int64;
    if (number && item.wire == Wire::bytes) return packed(item.bytes, element, out, depth);
    json::value value;
    if (!scalar(item, element, value, depth)) return false;
    out.push_back(std::move(value));
    return true;
  }

  bool packed(std::string_view bytes, const Type& element, json::array& out, std::size_t depth) {
    Message numbers(bytes);
    while (!numbers.empty() && !numbers.failed()) {
      Item item;
      item.value = numbers.varint();
      json::value value;
      if (numbers.failed() || !scalar(item, element, value, depth)) return false;
      out.push_back(std::move(value));
    }
    return !numbers.failed();
  }

  /// One entry of a map: a message of key and value.
  bool entry(const Item& item, const Type& element, Object& out, std::size_t depth) {
    Item key, value;
    if (item.wire != Wire::bytes || !find(item.bytes, 1, key) || !find(item.bytes, 2, value)) return false;
    if (!base::is_valid_utf8(key.bytes)) return false;
    // An absent value is the zero of its type: an empty text, an empty message.
    const bool number =
        element.kind == Kind::boolean || element.kind == Kind::int32 || element.kind == Kind::int64;
    if (!number && value.bytes.empty()) value.wire = Wire::bytes;
    json::value decoded;
    if (!scalar(value, element, decoded, depth)) return false;
    out[key.bytes] = std::move(decoded);
    return true;
  }

  bool scalar(const Item& item, const Type& type, json::value& out, std::size_t depth) {
    switch (type.kind) {
      case Kind::boolean:
        out = item.value != 0;
        return item.wire == Wire::varint;
      case Kind::int32:
        out = static_cast<std::int64_t>(static_cast<std::int32_t>(item.value));
        return item.wire == Wire::varint;
      case Kind::int64:
        out = static_cast<std::int64_t>(item.value);
        return item.wire == Wire::varint;
      case Kind::number:
        out = std::bit_cast<double>(item.value);
        return item.wire == Wire::fixed64;
      default:
        return item.wire == Wire::bytes && delimited(item.bytes, type, out, depth);
    }
  }

  bool delimited(std::string_view bytes, const Type& type, json::value& out, std::size_t depth) {
    Item inner;
    switch (type.kind) {
      case Kind::string:
        out = bytes;
        return base::is_valid_utf8(bytes);
      case Kind::bytes:
        out = base::base64_encode(bytes);
        return true;
      case Kind::quantity:
        if (!find(bytes, 1, inner) || !base::is_valid_utf8(inner.bytes)) return false;
        out = inner.bytes.empty() ? std::string_view("0") : inner.bytes;
        return true;
      case Kind::int_or_string:
        return int_or_string(bytes, out);
      case Kind::time:
      case Kind::micro_time:
        return time(bytes, type.kind == Kind::micro_time, out);
      case Kind::any:
        return raw(bytes, out);
      case Kind::object:
        return object(bytes, type, out.emplace_object(), depth + 1);
      case Kind::list:  // As the value of a map it is a message of its own.
        return items(bytes, *type.element, out.emplace_array(), depth + 1);
      default:
        return false;
    }
  }

  bool items(std::string_view bytes, const Type& element, json::array& out, std::size_t depth) {
    Message message(bytes);
    for (Item item; message.next(item);)
      if (item.number == 1 && !list(item, element, out, depth)) return false;
    return !message.failed();
  }

  static bool int_or_string(std::string_view bytes, json::value& out) {
    Item kind, number, text;
    if (!find(bytes, 1, kind) || !find(bytes, 2, number) || !find(bytes, 3, text)) return false;
    if (kind.value == 1)
      out = text.bytes;
    else
      out = static_cast<std::int64_t>(static_cast<std::int32_t>(number.value));
    return base::is_valid_utf8(text.bytes);
  }

  /// The empty message is the zero time, which is no time at all.
  static bool time(std::string_view bytes, bool micro, json::value& out) {
    Item seconds, nanos;
    if (!find(bytes, 1, seconds) || !find(bytes, 2, nanos)) return false;
    if (bytes.empty()) return true;
    constexpr std::int64_t max = 253'402'300'799;  // The end of the year 9999, past which no text goes.
    const auto s = static_cast<std::int64_t>(seconds.value);
    if (s < 0 || s > max || nanos.value >= 1'000'000'000) return false;
    // A clock of nanoseconds does not reach that far either.
    if (s > std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 1) return false;
    const base::SystemTime at{std::chrono::seconds(s) + std::chrono::nanoseconds(nanos.value)};
    out = micro ? base::format_rfc3339_micro(at) : base::format_rfc3339(at);
    return true;
  }

  /// RawExtension, FieldsV1 and the like: JSON inside.
  bool raw(std::string_view bytes, json::value& out) {
    Item text;
    if (!find(bytes, 1, text)) return false;
    if (text.bytes.empty()) return true;
    auto parsed = parse_json(text.bytes, limits_);
    if (!parsed) return false;
    out = std::move(*parsed);
    return true;
  }

  const DecodeLimits& limits_;
};

StatusError malformed() {
  return StatusError::bad_request("the body of the request is no object in protobuf form");
}

}  // namespace

StatusOr<json::value> parse_protobuf(std::string_view bytes, const Type& type, const DecodeLimits& limits) {
  if (bytes.size() > limits.bytes_max)
    return StatusError::too_large("limit is " + std::to_string(limits.bytes_max) + " bytes");
  if (type.name.find(".apiextensions.") != std::string::npos)
    return StatusError::unsupported_media_type(protobuf_type, "application/json, application/yaml");
  Item meta, body, version, kind;
  if (!bytes.starts_with(magic) || !find(bytes.substr(magic.size()), 1, meta) ||
      !find(bytes.substr(magic.size()), 2, body) || !find(meta.bytes, 1, version) ||
      !find(meta.bytes, 2, kind))
    return malformed();
  if (!base::is_valid_utf8(version.bytes) || !base::is_valid_utf8(kind.bytes)) return malformed();
  Object out;
  if (!kind.bytes.empty()) out["kind"] = kind.bytes;
  if (!version.bytes.empty()) out["apiVersion"] = version.bytes;
  if (!Decoder(limits).object(body.bytes, type, out, 0)) return malformed();
  return json::value(std::move(out));
}

}  // namespace api
