#pragma once
#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/clock.hpp"

/// Emptying a namespace that is being deleted, then letting it go.
namespace controllers::namespaces {

using api::core::v1::Namespace;
using api::core::v1::NamespaceCondition;

/// What is left of one resource after its deletion was asked for.
struct Remains {
  std::string resource;  ///< "pods." or "deployments.apps", as upstream writes it.
  std::int64_t count = 0;
  std::map<std::string, std::int64_t> finalizers;  ///< How many objects wait for each.
  std::int64_t seconds = 0;                        ///< How long it may take them to go.
};

/// One pass over a namespace.
struct Sweep {
  std::vector<std::string> discovery_failures, deletion_failures;
  std::vector<Remains> remains;  ///< Only of resources with something left.
  bool empty() const noexcept {
    return discovery_failures.empty() && deletion_failures.empty() && remains.empty();
  }
};

/// What a list of objects says about what is left; nothing if the list is empty. `pods`: their termination
/// grace periods count.
std::optional<Remains> remains_of(const std::string& resource, const boost::json::value& list, bool pods);

/// The five conditions of a namespace that is being deleted (KEP-1164), a time changing only with what it
/// says.
std::vector<NamespaceCondition> next_conditions(const std::vector<NamespaceCondition>& before,
                                                const Sweep& sweep, base::SystemTime now);

/// When to look again at what is left: after half of the longest estimate, and a second.
std::chrono::seconds look_again_after(const Sweep& sweep) noexcept;

inline constexpr const char* finalizer = "kubernetes";
bool has_finalizer(const Namespace& ns) noexcept;

}  // namespace controllers::namespaces
