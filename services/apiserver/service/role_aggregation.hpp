#pragma once
#include <memory>
#include "apiserver/bootstrap/bootstrap.hpp"

namespace apiserver {

/// Keeps the rules of aggregated ClusterRoles: whenever a ClusterRole changed, what
/// authorization::plan_aggregation finds is written. Several API servers may do so at once: the second one's
/// write finds the object changed, and there is nothing left to do. Belongs to the strand given.
class RoleAggregation {
 public:
  /// `lookup` and `writer` outlive this.
  RoleAggregation(base::Executor strand, const ObjectLookup& lookup, bootstrap::ObjectWriter& writer);
  /// A ClusterRole changed.
  void changed() { changed_.set(); }
  base::Awaitable<void> run();

 private:
  base::Awaitable<bool> pass();

  base::Event changed_;
  const ObjectLookup& lookup_;
  bootstrap::ObjectWriter& writer_;
};

}  // namespace apiserver
