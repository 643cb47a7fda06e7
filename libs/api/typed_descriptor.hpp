#pragma once
#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>
#include "api/typed.hpp"

/// How the one codec of the typed structs sees a struct: a table of its fields. Included by generated sources
/// only.
namespace api {

/// Where reading stands, for the error message. Stops at the first error.
class Reader {
 public:
  /// Remembers the first error, with the path of the value; returns false for convenience.
  bool fail(std::string_view wanted);
  void push(std::string_view step) { path_.push_back(step); }
  void pop() { path_.pop_back(); }
  std::string error;

 private:
  std::vector<std::string_view> path_;
};

/// What the codec can do with a member of one C++ type.
struct ValueOps {
  bool (*read)(const boost::json::value& v, void* member, Reader& reader);
  /// False when the member counts as absent and is left out; `required` members are always written.
  bool (*write)(const void* member, bool required, boost::json::value& out);
};

struct FieldDescriptor {
  std::string_view json_name;
  std::uint32_t offset;
  const ValueOps* ops;
  bool required;
};

struct Descriptor {
  std::string_view name;                    ///< "io.k8s.api.core.v1.Pod"
  std::string_view api_version, kind;       ///< Of top-level kinds; else empty.
  std::span<const FieldDescriptor> fields;  ///< Sorted by JSON name.
};

bool read_struct(const boost::json::value& v, const Descriptor& d, void* out, Reader& reader);
/// False if nothing was written (all members absent).
bool write_struct(const Descriptor& d, const void* in, boost::json::value& out);

namespace detail {

template <class T>
struct Ops;  // The scalar ones are in typed.cpp.

template <class T>
concept Struct = requires {
  descriptor_of<T>();
}
&&std::is_class_v<T>;

#define COX_SCALAR_OPS(T)                                                          \
  template <>                                                                      \
  struct Ops<T> {                                                                  \
    static bool read(const boost::json::value& v, void* member, Reader& reader);   \
    static bool write(const void* member, bool required, boost::json::value& out); \
  }
COX_SCALAR_OPS(std::string);
COX_SCALAR_OPS(bool);
COX_SCALAR_OPS(std::int32_t);
COX_SCALAR_OPS(std::int64_t);
COX_SCALAR_OPS(double);
COX_SCALAR_OPS(Quantity);
COX_SCALAR_OPS(IntOrString);
COX_SCALAR_OPS(Time);
COX_SCALAR_OPS(MicroTime);
COX_SCALAR_OPS(boost::json::value);
#undef COX_SCALAR_OPS

/// Decoded base64 in a std::string: the same C++ type as text, so the generator names these operations
/// itself.
struct BytesOps {
  static bool read(const boost::json::value& v, void* member, Reader& reader);
  static bool write(const void* member, bool required, boost::json::value& out);
};

template <class T>
struct StructOps {
  static bool read(const boost::json::value& v, void* member, Reader& reader) {
    return read_struct(v, descriptor_of<T>(), member, reader);
  }
  static bool write(const void* member, bool required, boost::json::value& out) {
    return write_struct(descriptor_of<T>(), member, out) || required;
  }
};

template <class T, class Inner>
struct OptionalOps {
  static bool read(const boost::json::value& v, void* member, Reader& reader) {
    return Inner::read(v, &static_cast<std::optional<T>*>(member)->emplace(), reader);
  }
  static bool write(const void* member, bool, boost::json::value& out) {
    const auto& o = *static_cast<const std::optional<T>*>(member);
    return o && (Inner::write(&*o, true, out), true);
  }
};

template <class T, class Inner>
struct BoxOps {
  static bool read(const boost::json::value& v, void* member, Reader& reader) {
    auto& box = *static_cast<Box<T>*>(member);
    box = Box<T>(T{});
    return Inner::read(v, &*box, reader);
  }
  static bool write(const void* member, bool, boost::json::value& out) {
    const auto& box = *static_cast<const Box<T>*>(member);
    return box && (Inner::write(&*box, true, out), true);
  }
};

template <class T, class Inner>
struct ListOps {
  static bool read(const boost::json::value& v, void* member, Reader& reader) {
    if (!v.is_array()) return reader.fail("a list");
    auto& list = *static_cast<std::vector<T>*>(member);
    list.resize(v.get_array().size());
    for (std::size_t i = 0; i < list.size(); ++i)
      if (!Inner::read(v.get_array()[i], &list[i], reader)) return false;
    return true;
  }
  static bool write(const void* member, bool required, boost::json::value& out) {
    const auto& list = *static_cast<const std::vector<T>*>(member);
    if (list.empty() && !required) return false;
    auto& array = out.emplace_array();
    array.reserve(list.size());
    for (const auto& element : list)
      Inner::write(&element, true, array.emplace_back(nullptr));
    return true;
  }
};

template <class T, class Inner>
struct MapOps {
  static bool read(const boost::json::value& v, void* member, Reader& reader) {
    if (!v.is_object()) return reader.fail("an object");
    auto& map = *static_cast<std::map<std::string, T>*>(member);
    for (const auto& [key, value] : v.get_object())
      if (!Inner::read(value, &map[std::string(key)], reader)) return false;
    return true;
  }
  static bool write(const void* member, bool required, boost::json::value& out) {
    const auto& map = *static_cast<const std::map<std::string, T>*>(member);
    if (map.empty() && !required) return false;
    auto& object = out.emplace_object();
    for (const auto& [key, value] : map)
      Inner::write(&value, true, object[key]);
    return true;
  }
};

template <class O>
inline constexpr ValueOps value_ops{&O::read, &O::write};

}  // namespace detail
}  // namespace api
