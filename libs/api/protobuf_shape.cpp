#include "api/protobuf_shape.hpp"
#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <unordered_map>
#include "api/protobuf_data.hpp"
#include "base/assert.hpp"

/// A field's place in the wire form is a path: the numbers from the outermost message in, a byte each. Most
/// have one number; where Go embeds a struct, JSON shows its members among those around it while protobuf
/// nests a message, so a volume's hostPath is 0x0201: field 1 of the message in field 2.
namespace api::protobuf {
namespace {

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7)
    out += static_cast<char>(value | 0x80);
  return out += static_cast<char>(value);
}

std::string delimited(const std::string& tag, const std::string& content) {
  return tag + varint(content.size()) + content;
}

std::size_t hash(std::string_view name) noexcept {
  std::uint64_t head = 0, tail = 0;
  const auto size = std::min<std::size_t>(name.size(), 8);
  std::memcpy(&head, name.data(), size);
  std::memcpy(&tail, name.data() + name.size() - size, size);
  const auto mixed = (head * 0x9e3779b97f4a7c15 + tail + name.size()) * 0xff51afd7ed558ccd;
  return static_cast<std::size_t>(mixed >> 32);
}

Form form_of(const Type& type) {
  switch (type.kind) {
    case Kind::boolean:
      return Form::boolean;
    case Kind::int32:
      return Form::int32;
    case Kind::int64:
      return Form::int64;
    case Kind::number:
      return Form::number;
    case Kind::bytes:
      return Form::bytes;
    case Kind::quantity:
      return Form::quantity;
    case Kind::int_or_string:
      return Form::int_or_string;
    case Kind::time:
      return Form::time;
    case Kind::micro_time:
      return Form::micro_time;
    case Kind::object:
      return Form::message;
    case Kind::list:
      return Form::items;
    case Kind::any:
    case Kind::map:
      return Form::raw;
    case Kind::string:
    case Kind::duration:
      break;
  }
  return Form::text;
}

/// Scalars that Go holds by value are always sent, and so are the messages that the facts name.
bool is_scalar(Form form) {
  return form <= Form::number;
}

class Shapes {
 public:
  Shapes() {
    for (std::size_t i = 0; i < data::protobuf_field_count; ++i) {
      const auto& raw = data::protobuf_fields[i];
      extra_[raw.type][raw.field] = &raw;
    }
    for (const auto* type : all_types())
      shapes_[type] = &make_shape(*type);
    schema_ = find_type("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
    COX_ASSERT(schema_, "CustomResourceDefinitions have a schema");
    for (const auto* type : all_types())
      fill(*shapes_[type], *type);
    for (const auto* type : all_types())
      zero_of(shapes_[type]);
  }

  const Shape* find(const Type& type) const noexcept {
    const auto hit = shapes_.find(&type);
    return hit == shapes_.end() ? nullptr : hit->second;
  }

 private:
  Shape& make_shape(const Type& type) {
    auto made = std::make_unique<Shape>();
    auto& shape = *made;
    shape.type = &type;
    owned_[&shape] = std::move(made);
    return shape;
  }
  Shape& mine(const Shape* shape) { return *owned_.at(shape); }

  void fill(Shape& shape, const Type& type) {
    index(shape, type);
    const auto of_type = extra_.find(type.name);
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
      const auto& field = type.fields[i];
      const data::RawProtobuf* more = nullptr;
      if (of_type != extra_.end())
        if (const auto hit = of_type->second.find(field.name); hit != of_type->second.end())
          more = hit->second;
      const auto path = more && more->path ? more->path : field.proto_number;
      if (path == 0) continue;
      auto member = make_member(field, more);
      member.slot = static_cast<std::uint16_t>(i);
      place(shape, type, path, std::move(member));
    }
    finish(shape);
  }

  static void index(Shape& shape, const Type& type) {
    std::size_t size = 4;
    while (size < 2 * type.fields.size())
      size *= 2;
    shape.by_hash.assign(size, -1);
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
      auto at = hash(type.fields[i].name) & (size - 1);
      while (shape.by_hash[at] >= 0)
        at = (at + 1) & (size - 1);
      shape.by_hash[at] = static_cast<std::int16_t>(i);
    }
  }

  Member make_member(const Field& field, const data::RawProtobuf* more) const {
    static constexpr Form other_forms[] = {Form::items, Form::schema_or_bool, Form::schema_or_array,
                                           Form::schema_or_strings, Form::empty};
    Member member;
    member.field = &field;
    const auto* type = field.type;
    const bool special = more && more->form;
    if (type->kind == Kind::list && !(special && more->form == 1)) {
      member.count = Count::many;
      type = type->element;
    } else if (type->kind == Kind::map) {
      member.count = Count::map;
      type = type->element;
    }
    member.form = special ? other_forms[more->form - 1] : form_of(*type);
    if (member.form == Form::message)
      member.shape = shapes_.at(type);
    else if (member.form >= Form::schema_or_bool && member.form <= Form::schema_or_strings)
      member.shape = shapes_.at(schema_);
    const bool optional = more && more->optional;
    member.always = member.count == Count::one && (is_scalar(member.form) ? !optional : more && more->value);
    return member;
  }

  /// Puts a member where its path says, making the embedded messages on the way.
  void place(Shape& shape, const Type& type, std::uint32_t path, Member member) {
    Shape* at = &shape;
    int shift = 24;
    while (shift > 0 && !(path >> shift))
      shift -= 8;
    for (; shift > 0; shift -= 8)
      at = &embedded(*at, type, path >> shift & 0xff);
    member.number = path & 0xff;
    at->members.push_back(std::move(member));
  }

  Shape& embedded(Shape& outer, const Type& type, std::uint32_t number) {
    for (const auto& member : outer.members)
      if (member.number == number) return mine(member.shape);
    auto& made = make_shape(type);
    Member member;
    member.number = number;
    member.form = Form::embedded;
    member.always = true;
    member.shape = &made;
    outer.members.push_back(std::move(member));
    return made;
  }

  void finish(Shape& shape) {
    auto& members = shape.members;
    std::sort(members.begin(), members.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    for (std::size_t i = 0; i < members.size(); ++i) {
      auto& m = members[i];
      COX_ASSERT(m.number < Shape::numbers_max, "field numbers are small");
      const auto wire = m.count == Count::map ? Wire::bytes : wire_of(m.form);
      m.tag = varint(m.number << 3 | static_cast<std::uint32_t>(wire));
      shape.by_number[m.number] = static_cast<std::int16_t>(i + 1);
      if (m.form == Form::embedded) finish(mine(m.shape));
    }
  }

  /// What an empty message of that shape is, made once.
  const std::string& zero_of(const Shape* shape) {
    const auto [hit, fresh] = zeros_.try_emplace(shape);
    if (!fresh) return hit->second;
    std::string all;
    for (auto& m : mine(shape).members) {
      if (m.always) m.zero = zero_of(m);
      all += m.zero;
    }
    return zeros_[shape] = std::move(all);
  }

  std::string zero_of(const Member& m) {
    using namespace std::string_literals;
    switch (m.form) {
      case Form::boolean:
      case Form::int32:
      case Form::int64:
        return m.tag + '\0';
      case Form::number:
        return m.tag + std::string(8, '\0');
      case Form::quantity:
        return delimited(m.tag, "\x0a\x01"s + "0");
      case Form::int_or_string:
        return delimited(m.tag, "\x08\0\x10\0\x1a\0"s);
      case Form::message:
      case Form::embedded:
        return delimited(m.tag, zero_of(m.shape));
      default:
        return delimited(m.tag, "");
    }
  }

  std::map<std::string_view, std::map<std::string_view, const data::RawProtobuf*>> extra_;
  std::unordered_map<const Shape*, std::unique_ptr<Shape>> owned_;
  std::unordered_map<const Type*, Shape*> shapes_;  ///< Without the embedded ones.
  std::map<const Shape*, std::string> zeros_;
  const Type* schema_ = nullptr;
};

}  // namespace

int Shape::slot(std::string_view name) const noexcept {
  const auto mask = by_hash.size() - 1;
  for (auto at = hash(name) & mask; by_hash[at] >= 0; at = (at + 1) & mask)
    if (type->fields[static_cast<std::size_t>(by_hash[at])].name == name) return by_hash[at];
  return -1;
}

const Member* Shape::member(std::uint32_t number) const noexcept {
  if (number >= numbers_max || by_number[number] == 0) return nullptr;
  return &members[static_cast<std::size_t>(by_number[number] - 1)];
}

const Shape* shape_of(const Type& type) noexcept {
  static const Shapes shapes;
  return shapes.find(type);
}

}  // namespace api::protobuf
