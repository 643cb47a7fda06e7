#include "sim/watcher.hpp"

namespace sim {

void Watcher::schedule() {
  env_.events.after(env_.random.between(kTick / 5, 3 * kTick), [this] {
    look();
    schedule();
  });
}

void Watcher::look() {
  // Its connection breaks now and then, or its member is down: it goes on elsewhere.
  if (at_ == raft::NodeId(0) || !members_.at(at_)->up() || env_.random.chance(50))
    at_ = env_.random.pick(members_).first;
  Member& member = *members_.at(at_);
  if (!member.up()) return;
  const base::Result<std::optional<storage::WatchBatch>> batch =
      member.vault().watch(number_, next_, static_cast<std::size_t>(env_.random.between(1, 10)));
  if (!batch) {
    // Compacted: it lists again, and watches from there.
    next_ = std::max(next_, member.vault().revision() + 1);
    return;
  }
  if (!*batch) return;
  env_.stats["events watched"] += (*batch)->events.size();
  env_.checker.watched("watcher " + std::to_string(number_) + " at member " + std::to_string(at_.value),
                       next_, **batch);
  next_ = std::max(next_, (*batch)->revision + 1);
}

}  // namespace sim
