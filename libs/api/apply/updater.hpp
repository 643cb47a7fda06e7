#pragma once
#include <functional>
#include <memory>
#include <optional>
#include "api/apply/managers.hpp"
#include "api/apply/typed.hpp"

/// Who manages what after a write. Pure. Source: structured-merge-diff, package merge.
namespace api::apply {

/// An object in one of its kind's versions.
struct Typed {
  std::shared_ptr<const Object> object;
  const Type* type = nullptr;  ///< Null: deduced.
  std::string api_version;
  Shape shape() const { return type ? Shape::of(*type) : Shape::deduced(); }
};

/// `object` in another version of its kind; absent when there is no such version (any more).
using Convert = std::function<std::optional<Typed>(const Typed& object, const std::string& api_version)>;
/// What of a set may be managed at all on this way to the object.
using Filter = std::function<FieldSet(const FieldSet&)>;

class Updater {
 public:
  /// `convert` is asked for versions other than the object's own.
  Updater(Convert convert, Filter filter) : convert_(std::move(convert)), filter_(std::move(filter)) {}

  /// `self` changed `live` into `object`: it manages from now on what it changed, and `managers` no longer
  /// do. True if anything it changed is managed. Error: invalid_argument (cannot be compared).
  base::Result<bool> update(const Typed& live, const Typed& object, Managers& managers,
                            const ManagerKey& self) const;

  struct Applied {
    std::optional<Object> object;  ///< Absent: it is as it was.
    Managers managers;
    std::vector<Conflict> conflicts;  ///< Not empty: nothing was done.
  };
  /// `self` wants `live` to have what `config` says, and nothing that it wanted before and does not now.
  /// Error: invalid_argument (cannot be merged).
  base::Result<Applied> apply(const Typed& live, const Typed& config, Managers managers,
                              const ManagerKey& self, bool force) const;

 private:
  std::optional<Typed> at(const Typed& object, const std::string& api_version) const;
  FieldSet filtered(FieldSet set) const { return filter_ ? filter_(set) : std::move(set); }
  void reconcile_with_schema(const Typed& live, Managers& managers) const;
  base::Result<std::vector<Conflict>> take_from_others(const Typed& live, const Typed& object,
                                                       Managers& managers, const ManagerKey& self, bool force,
                                                       Comparison& own) const;
  Typed prune(const Typed& merged, const Managers& managers, const ManagerKey& self,
              const Managed& last) const;
  Typed add_back_owned(Typed merged, Typed pruned, const Managers& managers) const;
  Typed add_back_dangling(const Typed& merged, const Typed& pruned, const Managed& last) const;

  Convert convert_;
  Filter filter_;
};

}  // namespace api::apply
