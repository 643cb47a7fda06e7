#include "coxctl/store/message_text.hpp"
#include <boost/json/serialize.hpp>
#include "base/encoding.hpp"
#include "coxctl/store/text.hpp"

namespace coxctl::store {
namespace {

namespace wire = storage::wire;

template <class T>
constexpr bool is_vector = false;
template <class T>
constexpr bool is_vector<std::vector<T>> = true;
template <class T>
constexpr bool is_pointer = false;
template <class T>
constexpr bool is_pointer<std::optional<T>> = true;
template <class T>
constexpr bool is_pointer<std::shared_ptr<T>> = true;

bool is_id(std::string_view name) {
  return name == "ID" || name.ends_with("_id") || name == "memberID" || name == "leader" || name == "lease";
}

class JsonFields {
 public:
  JsonFields(std::string& out, bool hex) : out_(out), hex_(hex) {}

  template <class T>
  void operator()(int, const char* name, const T& value) {
    field(name, value, false);
  }
  template <class T>
  void text(int, const char* name, const T& value) {
    field(name, value, true);
  }

  template <class M>
  static void object(std::string& out, const M& message, bool hex) {
    // etcdctl's answers of a transaction: each in an object of its own.
    constexpr bool wrapped = std::is_same_v<M, wire::ResponseOp>;
    out += wrapped ? "{\"Response\":{" : "{";
    JsonFields visitor(out, hex);
    M::fields(message, visitor);
    out += wrapped ? "}}" : "}";
  }

 private:
  template <class T>
  void field(const char* name, const T& value, bool is_text) {
    if constexpr (std::is_same_v<T, storage::Bytes>) {
      if (value) field(name, *value, is_text);
    } else if constexpr (is_pointer<T>) {
      if (value) field(name, *value, is_text);
    } else if constexpr (is_vector<T>) {
      if (value.empty()) return;
      start(name);
      char before = '[';
      for (const auto& item : value) {
        out_ += std::exchange(before, ',');
        one(name, item, is_text);
      }
      out_ += ']';
    } else {
      if constexpr (std::is_same_v<T, std::string>) {
        if (value.empty()) return;
      } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
        if (value == T{}) return;
      }
      start(name);
      one(name, value, is_text);
    }
  }

  void start(const char* name) {
    if (!std::exchange(first_, false)) out_ += ',';
    ((out_ += '"') += name) += "\":";
  }

  template <class T>
  void one(const char* name, const T& value, bool is_text) {
    if constexpr (std::is_same_v<T, bool>)
      out_ += value ? "true" : "false";
    else if constexpr (std::is_integral_v<T>)
      out_ += hex_ && is_id(name) ? "\"" + hex_id(static_cast<std::uint64_t>(value)) + "\""
                                  : std::to_string(value);
    else if constexpr (std::is_enum_v<T>)
      out_ += std::to_string(static_cast<int>(value));
    else if constexpr (std::is_same_v<T, std::string>)
      out_ += is_text ? json_string(value) : "\"" + base::base64_encode(value) + "\"";
    else
      object(out_, value, hex_);
  }

  std::string& out_;
  bool hex_;
  bool first_ = true;
};

class LineFields {
 public:
  LineFields(std::string& out, bool hex, std::string prefix)
      : out_(out), hex_(hex), prefix_(std::move(prefix)) {}

  template <class T>
  void operator()(int, const char* name, const T& value) {
    field(name, value, false);
  }
  template <class T>
  void text(int, const char* name, const T& value) {
    field(name, value, false);
  }

 private:
  template <class T>
  void field(const char* name, const T& value, bool repeated) {
    if constexpr (std::is_same_v<T, storage::Bytes>) {
      field(name, value ? *value : std::string(), repeated);
    } else if constexpr (is_pointer<T>) {
      if (value) field(name, *value, repeated);
    } else if constexpr (is_vector<T>) {
      for (const auto& item : value)
        field(name, item, true);
    } else if constexpr (std::is_same_v<T, wire::ResponseHeader>) {
      header(value);
    } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) {
      nested(name, value);
    } else {
      out_ += "\"" + prefix_ + field_label(name, repeated) + "\" : " + one(name, value) + "\n";
    }
  }

  /// The revision of an answer that has none to do with keys is not shown.
  void header(const wire::ResponseHeader& h) {
    field("cluster_id", h.cluster_id, false);
    field("member_id", h.member_id, false);
    if (h.revision > 0) field("revision", h.revision, false);
    field("raft_term", h.raft_term, false);
  }

  template <class M>
  void nested(std::string_view name, const M& message) {
    LineFields inner(out_, hex_, name.starts_with("prev_") ? "Prev" : "");
    M::fields(message, inner);
    if (name == "members" || name == "alarms") out_ += "\n";
  }

  template <class T>
  std::string one(const char* name, const T& value) const {
    if constexpr (std::is_same_v<T, bool>)
      return value ? "true" : "false";
    else if constexpr (std::is_integral_v<T>)
      return hex_ && is_id(name) ? hex_id(static_cast<std::uint64_t>(value)) : std::to_string(value);
    else if constexpr (std::is_enum_v<T>)
      return wire::names(T{})[static_cast<std::size_t>(value)];
    else
      return quoted(value);
  }

  std::string& out_;
  bool hex_;
  std::string prefix_;
};

}  // namespace

std::string field_label(std::string_view name, bool repeated) {
  if (name == "alarm") return "AlarmType";
  if (name == "dbSize" || name == "dbSizeInUse") return "DB" + std::string(name.substr(2));
  std::string out;
  bool upper = true;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  if (out.ends_with("Id")) out.back() = 'D';
  if (repeated && out.ends_with('s')) out.pop_back();
  return out;
}

std::string json_string(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text));
}

template <class M>
std::string json_text(const M& message, bool hex) {
  std::string out;
  JsonFields::object(out, message, hex);
  return out;
}

template <class M>
std::string fields_text(const M& message, bool hex) {
  std::string out;
  LineFields visitor(out, hex, "");
  M::fields(message, visitor);
  return out;
}

#define COX_INSTANTIATE(M)                                       \
  template std::string json_text<wire::M>(const wire::M&, bool); \
  template std::string fields_text<wire::M>(const wire::M&, bool);
COX_STORAGE_MESSAGES(COX_INSTANTIATE)
// What a watch is made of.
COX_INSTANTIATE(Event)
COX_INSTANTIATE(ResponseHeader)

}  // namespace coxctl::store
