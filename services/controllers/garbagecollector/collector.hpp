#pragma once
#include "controllers/frame/controller.hpp"
#include "controllers/garbagecollector/decide.hpp"
#include "controllers/garbagecollector/monitors.hpp"
#include "controllers/garbagecollector/resources.hpp"
#include "controllers/garbagecollector/shared_feeds.hpp"

namespace controllers::garbagecollector {

Descriptor descriptor();

/// Deletes objects whose owners are gone, and carries out deletions in the foreground and orphaning. The
/// graph says what to look at; what is done follows from what the server answers then, and names uids and
/// resource versions, so that a stale graph deletes nothing that should live.
///
/// Keys: "attempt/<uid>", "verify/<uid>", "orphan/<uid>".
class Collector final : public Loop {
 public:
  struct Timing {
    std::chrono::nanoseconds discovery_period = std::chrono::seconds(30);
    /// How long a resource that cannot be listed holds the others up.
    std::chrono::nanoseconds sync_limit = std::chrono::seconds(30);
  };
  Collector(const Context& context, Timing timing);
  void start() override;
  base::Awaitable<void> stop() override;
  base::Awaitable<base::Result<client::ReconcileResult>> reconcile(std::string key) override;
  const Graph& graph() const noexcept { return graph_; }

 private:
  /// Whether there is more to do later although nothing failed.
  enum class Outcome { done, later };
  template <class T>
  using Asked = base::Awaitable<base::Result<T>>;
  struct Target {
    Identity id;
    std::shared_ptr<const Resources> keeps;  ///< What `resource` points into.
    const api::ResourceInfo* resource = nullptr;
  };

  base::Awaitable<void> run();
  base::Awaitable<bool> rediscover();
  void queue_work();

  std::optional<Target> target(const Identity& id) const;
  /// Nothing: there is no such object (any more).
  Asked<std::optional<ObjectMeta>> get_live(Target target);
  Asked<Outcome> attempt(std::string uid);
  Asked<Outcome> go_on_deleting(Target target);
  Asked<Outcome> orphan_dependents(std::string uid);
  Asked<Outcome> carry_out(Target target, ObjectMeta object, Decision decision);
  /// Nothing: an owner's kind is not known, or cannot be its owner.
  Asked<std::optional<Owners>> classify(Target target, std::vector<OwnerReference> references);
  Asked<bool> is_absent(Target owner, std::shared_ptr<ObjectMeta> found);
  Asked<void> remove(Target target, ObjectMeta object, std::string policy);
  Asked<void> drop_owners(Target target, std::shared_ptr<const ObjectMeta> object,
                          std::vector<std::string> owners);
  Asked<void> unblock_owners(Target target, ObjectMeta object);
  Asked<void> remove_finalizer(Target target, std::string finalizer);
  Asked<void> merge(Target target, boost::json::value patch);

  const Timing timing_;
  Graph graph_;
  const std::set<api::GroupResource> shared_;   ///< Fed by the factory's informers.
  Monitors monitors_;                           ///< Of all others.
  std::shared_ptr<const Resources> resources_;  ///< Null before the first discovery.
  base::TaskGroup supervisor_;
};

}  // namespace controllers::garbagecollector
