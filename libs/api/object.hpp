#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The dynamic object: a JSON document whose schema is known from its place. Helpers to read and write it
/// without ceremony. Readers return a neutral value where something is absent or of another type.
namespace api {

namespace json = boost::json;
using Object = boost::json::object;

/// `get(pod, "spec", "nodeName")`: null if any step is absent or not an object.
const json::value* get(const Object& root, std::initializer_list<std::string_view> path) noexcept;
template <class... S>
const json::value* get(const Object& root, std::string_view first, S... rest) noexcept {
  return get(root, {first, std::string_view(rest)...});
}
std::string_view get_string(const Object& root,
                            std::initializer_list<std::string_view> path) noexcept;  ///< Or "".
std::optional<std::int64_t> get_int(const Object& root,
                                    std::initializer_list<std::string_view> path) noexcept;
bool get_bool(const Object& root, std::initializer_list<std::string_view> path) noexcept;
const Object* get_object(const Object& root, std::initializer_list<std::string_view> path) noexcept;
const json::array* get_array(const Object& root, std::initializer_list<std::string_view> path) noexcept;

/// Creates the objects on the way (replacing null), and returns the member, null if new.
json::value& ensure(Object& root, std::initializer_list<std::string_view> path);
Object& ensure_object(Object& root, std::initializer_list<std::string_view> path);
/// Sets `root[path] = value` only where it is absent or null. True if it did.
bool set_default(Object& root, std::initializer_list<std::string_view> path, json::value value);
/// Removes a member if present; true if it was.
bool remove(Object& root, std::initializer_list<std::string_view> path);

// metadata
std::string_view name_of(const Object& o) noexcept;
std::string_view namespace_of(const Object& o) noexcept;
std::string_view uid_of(const Object& o) noexcept;
std::string_view resource_version_of(const Object& o) noexcept;
bool is_deleting(const Object& o) noexcept;  ///< metadata.deletionTimestamp is set.
const Object* labels_of(const Object& o) noexcept;
const Object* annotations_of(const Object& o) noexcept;
Object& metadata(Object& o);  ///< Created if absent.

/// Equal as JSON with object members in any order; absent and null differ.
bool deep_equal(const json::value& a, const json::value& b) noexcept;

}  // namespace api
