#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The schema as data: what every type of the API looks like. Decoding, defaults of structure, patches,
/// apply, OpenAPI, discovery and protobuf all follow from it. Built-in types are compiled in from
/// libs/api/schema/*.json; a custom resource's type is built at run time with the same classes.
namespace api {

enum class Kind : std::uint8_t {
  string,
  boolean,
  int32,
  int64,
  number,
  bytes,  ///< JSON scalars; bytes are base64 strings.
  quantity,
  int_or_string,
  time,
  micro_time,
  duration,  ///< Scalars with a syntax of their own.
  any,       ///< Any JSON value, kept as it is (RawExtension, FieldsV1, JSON).
  object,    ///< Named fields.
  list,
  map,  ///< Of `element`; map keys are strings.
};

enum class ListType : std::uint8_t { atomic, set, map };
enum class PatchStrategy : std::uint8_t {
  none = 0,
  merge = 1,
  replace = 2,
  retain_keys = 4,
  merge_retain_keys = 5
};

struct Type;

struct Field {
  std::string name;  ///< As in JSON.
  const Type* type = nullptr;
  bool required = false;
  std::uint32_t proto_number = 0;         ///< 0: not in the protobuf form.
  ListType list_type = ListType::atomic;  ///< Lists only; server-side apply's merge rule.
  std::vector<std::string> list_map_keys;
  bool map_atomic = false;                             ///< Maps and objects that apply replaces as a whole.
  PatchStrategy patch_strategy = PatchStrategy::none;  ///< Strategic merge patch.
  std::string patch_merge_key;
};

/// One type. Immutable once published; built-in ones live for the whole process.
struct Type {
  Kind kind = Kind::any;
  std::string name;                           ///< Objects: "io.k8s.api.core.v1.Pod"; else empty.
  std::vector<Field> fields;                  ///< Objects: sorted by name.
  const Type* element = nullptr;              ///< Lists and maps.
  bool map_atomic = false;                    ///< x-kubernetes-map-type: atomic.
  bool preserve_unknown_fields = false;       ///< Custom resources.
  std::vector<std::vector<std::string>> gvk;  ///< {group, version, kind} this type is registered as.

  /// The field called `name`, or null. O(log n).
  const Field* field(std::string_view name) const noexcept;
};

/// The built-in type of that name ("io.k8s.api.apps.v1.Deployment"), or null.
const Type* find_type(std::string_view name) noexcept;
/// All built-in object types, by name.
std::span<const Type* const> all_types() noexcept;

}  // namespace api
