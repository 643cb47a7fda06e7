#pragma once
#include <cstddef>
#include <cstdint>
#include "api/schema.hpp"

/// The generated tables that schema.cpp and resource.cpp build their objects from.
namespace api::data {

struct RawField {
  const char* name;
  std::int16_t type;
  std::uint8_t flags;  ///< 1: required, 2: atomic map.
  std::uint16_t proto_number;
  std::uint8_t list_type;
  std::uint8_t patch_strategy;
  const char* list_map_keys;  ///< Comma separated.
  const char* patch_merge_key;
};

struct RawType {
  Kind kind;
  const char* name;
  std::int16_t element;  ///< Of lists and maps; else -1.
  std::uint16_t first_field, field_count;
  std::uint8_t map_atomic;
  const char* gvk;  ///< "group/version/Kind;..."
};

struct RawResource {
  const char *group, *version, *resource;
  const char* kind;  ///< "Pod", or "policy/v1/Eviction" when of another group version.
  bool namespaced;
  const char* verbs;  ///< Comma separated.
};

extern const RawField fields[];
extern const RawType types[];
extern const RawResource resources[];
extern const std::size_t type_count, resource_count;

/// The parts of a list between `separator`s; none for an empty text.
std::vector<std::string> split(std::string_view text, char separator);

}  // namespace api::data
