#pragma once
#include "base/async.hpp"
#include "raft-store/gateway/form.hpp"
#include "raft-store/mvcc/command.hpp"
#include "raft-store/mvcc/lessor.hpp"
#include "raft-store/mvcc/store.hpp"
#include "raft-store/mvcc/sweeper.hpp"
#include "raft-store/mvcc/watch_hub.hpp"
#include "raft-store/replication/replicator.hpp"
#include "raft-store/upkeep/quota.hpp"

namespace raft_store::gateway {

/// What the gateway speaks for. All outlive it.
struct Parts {
  replication::Replicator& replicator;
  mvcc::Store& store;
  mvcc::WatchHub& hub;
  mvcc::Lessor& lessor;
  mvcc::Sweeper& sweeper;
  base::Executor pool;             ///< For reads that may take long.
  upkeep::Quota* quota = nullptr;  ///< Null: there is none (tests).
};

/// What every call needs: the way into the log, the barrier before a read, the header of an answer. Errors
/// are in etcd's words. Thread-safe.
class Core {
 public:
  Core(Parts parts, std::size_t request_bytes_max);

  const Parts parts;
  const std::size_t request_bytes_max;  ///< --max-request-bytes

  std::uint64_t member_id() const noexcept { return member_id_; }
  bool leads() const { return parts.replicator.standing().leader.value == member_id_; }

  /// cluster_id, member_id and raft_term.
  void stamp(wire::ResponseHeader& header) const;
  /// With the store's revision too.
  wire::ResponseHeader header() const;

  /// After it a read from the store sees everything acknowledged before. Error: unavailable.
  base::Awaitable<base::Result<void>> read_barrier();
  /// A barrier that holds only if this member led before and leads after it, in one term.
  base::Awaitable<base::Result<void>> leader_barrier();

  /// Whether there is room for a write that costs this much (upkeep::cost_of).
  bool has_room(std::int64_t cost) const { return !parts.quota || parts.quota->take(cost); }
  /// Raises the alarm NOSPACE for this member, unless it is raised; the error for whoever found no room.
  base::Awaitable<base::Error> out_of_space();

  /// Puts the command through the log. Errors: the command's own; request_too_large, no_leader, timed_out (it
  /// may still happen).
  template <class T>
  base::Awaitable<base::Result<T>> propose(mvcc::Command command) {
    const base::Result<replication::OutcomePtr> outcome = co_await commit(std::move(command));
    if (!outcome) co_return outcome.error();
    base::Result<T> result = mvcc::outcome_as<T>(**outcome);
    if (result) stamp(result->header);
    co_return result;
  }

 private:
  base::Awaitable<base::Result<replication::OutcomePtr>> commit(mvcc::Command command);

  std::uint64_t cluster_id_, member_id_;
};

}  // namespace raft_store::gateway
