#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "api/resource.hpp"
#include "base/error.hpp"

/// Which of the API's versions this server serves.
namespace apiserver::discovery {

using ResourceList = std::vector<const api::ResourceInfo*>;

/// --runtime-config. Without it every stable version is served, and no alpha or beta one, as upstream.
class RuntimeConfig {
 public:
  /// Entries "group/version=true|false" ("apps/v1", "api/v1" for core), "api/all", "api/ga", "api/beta",
  /// "api/alpha"; a single version beats these, and "=true" may be left out.
  /// Error: invalid_argument naming the entry.
  static base::Result<RuntimeConfig> parse(std::span<const std::string> entries);
  bool serves(std::string_view group, std::string_view version) const;
  /// The built-in resources of the served versions, ordered as api::builtin_resources.
  ResourceList builtin() const;

 private:
  std::map<std::string, bool, std::less<>> overrides_;
};

/// Kubernetes' order of versions, the preferred first: v2, v1, v2beta1, v1beta2, v1alpha1, then others by
/// name. True if `a` comes before `b`. Source: apimachinery pkg/version.
bool version_before(std::string_view a, std::string_view b);
/// True if group `a` is listed before `b`: upstream's priorities for its own groups, others by name.
bool group_before(std::string_view a, std::string_view b);

}  // namespace apiserver::discovery
