#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "api/quantity.hpp"
#include "api/resource.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

/// The vocabulary of the typed structs, which are generated at build time from the same schema:
///
///   #include "api/types/core_v1.hpp"     api::core::v1::Pod pod;  pod.metadata.name, pod.spec.node_name
///   #include "api/types/apps_v1.hpp"     api::apps::v1::Deployment      (namespace = group's first word,
///   version) #include "api/types/meta_v1.hpp"     api::meta::v1::ObjectMeta, LabelSelector, Condition, ...
///
/// Field names are the JSON names in snake_case (podIP -> pod_ip, hostIPC -> host_ipc, clusterIPs ->
/// cluster_ips); C++ keywords get a trailing underscore (namespace_, default_, operator_, continue_,
/// template_). Members:  required -> T;  optional string -> std::string (empty: absent);  optional bool or
/// number -> std::optional;  list -> std::vector, map -> std::map (empty: absent);  optional struct ->
/// std::optional<T>, but fields called metadata, spec or status are plain (omitted when they encode to
/// nothing);  recursive -> Box<T>; bytes -> std::string holding the decoded bytes. All structs are regular:
/// default constructible, copyable, ==-comparable.
namespace api {

/// metav1.Time and MicroTime. RFC 3339 in JSON; the precision is the field's.
struct Time {
  base::SystemTime at{};
  friend auto operator<=>(const Time&, const Time&) = default;
};
struct MicroTime {
  base::SystemTime at{};
  friend auto operator<=>(const MicroTime&, const MicroTime&) = default;
};

struct IntOrString {
  bool is_int = true;
  std::int32_t int_value = 0;
  std::string string_value;
  IntOrString() = default;
  IntOrString(std::int32_t v) : int_value(v) {}
  IntOrString(std::string s) : is_int(false), string_value(std::move(s)) {}
  friend bool operator==(const IntOrString&, const IntOrString&) = default;
  std::string text() const { return is_int ? std::to_string(int_value) : string_value; }
  /// An absolute number, or a percentage of `total` rounded as asked. Error: invalid_argument.
  base::Result<std::int32_t> scaled(std::int32_t total, bool round_up) const;
};

/// An optional value on the heap, for recursive types. Deep copy and comparison.
template <class T>
class Box {
 public:
  Box() = default;
  Box(T v) : p_(std::make_unique<T>(std::move(v))) {}
  Box(const Box& o) : p_(o.p_ ? std::make_unique<T>(*o.p_) : nullptr) {}
  Box(Box&&) noexcept = default;
  Box& operator=(Box o) noexcept {
    p_ = std::move(o.p_);
    return *this;
  }
  explicit operator bool() const noexcept { return static_cast<bool>(p_); }
  bool has_value() const noexcept { return static_cast<bool>(p_); }
  T& operator*() const noexcept { return *p_; }
  T* operator->() const noexcept { return p_.get(); }
  friend bool operator==(const Box& a, const Box& b) {
    return a.p_ && b.p_ ? *a.p_ == *b.p_ : !a.p_ && !b.p_;
  }

 private:
  std::unique_ptr<T> p_;
};

struct Descriptor;  ///< Generated table of a struct's fields; see typed_descriptor.hpp.

/// Specialised by the generated headers for every struct.
template <class T>
const Descriptor& descriptor_of() noexcept;
/// Specialised for every top-level kind that is a resource: its discovery entry.
template <class T>
const ResourceInfo& resource_of() noexcept;

base::Result<void> from_json_erased(const boost::json::value& v, const Descriptor& d, void* out);
boost::json::value to_json_erased(const Descriptor& d, const void* in);

/// Lenient on unknown fields, strict on types. Error: invalid_argument naming the path.
template <class T>
base::Result<T> from_json(const boost::json::value& v) {
  T out;
  auto r = from_json_erased(v, descriptor_of<T>(), &out);
  if (!r) return r.error();
  return out;
}
/// kind and apiVersion are filled in for top-level kinds when empty.
template <class T>
boost::json::value to_json(const T& v) {
  return to_json_erased(descriptor_of<T>(), &v);
}
/// From and to JSON text.
base::Result<boost::json::value> parse_typed_json(std::string_view text);
template <class T>
base::Result<T> parse(std::string_view text) {
  auto v = parse_typed_json(text);
  if (!v) return v.error();
  return from_json<T>(*v);
}

}  // namespace api
