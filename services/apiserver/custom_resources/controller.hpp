#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include "apiserver/custom_resources/catalog.hpp"
#include "apiserver/custom_resources/conversion.hpp"
#include "apiserver/kinds/custom_resource_definitions.hpp"
#include "apiserver/registry/registry.hpp"

namespace apiserver::custom_resources {

/// Follows the CustomResourceDefinitions: writes what the server says of them into their status, serves those
/// that are established, and removes the objects of those that go. Several API servers may do so at once: a
/// status is written against the revision it was made from, and what another one wrote comes back as a
/// change.
///
///     put ─> names, conditions ─> converter, schemas, cache filled ─> catalog ─> status written ─> on_change
///
/// Belongs to the strand given.
class Controller {
 public:
  struct Parts {
    registry::Registry* registry = nullptr;
    cache::Feed* feed = nullptr;
    Catalog* catalog = nullptr;
    WebhookParts webhooks;
    authentication::UserInfo user;  ///< Who writes.
    std::function<base::SystemTime()> now;
    std::function<void()> on_change;  ///< The catalog has changed; on the strand.
  };
  /// What `parts` refers to outlives this.
  Controller(base::Executor strand, Parts parts);

  /// A definition came or changed; one went.
  void put(const cache::Entry& entry);
  void removed(std::string name);
  base::Awaitable<void> run();
  /// Every definition told so far was looked at once. From any thread.
  bool settled() const noexcept { return settled_; }
  /// Ends what removes objects. After `run` was cancelled.
  base::Awaitable<void> stop();

 private:
  struct Known {
    Object object;
    storage::Revision revision = 0;
  };
  base::Awaitable<void> sync(std::string name);
  base::Awaitable<bool> serve(const Object& object);
  void withdraw(const std::string& name);
  void look_at_group_again(const std::string& group, const std::string& but);
  base::Awaitable<bool> write_status(const Known& known, Object object);
  /// A change of the definition through a subresource; false if it was changed by another meanwhile.
  base::Awaitable<api::StatusOr<void>> change(std::string name, std::string subresource,
                                              registry::Change how);
  base::Awaitable<void> clean_up(std::string name);
  base::Awaitable<api::StatusOr<void>> say_terminating(const std::string& name,
                                                       kinds::definitions::Condition condition, bool let_go);
  struct Found {
    std::size_t objects = 1;
  };
  /// Removes what there is; says how much that was.
  base::Awaitable<api::StatusOr<Found>> remove_objects(DefinitionPtr definition);

  const Parts parts_;
  base::Event changed_;
  std::map<std::string, Known> known_;
  std::set<std::string> dirty_;
  std::set<std::string> cleaning_;  ///< Whose objects are being removed.
  std::atomic<bool> settled_{false};
  base::TaskGroup tasks_;
};

}  // namespace apiserver::custom_resources
