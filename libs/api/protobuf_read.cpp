#include <bit>
#include <limits>
#include "api/object.hpp"
#include "api/protobuf.hpp"
#include "api/protobuf_message.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"

namespace api {
namespace {

using protobuf::Count;
using protobuf::find;
using protobuf::Form;
using protobuf::Item;
using protobuf::Member;
using protobuf::Message;
using protobuf::Shape;
using protobuf::Wire;

constexpr std::string_view magic("k8s\0", 4);

bool is_zero(const json::value& v) {
  if (v.is_string()) return v.get_string().empty();
  if (v.is_bool()) return !v.get_bool();
  if (v.is_int64()) return v.get_int64() == 0;
  return v.is_double() && v.get_double() == 0;
}

/// JSON leaves out the zero of what Go holds by value, unless it always shows the field.
bool drops_zero(const Member& m) {
  return !m.field->required && m.form != Form::raw && (m.always || m.form == Form::bytes);
}

bool int_or_string(std::string_view bytes, json::value& out) {
  Item kind, number, text;
  if (!find(bytes, 1, kind) || !find(bytes, 2, number) || !find(bytes, 3, text)) return false;
  if (kind.value == 1)
    out = text.bytes;
  else
    out = static_cast<std::int64_t>(static_cast<std::int32_t>(number.value));
  return base::is_valid_utf8(text.bytes);
}

/// The empty message is the zero time, which is no time at all.
bool time(std::string_view bytes, bool micro, json::value& out) {
  Item seconds, nanos;
  if (!find(bytes, 1, seconds) || !find(bytes, 2, nanos)) return false;
  if (bytes.empty()) return true;
  const auto s = static_cast<std::int64_t>(seconds.value);
  // A clock of nanoseconds reaches from 1677 to 2262.
  constexpr auto reach = std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 1;
  if (s < -reach || s > reach || nanos.value >= 1'000'000'000) return false;
  const base::SystemTime at{std::chrono::seconds(s) + std::chrono::nanoseconds(micro ? nanos.value : 0)};
  out = micro ? base::format_rfc3339_micro(at) : base::format_rfc3339(at);
  return true;
}

class Decoder {
 public:
  explicit Decoder(const DecodeLimits& limits) : limits_(limits) {}

  bool object(std::string_view bytes, const Shape& shape, Object& out, std::size_t depth) {
    if (depth > limits_.depth_max) return false;
    Message message(bytes);
    for (Item item; message.next(item);) {
      const auto* member = shape.member(item.number);
      if (!member) continue;
      if (member->form == Form::embedded) {
        if (item.wire != Wire::bytes || !object(item.bytes, *member->shape, out, depth + 1)) return false;
      } else if (!field(item, *member, out, depth)) {
        return false;
      }
    }
    return !message.failed();
  }

 private:
  bool field(const Item& item, const Member& m, Object& out, std::size_t depth) {
    if (m.count == Count::many) return list(item, m, ensure_array(out, m.field->name), depth);
    if (m.count == Count::map) return entry(item, m, ensure_object(out, {m.field->name}), depth);
    json::value value;
    if (!scalar(item, m, value, depth)) return false;
    const bool absent = value.is_null() || (drops_zero(m) && is_zero(value));
    if (!absent) out[m.field->name] = std::move(value);
    return true;
  }

  static json::array& ensure_array(Object& out, const std::string& name) {
    auto& member = out[name];
    return member.is_array() ? member.get_array() : member.emplace_array();
  }

  bool list(const Item& item, const Member& m, json::array& out, std::size_t depth) {
    if (wire_of(m.form) == Wire::varint && item.wire == Wire::bytes) return packed(item.bytes, m, out, depth);
    json::value value;
    if (!scalar(item, m, value, depth)) return false;
    out.push_back(std::move(value));
    return true;
  }

  bool packed(std::string_view bytes, const Member& m, json::array& out, std::size_t depth) {
    Message numbers(bytes);
    while (!numbers.empty() && !numbers.failed()) {
      Item item;
      item.value = numbers.varint();
      json::value value;
      if (numbers.failed() || !scalar(item, m, value, depth)) return false;
      out.push_back(std::move(value));
    }
    return !numbers.failed();
  }

  /// One entry of a map: a message of key and value.
  bool entry(const Item& item, const Member& m, Object& out, std::size_t depth) {
    Item key, value;
    if (item.wire != Wire::bytes || !find(item.bytes, 1, key) || !find(item.bytes, 2, value)) return false;
    if (!base::is_valid_utf8(key.bytes)) return false;
    // An absent value is the zero of its type: an empty text, an empty message.
    if (wire_of(m.form) == Wire::bytes && value.bytes.empty()) value.wire = Wire::bytes;
    json::value decoded;
    if (!scalar(value, m, decoded, depth)) return false;
    out[key.bytes] = std::move(decoded);
    return true;
  }

  bool scalar(const Item& item, const Member& m, json::value& out, std::size_t depth) {
    switch (m.form) {
      case Form::boolean:
        out = item.value != 0;
        return item.wire == Wire::varint;
      case Form::int32:
        out = static_cast<std::int64_t>(static_cast<std::int32_t>(item.value));
        return item.wire == Wire::varint;
      case Form::int64:
        out = static_cast<std::int64_t>(item.value);
        return item.wire == Wire::varint;
      case Form::number:
        out = std::bit_cast<double>(item.value);
        return item.wire == Wire::fixed64;
      default:
        return item.wire == Wire::bytes && delimited(item.bytes, m, out, depth);
    }
  }

  bool delimited(std::string_view bytes, const Member& m, json::value& out, std::size_t depth) {
    Item inner;
    switch (m.form) {
      case Form::text:
        out = bytes;
        return base::is_valid_utf8(bytes);
      case Form::bytes:
        out = base::base64_encode(bytes);
        return true;
      case Form::quantity:
        if (!find(bytes, 1, inner) || !base::is_valid_utf8(inner.bytes)) return false;
        out = inner.bytes.empty() ? std::string_view("0") : inner.bytes;
        return true;
      case Form::int_or_string:
        return int_or_string(bytes, out);
      case Form::time:
      case Form::micro_time:
        return time(bytes, m.form == Form::micro_time, out);
      case Form::raw:
        return raw(bytes, out);
      case Form::message:
        return object(bytes, *m.shape, out.emplace_object(), depth + 1);
      case Form::items:
        return texts(bytes, 1, out.emplace_array());
      case Form::empty:
        out.emplace_object();
        return true;
      default:
        return schema(bytes, m, out, depth);
    }
  }

  /// The texts that are field `number` of a message.
  static bool texts(std::string_view bytes, std::uint32_t number, json::array& out) {
    Message message(bytes);
    for (Item item; message.next(item);) {
      if (item.number != number) continue;
      if (item.wire != Wire::bytes || !base::is_valid_utf8(item.bytes)) return false;
      out.emplace_back(item.bytes);
    }
    return !message.failed();
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

  /// A schema, or what else may stand in its place in JSON. Neither: null.
  bool schema(std::string_view bytes, const Member& m, json::value& out, std::size_t depth) {
    const bool or_bool = m.form == Form::schema_or_bool;
    Item one;
    if (!find(bytes, or_bool ? 2 : 1, one)) return false;
    if (one.wire == Wire::bytes) return object(one.bytes, *m.shape, out.emplace_object(), depth + 1);
    if (or_bool) {
      out = find(bytes, 1, one) && one.value != 0;
      return true;
    }
    json::array list;
    if (m.form == Form::schema_or_strings ? !texts(bytes, 2, list) : !schemas(bytes, m, list, depth))
      return false;
    if (!list.empty()) out = std::move(list);
    return true;
  }

  bool schemas(std::string_view bytes, const Member& m, json::array& out, std::size_t depth) {
    Message message(bytes);
    for (Item item; message.next(item);) {
      if (item.number != 2) continue;
      out.emplace_back(json::object_kind);
      if (item.wire != Wire::bytes || !object(item.bytes, *m.shape, out.back().get_object(), depth + 1))
        return false;
    }
    return !message.failed();
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
  const auto* shape = protobuf::shape_of(type);
  if (!shape) return StatusError::unsupported_media_type(protobuf_type, "application/json, application/yaml");
  Item meta, body, version, kind;
  if (!bytes.starts_with(magic) || !find(bytes.substr(magic.size()), 1, meta) ||
      !find(bytes.substr(magic.size()), 2, body) || !find(meta.bytes, 1, version) ||
      !find(meta.bytes, 2, kind))
    return malformed();
  if (!base::is_valid_utf8(version.bytes) || !base::is_valid_utf8(kind.bytes)) return malformed();
  Object out;
  if (!kind.bytes.empty()) out["kind"] = kind.bytes;
  if (!version.bytes.empty()) out["apiVersion"] = version.bytes;
  if (!Decoder(limits).object(body.bytes, *shape, out, 0)) return malformed();
  return json::value(std::move(out));
}

}  // namespace api
