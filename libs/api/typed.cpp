#include "api/typed.hpp"
#include <algorithm>
#include <boost/json/parse.hpp>
#include <limits>
#include "api/typed_descriptor.hpp"
#include "base/encoding.hpp"

namespace api {

namespace json = boost::json;

bool Reader::fail(std::string_view wanted) {
  if (!error.empty()) return false;
  for (auto step : path_)
    error += (error.empty() ? "" : ".") + std::string(step);
  error += (error.empty() ? "" : ": ") + std::string("expected ") + std::string(wanted);
  return false;
}

bool read_struct(const json::value& v, const Descriptor& d, void* out, Reader& reader) {
  if (v.is_null()) return true;
  if (!v.is_object()) return reader.fail("an object");
  for (const auto& [key, value] : v.get_object()) {
    if (value.is_null()) continue;
    const auto hit =
        std::lower_bound(d.fields.begin(), d.fields.end(), std::string_view(key),
                         [](const FieldDescriptor& f, std::string_view k) { return f.json_name < k; });
    if (hit == d.fields.end() || hit->json_name != std::string_view(key)) continue;
    reader.push(hit->json_name);
    if (!hit->ops->read(value, static_cast<char*>(out) + hit->offset, reader)) return false;
    reader.pop();
  }
  return true;
}

bool write_struct(const Descriptor& d, const void* in, json::value& out) {
  auto& object = out.emplace_object();
  for (const auto& f : d.fields) {
    json::value member;
    if (f.ops->write(static_cast<const char*>(in) + f.offset, f.required, member))
      object.emplace(f.json_name, std::move(member));
  }
  return !object.empty();
}

base::Result<void> from_json_erased(const json::value& v, const Descriptor& d, void* out) {
  Reader reader;
  if (!v.is_object())
    reader.fail("an object");
  else
    read_struct(v, d, out, reader);
  if (reader.error.empty()) return {};
  return base::Error(base::Errc::invalid_argument, std::string(d.name) + ": " + reader.error);
}

json::value to_json_erased(const Descriptor& d, const void* in) {
  json::value out;
  write_struct(d, in, out);
  auto& object = out.get_object();
  if (!d.kind.empty()) {
    object.emplace("apiVersion", d.api_version);
    object.emplace("kind", d.kind);
  }
  return out;
}

base::Result<json::value> parse_typed_json(std::string_view text) {
  boost::system::error_code error;
  auto v = json::parse(text, error);
  if (error) return base::Error(base::Errc::invalid_argument, "not JSON: " + error.message());
  return v;
}

base::Result<std::int32_t> IntOrString::scaled(std::int32_t total, bool round_up) const {
  if (is_int) return int_value;
  std::int64_t percent = 0;
  const auto digits =
      std::string_view(string_value).substr(0, string_value.size() - (string_value.empty() ? 0 : 1));
  const bool shaped = string_value.size() > 1 && string_value.size() < 10 && string_value.back() == '%' &&
                      digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!shaped)
    return base::Error(base::Errc::invalid_argument,
                       "invalid value \"" + string_value + "\": a number or a percentage such as 25%");
  for (char c : digits)
    percent = percent * 10 + (c - '0');
  const std::int64_t product = percent * total;
  return static_cast<std::int32_t>(round_up ? (product + 99) / 100 : product / 100);
}

namespace detail {
namespace {

template <class T>
T& as(void* member) {
  return *static_cast<T*>(member);
}
template <class T>
const T& as(const void* member) {
  return *static_cast<const T*>(member);
}

template <class N>
bool read_integer(const json::value& v, N& out, Reader& reader) {
  std::int64_t n = 0;
  if (v.is_int64())
    n = v.get_int64();
  else if (v.is_double() && v.get_double() == static_cast<double>(static_cast<std::int64_t>(v.get_double())))
    n = static_cast<std::int64_t>(v.get_double());
  else
    return reader.fail("a whole number");
  if (n < std::numeric_limits<N>::min() || n > std::numeric_limits<N>::max())
    return reader.fail("a number in range");
  out = static_cast<N>(n);
  return true;
}

}  // namespace

bool Ops<std::string>::read(const json::value& v, void* member, Reader& reader) {
  if (!v.is_string()) return reader.fail("a string");
  as<std::string>(member) = std::string_view(v.get_string());
  return true;
}
bool Ops<std::string>::write(const void* member, bool required, json::value& out) {
  const auto& s = as<std::string>(member);
  out = json::string(s);
  return required || !s.empty();
}

bool Ops<bool>::read(const json::value& v, void* member, Reader& reader) {
  if (!v.is_bool()) return reader.fail("true or false");
  as<bool>(member) = v.get_bool();
  return true;
}
bool Ops<bool>::write(const void* member, bool, json::value& out) {
  out = as<bool>(member);
  return true;
}

bool Ops<std::int32_t>::read(const json::value& v, void* member, Reader& reader) {
  return read_integer(v, as<std::int32_t>(member), reader);
}
bool Ops<std::int32_t>::write(const void* member, bool, json::value& out) {
  out = as<std::int32_t>(member);
  return true;
}

bool Ops<std::int64_t>::read(const json::value& v, void* member, Reader& reader) {
  return read_integer(v, as<std::int64_t>(member), reader);
}
bool Ops<std::int64_t>::write(const void* member, bool, json::value& out) {
  out = as<std::int64_t>(member);
  return true;
}

bool Ops<double>::read(const json::value& v, void* member, Reader& reader) {
  if (!v.is_number()) return reader.fail("a number");
  as<double>(member) = v.to_number<double>();
  return true;
}
bool Ops<double>::write(const void* member, bool, json::value& out) {
  out = as<double>(member);
  return true;
}

bool Ops<Quantity>::read(const json::value& v, void* member, Reader& reader) {
  std::string text;
  if (v.is_string())
    text = std::string_view(v.get_string());
  else if (v.is_int64())
    text = std::to_string(v.get_int64());
  auto q = Quantity::parse(text);
  if (!q) return reader.fail("a quantity such as 500m or 1Gi");
  as<Quantity>(member) = *q;
  return true;
}
bool Ops<Quantity>::write(const void* member, bool, json::value& out) {
  out = json::string(as<Quantity>(member).text());
  return true;
}

bool Ops<IntOrString>::read(const json::value& v, void* member, Reader& reader) {
  auto& out = as<IntOrString>(member);
  if (v.is_string()) {
    out = IntOrString(std::string(v.get_string()));
    return true;
  }
  out = IntOrString();
  return read_integer(v, out.int_value, reader);
}
bool Ops<IntOrString>::write(const void* member, bool, json::value& out) {
  const auto& v = as<IntOrString>(member);
  if (v.is_int)
    out = v.int_value;
  else
    out = json::string(v.string_value);
  return true;
}

namespace {

bool read_time(const json::value& v, base::SystemTime& out, Reader& reader) {
  if (!v.is_string()) return reader.fail("a time");
  auto t = base::parse_rfc3339(v.get_string());
  if (!t) return reader.fail("an RFC 3339 time");
  out = *t;
  return true;
}

}  // namespace

bool Ops<Time>::read(const json::value& v, void* member, Reader& reader) {
  return read_time(v, as<Time>(member).at, reader);
}
bool Ops<Time>::write(const void* member, bool, json::value& out) {
  // A time that was never set is null, as upstream's zero Time.
  if (as<Time>(member) != Time{}) out = json::string(base::format_rfc3339(as<Time>(member).at));
  return true;
}

bool Ops<MicroTime>::read(const json::value& v, void* member, Reader& reader) {
  return read_time(v, as<MicroTime>(member).at, reader);
}
bool Ops<MicroTime>::write(const void* member, bool, json::value& out) {
  if (as<MicroTime>(member) != MicroTime{})
    out = json::string(base::format_rfc3339_micro(as<MicroTime>(member).at));
  return true;
}

bool Ops<json::value>::read(const json::value& v, void* member, Reader&) {
  as<json::value>(member) = v;
  return true;
}
bool Ops<json::value>::write(const void* member, bool required, json::value& out) {
  out = as<json::value>(member);
  return required || !out.is_null();
}

bool BytesOps::read(const json::value& v, void* member, Reader& reader) {
  if (!v.is_string()) return reader.fail("base64");
  auto bytes = base::base64_decode(v.get_string());
  if (!bytes) return reader.fail("base64");
  as<std::string>(member) = std::move(*bytes);
  return true;
}
bool BytesOps::write(const void* member, bool required, json::value& out) {
  const auto& s = as<std::string>(member);
  out = json::string(base::base64_encode(s));
  return required || !s.empty();
}

}  // namespace detail
}  // namespace api
