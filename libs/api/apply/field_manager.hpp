#pragma once
#include <string>
#include <string_view>
#include "api/apply/updater.hpp"
#include "api/resource.hpp"
#include "api/status.hpp"

/// Keeps metadata.managedFields of one kind's objects, on one way to them, and merges what is applied. Pure.
/// Source: Kubernetes documentation, "Server-Side Apply"; apimachinery's util/managedfields.
namespace api::apply {

/// What is known of the kind and of the way to it.
struct FieldManagerOptions {
  GroupVersionKind kind;    ///< Of the objects given in and out.
  std::string subresource;  ///< "status", "scale": managers are told apart by it. Empty: the object itself.
  const Type* type = nullptr;  ///< Null: without a schema.
  Convert convert;             ///< To the kind's other versions; may be empty.
  Filter filter;               ///< What can be managed on this way (a status not by the object itself).
  /// Makes an object of the kind of what a merge gives. Empty: checked and put in form by `type`.
  std::function<StatusOr<Object>(Object)> accept;
  std::string now;  ///< RFC 3339: the time of this write.
};

class FieldManager {
 public:
  explicit FieldManager(FieldManagerOptions options) : options_(std::move(options)) {}

  /// Sets `object`'s managedFields after `manager` made it of `live` (empty: a create). Never fails: where
  /// something cannot be compared, the managers stay those of `live`.
  /// An object that exists and has no managers gets none before somebody applies to it.
  void update(const Object& live, Object& object, std::string_view manager) const;

  /// `live` (empty: there is none) with `config` applied and its managers kept. `config` is as the client
  /// sent it; the result has passed the schema. Errors: Conflict (unless `force`), BadRequest (another kind,
  /// managedFields given), 500 without a reason (what does not fit the schema), all in upstream's words.
  StatusOr<Object> apply(const Object& live, const Object& config, std::string_view manager,
                         bool force) const;

 private:
  struct Outcome {
    std::optional<Object> object;
    Managers managers;
  };
  Typed typed(Object object) const;
  ManagerKey key(std::string_view manager, bool applied) const;
  Managers managers_for(const Object& live, const json::array* given) const;
  bool track(const Object& live, const Object& object, Managers& managers, std::string_view manager) const;
  bool changes_nothing(const Object& live, const Object& object, const json::value& given) const;
  StatusOr<void> check_config(const Object& config) const;
  StatusOr<Object> accept(Object merged) const;
  StatusOr<Outcome> apply_once(const Object& live, const Object& config, const Managers& managers,
                               std::string_view manager, bool force, std::vector<Conflict>& conflicts) const;
  StatusOr<Outcome> apply_over_client_side(const Object& live, const Object& config, const Managers& managers,
                                           std::string_view manager, bool force) const;

  FieldManagerOptions options_;
};

}  // namespace api::apply
