#pragma once
#include <optional>
#include <string>
#include "api/object.hpp"
#include "api/status.hpp"
#include "apiserver/kinds/kind.hpp"
#include "base/clock.hpp"

/// What a delete means for an object: gone at once, or marked until its owner or its finalizers let go. Pure.
/// Source: "Finalizers", "Garbage Collection", "Termination of Pods"; upstream's rest.BeforeDelete and
/// registry.Store.Delete.
namespace apiserver::registry {

struct DeleteOptions {
  std::optional<std::int64_t> grace_period_seconds;
  std::string propagation_policy;  ///< "", "Orphan", "Background", "Foreground"
  std::optional<std::string> uid, resource_version;
  bool accepted_later = false;  ///< orphanDependents=false was given: an object not gone at once is a 202.

  /// Of a DeleteOptions body that passed the schema. Errors: Invalid (both or unknown policies).
  static api::StatusOr<DeleteOptions> from_json(const api::Object& body);
};

struct DeletePlan {
  enum class Step { remove, mark, none } step = Step::remove;
  api::Object marked;  ///< For `mark`.
};
DeletePlan plan_delete(const api::Object& object, const kinds::KindRecord& kind, const DeleteOptions& options,
                       base::SystemTime now);

/// True when nothing holds a marked object any more: after an update that took the last finalizer away.
bool is_released(const api::Object& object, const kinds::KindRecord& kind);

/// Errors: Conflict, in upstream's words.
api::StatusOr<void> check_preconditions(const api::Object& object, const DeleteOptions& options,
                                        const api::ResourceInfo& resource, std::string_view resource_version);

}  // namespace apiserver::registry
