#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>
#include "apiserver/cache/ordered_index.hpp"
#include "apiserver/cache/watcher.hpp"

namespace apiserver::cache {

/// The objects of one resource as of some revision, and what happened lately. One feed writes; any thread
/// reads. Source: "Efficient detection of changes" and "Resource versions" of the API concepts page.
class ResourceCache {
 public:
  struct Limits {
    std::size_t changes_max = 100'000;
    std::size_t bytes_max = 64 * 1024 * 1024;  ///< Of what only the window keeps alive.
    std::chrono::seconds fresh_for{75};        ///< Changes older than that go first, as upstream.
    std::size_t changes_min = 100;             ///< Kept however old.
  };
  /// `prefix`: where the objects lie in the store, "/registry/apps/deployments/". `fields` outlive the cache.
  ResourceCache(std::string prefix, std::span<const kinds::SelectableField> fields, Limits limits);
  ResourceCache(std::string prefix, std::span<const kinds::SelectableField> fields)
      : ResourceCache(std::move(prefix), fields, Limits()) {}

  /// Of a resource that was defined at run time. `fresh`: makes of what is stored what is served (defaults
  /// that came later, fields that went); empty: it is as stored. `owner`: what `fields` and `fresh` refer to.
  using Fresh = std::function<std::string(std::string_view stored)>;
  ResourceCache(std::string prefix, std::span<const kinds::SelectableField> fields, Fresh fresh,
                std::shared_ptr<const void> owner);

  const std::string& prefix() const noexcept { return prefix_; }
  std::span<const kinds::SelectableField> fields() const noexcept { return fields_; }
  EntryPtr find(std::string_view key) const;
  /// An entry as this cache would hold it. Error: corrupt.
  base::Result<EntryPtr> entry(std::string key, std::string_view stored, Revision revision) const;
  /// The state, and the revision of the last change in it (or of the list it came from).
  struct View {
    Snapshot snapshot;
    Revision revision = 0;
  };
  View view() const;
  Snapshot snapshot() const { return view().snapshot; }
  std::size_t size() const;

  /// Registers the watcher. `from` 0: it starts with the present state as "added" events; otherwise with the
  /// changes after `from`. `initial_end`: an initial_end event closes the present state (sendInitialEvents).
  /// Error: expired when the changes after `from` are not all in the window.
  base::Result<void> watch(const std::shared_ptr<Watcher>& watcher, Revision from, bool initial_end);
  void unwatch(const std::shared_ptr<Watcher>& watcher);
  /// The resource is no longer served from here: watchers are closed, also those to come.
  void end();
  std::size_t watchers() const;

  // For the feed.
  /// Replaces everything with the state at `revision`; watchers are closed, the window starts there.
  void reset(std::vector<EntryPtr> entries, Revision revision);
  /// `stored` null: the object was deleted. Error: corrupt, and nothing changed.
  base::Result<void> apply(std::string key, const storage::Bytes& stored, Revision revision);
  /// Nothing below here can be resumed from any more.
  Revision window_start() const;

 private:
  using Watchers = std::vector<std::shared_ptr<Watcher>>;
  Watchers& bucket_of(const Watcher& watcher);
  void publish(const Change& change);
  void trim();
  void close_watchers();
  std::deque<Event> present_state(const Selection& selection, bool initial_end, Revision revision);

  const std::shared_ptr<const void> owner_;
  const Fresh fresh_;
  const std::string prefix_;
  const std::span<const kinds::SelectableField> fields_;
  const Limits limits_;
  std::size_t node_field_;  ///< Index of spec.nodeName; fields_.size() if there is none.

  mutable std::mutex mutex_;  ///< Guards everything below; held briefly, never across a suspension.
  mutable OrderedIndex index_;
  std::deque<ChangePtr> window_;
  std::size_t window_bytes_ = 0;
  Revision window_start_ = 0, revision_ = 0;
  // A watcher sits in one place: under the name, node or namespace it demands, or with those that want
  // everything.
  std::unordered_map<std::string, Watchers> by_key_, by_node_, by_ns_;
  Watchers everything_;
  std::size_t watcher_count_ = 0;
  bool ended_ = false;
  std::size_t audience_ = 0;  ///< How many watchers the last change was for: a good guess for the next.
};

}  // namespace apiserver::cache
