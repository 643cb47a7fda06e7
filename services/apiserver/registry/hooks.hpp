#pragma once
#include <any>
#include <map>
#include <memory>
#include <string>
#include "api/object.hpp"
#include "api/status.hpp"
#include "base/async.hpp"

namespace apiserver::registry {

using SharedObject = std::shared_ptr<const api::Object>;

/// What one resource needs around its writes beyond its record: the addresses and ports of Services.
/// Thread-safe.
class WriteHook {
 public:
  virtual ~WriteHook() = default;
  struct Begun {
    api::Object object;  ///< With what was reserved for it written in.
    std::any ticket;     ///< For `end`.
  };
  /// After defaults and validation, before the store. `old` null: a create. An error refuses the write.
  virtual base::Awaitable<api::StatusOr<Begun>> begin(api::Object object, SharedObject old, bool dry_run) = 0;
  /// After the store answered; `stored` false: nothing was written (or it was a dry run).
  virtual base::Awaitable<void> end(std::any ticket, SharedObject object, bool stored) = 0;
  /// The object is gone from the store.
  virtual base::Awaitable<void> removed(SharedObject object) = 0;
};

/// By resource: {"", "services"}.
using WriteHooks = std::map<std::pair<std::string, std::string>, std::shared_ptr<WriteHook>>;

}  // namespace apiserver::registry
