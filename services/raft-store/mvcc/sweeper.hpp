#pragma once
#include <chrono>
#include <memory>
#include "base/async.hpp"
#include "raft-store/mvcc/store.hpp"

namespace raft_store::mvcc {

struct SweeperOptions {
  std::size_t changes_per_step = 10'000;
  std::chrono::milliseconds pause{10};  ///< Between two steps, so that others get at the disk.
};

/// Frees what compactions left, in the background, in small steps. Belongs to the strand it is made with.
/// Register it with Store::add_listener; give `run` to a TaskGroup.
class Sweeper final : public Listener {
 public:
  /// The store outlives it. `pool` is for blocking work.
  Sweeper(Store& store, base::Executor strand, base::Executor pool, SweeperOptions options = {});
  ~Sweeper() override;

  void on_published(const Publication& publication) override;
  /// Until cancelled.
  base::Awaitable<void> run();
  /// Until everything below `revision` is freed on this member: a compaction with `physical`. False if
  /// cancelled. On any executor.
  base::Awaitable<bool> wait_swept(Revision revision);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace raft_store::mvcc
