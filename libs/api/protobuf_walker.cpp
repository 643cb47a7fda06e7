#include "api/protobuf_walker.hpp"
#include <algorithm>
#include <bit>
#include <charconv>
#include "base/clock.hpp"
#include "base/encoding.hpp"

namespace api::protobuf {

bool Walker::start(std::string_view json) {
  out.clear();
  problem_ = {};
  slots_.clear();
  children_.clear();
  return tape_.parse(json) && tape_[0].kind == JsonTape::Kind::object;
}

bool Walker::document(const Shape& shape) {
  return object(shape, 0);
}

bool Walker::member_document(std::string_view name, const Shape& shape) {
  const auto at = find(name);
  return at == 0 || object(shape, at);
}

std::string_view Walker::text_of(std::string_view name) {
  const auto at = find(name);
  std::string_view content;
  if (at == 0 || tape_[at].kind != JsonTape::Kind::string) return {};
  return tape_.content(tape_[at], room_, content) ? content : std::string_view();
}

void Walker::close(std::size_t before, std::string_view tag) {
  out.put_varint(out.size() - before);
  out.put(tag);
}

void Walker::put_text(std::string_view text, char tag) {
  out.put(text);
  out.put_varint(text.size());
  out.put(tag);
}

bool Walker::fail(std::string_view what) {
  problem_ = what;
  return false;
}

/// Token of the document's member of that name; 0 if there is none.
std::uint32_t Walker::find(std::string_view name) const {
  for (std::uint32_t key = 1; key < tape_[0].next; key = tape_[key + 1].next) {
    const auto quoted = tape_.text(tape_[key]);
    if (quoted.substr(1, quoted.size() - 2) == name) return key + 1;
  }
  return 0;
}

bool Walker::object(const Shape& shape, std::uint32_t at) {
  if (tape_[at].kind != JsonTape::Kind::object) return fail("an object was expected");
  const auto base = slots_.size();
  slots_.resize(base + shape.type->fields.size(), 0);
  for (auto key = at + 1; key < tape_[at].next; key = tape_[key + 1].next) {
    std::string_view name;
    if (!tape_.content(tape_[key], room_, name)) return fail("malformed escapes");
    const auto slot = shape.slot(name);
    if (slot >= 0 && !tape_.is_null(tape_[key + 1])) slots_[base + static_cast<std::size_t>(slot)] = key + 1;
  }
  if (!members(shape, base)) return false;
  slots_.resize(base);
  return true;
}

bool Walker::members(const Shape& shape, std::size_t base) {
  for (auto m = shape.members.rbegin(); m != shape.members.rend(); ++m) {
    if (m->form == Form::embedded) {
      const auto before = out.size();
      if (!members(*m->shape, base)) return false;
      close(before, m->tag);
    } else if (const auto at = slots_[base + m->slot]; at == 0) {
      out.put(m->zero);
    } else if (!member(*m, at)) {
      return false;
    }
  }
  return true;
}

bool Walker::member(const Member& m, std::uint32_t at) {
  if (m.count == Count::many) return list(m, at);
  if (m.count == Count::map) return map(m, at);
  if (!value(m, at)) return false;
  out.put(m.tag);
  return true;
}

/// Puts a list's elements on the stack of children; where they begin there.
std::size_t Walker::push_elements(std::uint32_t at) {
  const auto base = children_.size();
  for (auto e = at + 1; e < tape_[at].next; e = tape_[e].next)
    children_.push_back({{}, e});
  return base;
}

bool Walker::list(const Member& m, std::uint32_t at) {
  if (tape_[at].kind != JsonTape::Kind::array) return fail("a list was expected");
  for (const auto base = push_elements(at); children_.size() > base; children_.pop_back()) {
    if (!value(m, children_.back().at)) return false;
    out.put(m.tag);
  }
  return true;
}

bool Walker::map(const Member& m, std::uint32_t at) {
  if (tape_[at].kind != JsonTape::Kind::object) return fail("a map was expected");
  const auto base = children_.size();
  std::deque<std::string> unescaped;
  for (auto key = at + 1; key < tape_[at].next; key = tape_[key + 1].next) {
    auto& room = tape_[key].escaped ? unescaped.emplace_back() : room_;
    Child child{{}, key + 1};
    if (!tape_.content(tape_[key], room, child.key)) return fail("malformed escapes");
    children_.push_back(child);
  }
  const auto first = children_.begin() + static_cast<std::ptrdiff_t>(base);
  std::sort(first, children_.end(), [](const Child& a, const Child& b) { return a.key < b.key; });
  const char value_tag = tag_of(2, wire_of(m.form));
  for (; children_.size() > base; children_.pop_back()) {
    const auto child = children_.back();
    const auto before = out.size();
    if (!value(m, child.at)) return false;
    out.put(value_tag);
    put_text(child.key, text1);
    close(before, m.tag);
  }
  return true;
}

/// One value with its length but without its tag. In lists and maps null is an empty one.
bool Walker::value(const Member& m, std::uint32_t at) {
  const auto before = out.size();
  switch (m.form) {
    case Form::boolean:
      return boolean(at);
    case Form::int32:
    case Form::int64:
      return integer(at);
    case Form::number:
      return number(at);
    default:
      if (!tape_.is_null(tape_[at]) && !delimited(m, at)) return false;
      out.put_varint(out.size() - before);
      return true;
  }
}

bool Walker::delimited(const Member& m, std::uint32_t at) {
  std::string_view content;
  switch (m.form) {
    case Form::text:
      if (!text(at, content)) return false;
      out.put(content);
      return true;
    case Form::bytes:
      return bytes(at);
    case Form::quantity:
      return quantity(at);
    case Form::int_or_string:
      return int_or_string(at);
    case Form::time:
    case Form::micro_time:
      return time(at, m.form == Form::micro_time);
    case Form::raw:
      put_text(tape_.text(tape_[at]), text1);
      return true;
    case Form::message:
      return object(*m.shape, at);
    case Form::items:
      return texts(at, text1);
    case Form::empty:
      return true;
    default:
      return schema(m, at);
  }
}

bool Walker::boolean(std::uint32_t at) {
  if (tape_[at].kind != JsonTape::Kind::literal) return fail("a boolean was expected");
  out.put(tape_.text(tape_[at]) == "true" ? '\1' : '\0');
  return true;
}

bool Walker::parse_integer(std::uint32_t at, std::int64_t& value) const {
  const auto text = tape_.text(tape_[at]);
  const auto* end = text.data() + text.size();
  const auto [used, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && used == end;
}

bool Walker::integer(std::uint32_t at) {
  std::int64_t value = 0;
  if (!parse_integer(at, value)) return fail("an integer was expected");
  out.put_varint(static_cast<std::uint64_t>(value));
  return true;
}

bool Walker::number(std::uint32_t at) {
  double value = 0;
  const auto text = tape_.text(tape_[at]);
  const auto* end = text.data() + text.size();
  const auto [used, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || used != end) return fail("a number was expected");
  const auto bits = std::bit_cast<std::uint64_t>(value);
  char bytes[sizeof bits];
  for (unsigned i = 0; i < sizeof bits; ++i)
    bytes[i] = static_cast<char>(bits >> (8 * i));
  out.put({bytes, sizeof bytes});
  return true;
}

bool Walker::text(std::uint32_t at, std::string_view& content) {
  if (tape_[at].kind != JsonTape::Kind::string) return fail("a string was expected");
  return tape_.content(tape_[at], room_, content) || fail("malformed escapes");
}

bool Walker::bytes(std::uint32_t at) {
  std::string_view content;
  if (!text(at, content)) return false;
  const auto bytes = base::base64_decode(content);
  if (!bytes) return fail("base64 was expected");
  out.put(*bytes);
  return true;
}

bool Walker::quantity(std::uint32_t at) {
  auto content = tape_.text(tape_[at]);
  if (tape_[at].kind != JsonTape::Kind::number && !text(at, content)) return false;
  put_text(content, text1);
  return true;
}

bool Walker::int_or_string(std::uint32_t at) {
  std::int64_t number = 0;
  std::string_view content;
  const bool is_text = tape_[at].kind == JsonTape::Kind::string;
  if (is_text ? !text(at, content) : !parse_integer(at, number)) return fail("a number or text was expected");
  put_text(content, text3);
  out.put_varint(static_cast<std::uint64_t>(number));
  out.put(number2);
  out.put(is_text ? '\1' : '\0');
  out.put(number1);
  return true;
}

/// The first second of year 1 is Go's zero time, which is an empty message.
bool Walker::time(std::uint32_t at, bool micro) {
  std::string_view content;
  if (!text(at, content)) return false;
  if (content == "0001-01-01T00:00:00Z") return true;
  const auto parsed = base::parse_rfc3339(content);
  if (!parsed) return fail("a time was expected");
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*parsed);
  const auto nanos = (*parsed - seconds).count();
  out.put_varint(micro ? static_cast<std::uint64_t>(nanos / 1000 * 1000) : 0);
  out.put(number2);
  out.put_varint(static_cast<std::uint64_t>(seconds.time_since_epoch().count()));
  out.put(number1);
  return true;
}

bool Walker::texts(std::uint32_t at, char tag) {
  if (tape_[at].kind != JsonTape::Kind::array) return fail("a list was expected");
  for (const auto base = push_elements(at); children_.size() > base; children_.pop_back()) {
    std::string_view content;
    if (!text(children_.back().at, content)) return false;
    put_text(content, tag);
  }
  return true;
}

/// JSONSchemaPropsOrBool, -OrArray and -OrStringArray of CustomResourceDefinitions.
bool Walker::schema(const Member& m, std::uint32_t at) {
  const auto before = out.size();
  const bool or_bool = m.form == Form::schema_or_bool;
  const auto kind = tape_[at].kind;
  if (kind == JsonTape::Kind::object) {
    if (!object(*m.shape, at)) return false;
    close(before, or_bool ? text2 : text1);
    if (!or_bool) return true;
    out.put('\1');
    out.put(number1);
    return true;
  }
  if (kind == JsonTape::Kind::array && m.form == Form::schema_or_strings) return texts(at, text2);
  if (kind == JsonTape::Kind::array && m.form == Form::schema_or_array) return schemas(*m.shape, at);
  if (!or_bool || !boolean(at)) return fail("a schema was expected");
  out.put(number1);
  return true;
}

bool Walker::schemas(const Shape& shape, std::uint32_t at) {
  for (const auto base = push_elements(at); children_.size() > base; children_.pop_back()) {
    const auto before = out.size();
    if (!object(shape, children_.back().at)) return false;
    close(before, text2);
  }
  return true;
}

}  // namespace api::protobuf
