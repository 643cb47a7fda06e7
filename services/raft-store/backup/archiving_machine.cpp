#include "raft-store/backup/archiving_machine.hpp"
#include <utility>

namespace raft_store::backup {
namespace {

std::size_t bytes_of(const Frame& frame) {
  std::size_t bytes = sizeof(Frame);
  for (const LoggedCommand& command : frame.commands)
    bytes += sizeof command + command.data.size();
  return bytes;
}

}  // namespace

void FrameQueue::push(Frame frame) {
  const std::size_t bytes = bytes_of(frame);
  bool was_empty = false;
  {
    const std::lock_guard guard(mutex_);
    was_empty = frames_.empty();
    last_ = frame.upto;
    if (bytes_ + bytes > bytes_max_ && !was_empty) {
      // The newest stay out: what is written then goes on from what is there without a gap before the gap.
      ++dropped_;
      return;
    }
    bytes_ += bytes;
    frames_.push_back(std::move(frame));
  }
  if (was_empty && wake_) wake_();
}

std::vector<Frame> FrameQueue::take() {
  const std::lock_guard guard(mutex_);
  bytes_ = 0;
  std::vector<Frame> frames = std::exchange(frames_, {});
  if (last_) frames.push_back({*last_, *last_, {}, {}});
  return frames;
}

std::uint64_t FrameQueue::dropped() const {
  const std::lock_guard guard(mutex_);
  return dropped_;
}

base::Result<void> ArchivingMachine::open(replication::DatabasePtr database, raft::Index applied) {
  if (auto opened = store_.open(std::move(database), applied); !opened) return opened;
  pending_.clear();
  last_ = {applied, store_.revision()};
  // No commands: it says from where on they will come.
  queue_.push({last_, last_, base::Clock::real().now(), {}});
  return {};
}

std::vector<replication::OutcomePtr> ArchivingMachine::apply(std::span<const replication::Command> commands,
                                                             rocksdb::WriteBatch& batch) {
  for (const replication::Command& command : commands)
    pending_.push_back({command.index, std::string(command.data)});
  return store_.apply(commands, batch);
}

void ArchivingMachine::published(raft::Index applied) {
  store_.published(applied);
  Frame frame{last_, {applied, store_.revision()}, base::Clock::real().now(), std::exchange(pending_, {})};
  last_ = frame.upto;
  queue_.push(std::move(frame));
}

}  // namespace raft_store::backup
