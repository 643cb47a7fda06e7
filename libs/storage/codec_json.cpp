#include <algorithm>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include "base/encoding.hpp"
#include "storage/codec_proto_impl.hpp"

namespace storage::wire {
namespace {

namespace json = boost::json;
using proto::IsOptional;
using proto::IsVector;

/// As deep as transactions can be nested: 128 times, each in an operation of an array.
constexpr std::size_t kDepthMax = 400;

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  template <class T>
  void operator()(int, const char* name, const T& value) {
    field(name, value, [this](const std::string& bytes) { base64(bytes); });
  }
  template <class T>
  void text(int, const char* name, const T& value) {
    field(name, value, [this](const std::string& s) { out_ += json::serialize(json::string_view(s)); });
  }
  template <class M>
  void object(const M& message) {
    out_ += '{';
    first_ = true;
    M::fields(message, *this);
    out_ += '}';
    first_ = false;
  }

 private:
  template <class T, class Strings>
  void field(const char* name, const T& value, Strings strings) {
    if constexpr (std::is_same_v<T, Bytes>) {
      if (value) field(name, *value, strings);
    } else if constexpr (IsOptional<T>::value) {
      if (value) start(name), one(*value, strings);
    } else if constexpr (IsVector<T>::value) {
      if (value.empty()) return;
      start(name);
      char before = '[';
      for (const auto& item : value) {
        out_ += std::exchange(before, ',');
        one(item, strings);
      }
      out_ += ']';
    } else if constexpr (proto::is_number<T>) {
      if (value != T{}) start(name), one(value, strings);
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!value.empty()) start(name), one(value, strings);
    } else {
      start(name), one(value, strings);
    }
  }
  void start(const char* name) {
    if (!first_) out_ += ',';
    first_ = false;
    ((out_ += '"') += name) += "\":";
  }
  template <class T, class Strings>
  void one(const T& value, Strings strings) {
    if constexpr (std::is_same_v<T, bool>) {
      out_ += value ? "true" : "false";
    } else if constexpr (std::is_integral_v<T> && sizeof(T) <= 4) {
      out_ += std::to_string(value);
    } else if constexpr (std::is_integral_v<T>) {
      ((out_ += '"') += std::to_string(value)) += '"';
    } else if constexpr (std::is_enum_v<T>) {
      const auto index = static_cast<std::size_t>(value);
      if (index < names(T{}).size())
        ((out_ += '"') += names(T{})[index]) += '"';
      else
        out_ += std::to_string(index);
    } else if constexpr (std::is_same_v<T, std::string>) {
      strings(value);
    } else {
      object(value);
    }
  }
  void base64(const std::string& bytes) {
    out_ += '"';
    base::base64_append(out_, bytes);
    out_ += '"';
  }

  std::string& out_;
  bool first_ = true;
};

/// "range_end" and "rangeEnd" name the same field.
bool same_name(std::string_view name, std::string_view given) {
  if (name == given) return true;
  std::size_t g = 0;
  for (std::size_t i = 0; i < name.size(); ++i, ++g) {
    char c = name[i];
    if (c == '_' && i + 1 < name.size()) c = static_cast<char>(name[++i] - 'a' + 'A');
    if (g >= given.size() || given[g] != c) return false;
  }
  return g == given.size();
}

/// Visits all fields for one member of an object and reads the one it names.
class JsonReader {
 public:
  JsonReader(std::string_view given, const json::value& value, UnknownFields unknown)
      : given_(given), value_(value), unknown_(unknown) {}
  bool found = false;
  std::string problem;  ///< What is wrong with the value; empty if nothing is.

  template <class T>
  void operator()(int, const char* name, T& value) {
    match(name, value, false);
  }
  template <class T>
  void text(int, const char* name, T& value) {
    match(name, value, true);
  }

  template <class M>
  static std::string object(const json::value& value, M& message, UnknownFields unknown) {
    if (!value.is_object()) return "must be an object";
    for (const auto& member : value.get_object()) {
      JsonReader reader(member.key(), member.value(), unknown);
      M::fields(message, reader);
      if (!reader.found && unknown == UnknownFields::refuse)
        return "unknown field \"" + std::string(member.key()) + "\"";
      if (!reader.problem.empty()) return std::string(member.key()) + ": " + reader.problem;
    }
    return "";
  }

 private:
  template <class T>
  void match(const char* name, T& value, bool is_text) {
    if (found || !same_name(name, given_)) return;
    found = true;
    if (!value_.is_null()) problem = read(value_, value, is_text);
  }
  template <class T>
  std::string read(const json::value& in, T& out, bool is_text) {
    if constexpr (std::is_same_v<T, Bytes>) {
      std::string bytes;
      auto problem = read_string(in, bytes, is_text);
      out = std::make_shared<const std::string>(std::move(bytes));
      return problem;
    } else if constexpr (IsOptional<T>::value) {
      using Inner = std::remove_reference_t<decltype(*out)>;
      if constexpr (std::is_same_v<T, std::shared_ptr<Inner>>)
        out = std::make_shared<Inner>();
      else
        out.emplace();
      return read(in, *out, is_text);
    } else if constexpr (IsVector<T>::value) {
      if (!in.is_array()) return "must be an array";
      for (const auto& item : in.get_array())
        if (auto problem = read(item, out.emplace_back(), is_text); !problem.empty()) return problem;
      return "";
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!in.is_bool()) return "must be true or false";
      out = in.get_bool();
      return "";
    } else if constexpr (std::is_enum_v<T>) {
      return read_enum(in, out);
    } else if constexpr (std::is_integral_v<T>) {
      return read_number(in, out);
    } else if constexpr (std::is_same_v<T, std::string>) {
      return read_string(in, out, is_text);
    } else {
      return object(in, out, unknown_);
    }
  }
  /// In a string too a number is written as JSON has it: no leading zeros or plus sign; white space around
  /// it.
  template <class T>
  static bool parse_number(std::string_view text, T& out) {
    constexpr const char* kSpace = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
    text = text.substr(0, text.find_last_not_of(kSpace) + 1);
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    if (digits.size() > 1 && digits.front() == '0') return false;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    return failed == std::errc() && end == text.data() + text.size() && !text.empty();
  }
  template <class T>
  static std::string read_number(const json::value& in, T& out) {
    constexpr const char* kProblem = "must be a whole number";
    if (in.is_string()) return parse_number(std::string_view(in.get_string()), out) ? "" : kProblem;
    if (in.is_double()) return kProblem;  // 1.0 and 1e3 too, as in etcd's gateway.
    boost::system::error_code error;
    out = in.to_number<T>(error);
    return error ? kProblem : "";
  }
  template <class E>
  static std::string read_enum(const json::value& in, E& out) {
    std::int32_t number = 0;
    if (in.is_string()) {
      for (; number < static_cast<std::int32_t>(names(E{}).size()); ++number)
        if (in.get_string() == names(E{})[static_cast<std::size_t>(number)]) break;
    }
    if (!in.is_string() && !read_number(in, number).empty()) return "must be a name or a number";
    if (number < 0 || number >= static_cast<std::int32_t>(names(E{}).size()))
      return "is not one of its values";
    out = static_cast<E>(number);
    return "";
  }
  static std::string read_string(const json::value& in, std::string& out, bool is_text) {
    if (!in.is_string()) return "must be a string";
    const std::string_view text(in.get_string().data(), in.get_string().size());
    if (is_text) {
      out.assign(text);
      return "";
    }
    // Lines may be broken, as in etcd's gateway.
    const bool broken = text.find_first_of("\r\n") != std::string_view::npos;
    auto bytes = broken ? base::base64_decode(joined(text)) : base::base64_decode(text);
    if (!bytes) return "must be base64";
    out = std::move(*bytes);
    return "";
  }

  static std::string joined(std::string_view lines) {
    std::string text(lines);
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
    return text;
  }

  std::string_view given_;
  const json::value& value_;
  UnknownFields unknown_;
};

/// The JSON value that `text` begins with. What follows is not looked at: so does etcd's gateway.
base::Result<json::value> parse_first(std::string_view text) {
  unsigned char scratch[4096];
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::parser parser(json::storage_ptr(), options, scratch);
  boost::system::error_code error;
  parser.write_some(json::string_view(text.data(), text.size()), error);
  if (error) return base::Error(base::Errc::invalid_argument, "malformed JSON: " + error.message());
  return parser.release();
}

}  // namespace

template <class M>
std::string encode_json(const M& message) {
  std::string out;
  JsonWriter(out).object(message);
  return out;
}

template <class M>
base::Result<M> decode_json(std::string_view text, UnknownFields unknown) {
  M message;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return message;
  const base::Result<json::value> parsed = parse_first(text);
  if (!parsed) return parsed.error();
  const json::value& value = *parsed;
  if (value.is_null()) return message;
  if (auto problem = JsonReader::object(value, message, unknown); !problem.empty())
    return base::Error(base::Errc::invalid_argument, std::move(problem));
  return message;
}

#define COX_INSTANTIATE(M)                    \
  template std::string encode_json(const M&); \
  template base::Result<M> decode_json(std::string_view, UnknownFields);
COX_STORAGE_MESSAGES(COX_INSTANTIATE)
#undef COX_INSTANTIATE

}  // namespace storage::wire
