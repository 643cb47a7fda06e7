#pragma once
#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>
#include "storage/messages_other.hpp"
#include "storage/store.hpp"

/// What the store tells those who follow it, after each write.
namespace raft_store::mvcc {

namespace wire = storage::wire;
using storage::LeaseId;
using storage::Revision;

/// A change of one key as a watcher sees it: `kv` and, unless the key was absent, `prev_kv`. Of a deleted key
/// `kv` has the key and the mod_revision alone. Shared by all watchers; immutable.
class SharedEvent : public wire::Event {
 public:
  /// The event as its bytes stand among a WatchResponse's `events` (in protobuf with tag and length), with or
  /// without `prev_kv`. Made when first asked for, the same for all. From any thread.
  const std::string& encoded(bool json, bool prev_kv) const;

 private:
  mutable std::array<std::once_flag, 4> once_;
  mutable std::array<std::string, 4> encoded_;
};
using EventPtr = std::shared_ptr<const SharedEvent>;

/// All changes of one revision, in the order they were made.
struct RevisionEvents {
  Revision revision = 0;
  std::vector<EventPtr> events;
};

struct Lease {
  LeaseId id = 0;
  std::int64_t ttl = 0;        ///< As granted, seconds.
  std::int64_t remaining = 0;  ///< What the last checkpoint found left of it; 0: all.
};

struct Publication {
  /// The data was replaced by a snapshot (or opened first): everything below but `revision`, `compacted` and
  /// `granted` (all leases there are) is empty.
  bool reopened = false;
  Revision revision = 1, compacted = 0;
  std::vector<RevisionEvents> revisions;  ///< Ascending, without gaps, the last one is `revision`.
  std::vector<LeaseId> revoked;
  std::vector<Lease> granted;       ///< A lease in both was revoked first, and granted anew.
  std::vector<Lease> checkpointed;  ///< `remaining` is new. After the others.
};

/// Told of every publication, in order, on the thread that applies: it must be quick and never wait.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void on_published(const Publication& publication) = 0;
};

}  // namespace raft_store::mvcc
