#pragma once
#include <compare>
#include <set>
#include <string>
#include "api/types/core_v1.hpp"

namespace node_agent::objects {

/// A ConfigMap or Secret, by name.
struct Reference {
  enum class Kind { config_map, secret } kind = Kind::config_map;
  std::string ns, name;
  friend auto operator<=>(const Reference&, const Reference&) = default;
};

/// What volumes and environments of `pod` refer to. Pure.
std::set<Reference> references_of(const api::core::v1::Pod& pod);

}  // namespace node_agent::objects
