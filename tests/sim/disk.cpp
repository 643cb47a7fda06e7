#include "sim/disk.hpp"
#include <string>

namespace sim {

void Image::write(const Record& record) {
  if (record.hard_state) hard_state = *record.hard_state;
  for (const raft::Entry& entry : record.entries)
    entries[entry.id.index] = entry;
  if (!record.entries.empty())
    entries.erase(entries.upper_bound(record.entries.back().id.index), entries.end());
  for (const raft::Entry& entry : record.applied)
    data.apply(entry);
  if (!record.applied.empty()) data.applied = record.stamp;
  if (record.compact) {
    compacted = *record.compact;
    entries.erase(entries.begin(), entries.upper_bound(compacted.id.index));
  }
}

base::Result<raft::Start> Image::load() const {
  raft::Start start;
  start.hard_state = hard_state;
  start.snapshot = compacted;
  start.applied = data.applied.id.index;
  raft::Index last = compacted.id.index;
  for (const auto& [index, entry] : entries) {
    if (index != ++last)
      return base::Error(base::Errc::corrupt, "entry " + std::to_string(last.value) + " is missing");
    start.entries.push_back(entry);
  }
  if (start.applied > last || start.applied < compacted.id.index)
    return base::Error(base::Errc::corrupt, "data and log do not meet");
  return start;
}

void Disk::write(Record record) {
  cached_.push_back(std::move(record));
}

void Disk::sync(std::size_t position) {
  for (; folded_ < position; ++folded_) {
    durable_.write(cached_.front());
    cached_.pop_front();
  }
}

void Disk::replace(Image image) {
  folded_ += cached_.size();
  cached_.clear();
  durable_ = std::move(image);
}

void Disk::crash(Random& random, bool keep_torn) {
  sync(folded_ + random.below(cached_.size() + 1));
  if (keep_torn && !cached_.empty() && random.chance(500)) {
    // Some of its entries, in no order, and nothing else.
    Record& torn = cached_.front();
    for (const raft::Entry& entry : torn.entries)
      if (random.chance(500)) durable_.entries[entry.id.index] = entry;
  }
  folded_ += cached_.size();
  cached_.clear();
}

}  // namespace sim
