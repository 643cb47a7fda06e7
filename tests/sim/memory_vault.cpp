#include "sim/memory_vault.hpp"
#include "sim/rocks_vault.hpp"

namespace sim {

struct MemoryVault::Copy final : Snapshot {
  Machine machine;
};

MemoryVault::MemoryVault(Env& env, const raft::Membership& first)
    : env_(env), first_(first), disk_([&first] {
        Image image;
        image.compacted.membership = image.data.applied.membership = first;
        return image;
      }()) {}

base::Result<raft::Start> MemoryVault::open() {
  base::Result<raft::Start> start = disk_.image().load();
  if (!start) return start;
  if (env_.has(Bug::forget_vote)) start->hard_state.vote = raft::NodeId(0);
  if (env_.has(Bug::forget_term) && !start->entries.empty())
    start->hard_state = {start->entries.back().id.term, raft::NodeId(0), start->hard_state.commit};
  machine_ = disk_.image().data;
  if (env_.has(Bug::apply_twice) && start->applied > start->snapshot.id.index) {
    start->applied = start->applied - 1;
    machine_.applied.id.index = start->applied;
  }
  return start;
}

void MemoryVault::crash(Random& random) {
  disk_.crash(random, env_.has(Bug::torn_write_kept));
}

std::size_t MemoryVault::write(const raft::Ready& job) {
  const std::size_t before = disk_.position();
  Record record;
  record.entries = job.entries;
  if (!env_.has(Bug::send_half_synced)) record.hard_state = job.hard_state;
  disk_.write(std::move(record));
  const std::size_t position = disk_.position();
  if (env_.has(Bug::send_half_synced)) disk_.write({job.hard_state, {}, {}, {}, {}});
  return env_.has(Bug::skip_sync) ? before : position;
}

void MemoryVault::compact(const raft::SnapshotMeta& upto) {
  Record record;
  record.compact = upto;
  disk_.write(std::move(record));
}

std::vector<Applied> MemoryVault::apply(const std::vector<raft::Entry>& entries,
                                        const raft::SnapshotMeta& upto) {
  if (env_.has(Bug::stale_snapshot) && env_.random.chance(100)) older_ = machine_;
  std::vector<Applied> out;
  for (const raft::Entry& entry : entries) {
    std::optional<Outcome> outcome = machine_.apply(entry);
    out.push_back({std::move(outcome), machine_.digest});
  }
  machine_.applied = upto;
  Record record;
  record.applied = entries;
  record.stamp = upto;
  disk_.write(std::move(record));
  return out;
}

SnapshotPtr MemoryVault::capture() {
  auto copy = std::make_shared<Copy>();
  copy->machine = env_.has(Bug::stale_snapshot) && older_ ? *older_ : machine_;
  copy->machine.applied = machine_.applied;
  if (env_.has(Bug::snapshot_old_members)) copy->machine.applied.membership = first_;
  copy->applied = copy->machine.applied;
  return copy;
}

void MemoryVault::install(const Snapshot& snapshot, const raft::HardState& hard_state,
                          const std::vector<raft::Entry>& entries) {
  Image image;
  image.hard_state = hard_state;
  image.data = static_cast<const Copy&>(snapshot).machine;
  image.compacted = image.data.applied;
  for (const raft::Entry& entry : entries)
    image.entries[entry.id.index] = entry;
  machine_ = image.data;
  if (!env_.has(Bug::install_unsynced)) return disk_.replace(std::move(image));
  // Only what was promised of term and vote reaches the disk.
  disk_.write({hard_state, {}, {}, {}, {}});
  disk_.sync(disk_.position());
}

Outcome MemoryVault::look(const Command& read) {
  return outcome_of(read.action, machine_.state.range(range_of(read)).value());
}

storage::RangeResponse MemoryVault::everything() {
  return machine_.state.range(all_keys()).value();
}

base::Result<std::optional<storage::WatchBatch>> MemoryVault::watch(int, storage::Revision from,
                                                                    std::size_t events_max) {
  storage::WatchRequest request;
  request.key = all_keys().key;
  request.range_end = all_keys().range_end;
  request.prev_kv = true;
  base::Result<storage::WatchBatch> batch = machine_.state.events(request, from, events_max);
  if (!batch) return batch.error();
  if (env_.has(Bug::compaction_drops_event) && machine_.state.compacted() > 0 && batch->events.size() > 1)
    batch->events.erase(batch->events.begin());
  return std::optional(std::move(*batch));
}

std::unique_ptr<Vault> make_vault(Env& env, const raft::Membership& first) {
  if (env.plan.on_rocksdb) return make_rocks_vault(env, first);
  return std::make_unique<MemoryVault>(env, first);
}

}  // namespace sim
