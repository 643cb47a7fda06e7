#include "raft-store/upkeep/compactor.hpp"
#include "base/log.hpp"
#include "raft-store/upkeep/proposing.hpp"

namespace raft_store::upkeep {
namespace {

base::SteadyTime now() {
  return base::Clock::real().steady_now();
}

}  // namespace

base::Awaitable<void> Compactor::run() {
  const raft::NodeId self = replicator_.status().id;
  AutoCompaction plan(rule_, now(), store_.revision());
  for (;;) {
    const bool slept = co_await base::sleep_for(plan.interval());
    if (!slept) co_return;
    const auto due = plan.due(now(), store_.revision());
    if (due && replicator_.standing().leader == self) {
      const bool done = co_await compact(*due);
      if (done) plan.compacted(now(), *due);
    }
    plan.note(store_.revision());
  }
}

base::Awaitable<bool> Compactor::compact(Revision revision) {
  mvcc::Command command = mvcc::wire::CompactionRequest{revision, false};
  const auto done = co_await propose<mvcc::wire::HeaderResponse>(replicator_, std::move(command));
  if (done) base::log::info("automatic compaction", {{"revision", revision}});
  if (done || done.error().is(base::Errc::expired)) co_return true;
  base::log::warning("automatic compaction failed; it is tried again",
                     {{"revision", revision}, {"error", done.error()}});
  co_return false;
}

}  // namespace raft_store::upkeep
